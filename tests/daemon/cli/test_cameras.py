"""What is said of a camera that is opened for a moment."""

from pathlib import Path
from typing import Any

import pytest
from rig.clip import Clip
from rig.rtsp_server import RtspServer

from daemon.cli.cameras import try_camera
from daemon.cli.setting import make_plan
from daemon.config import parse
from daemon.logs import SecretFilter
from daemon.timing import Timing
from sources import SourceUnavailable


async def said(source: dict[str, Any], **options: Any) -> str:
    """Open a camera of a configuration as `check` and `doctor` do."""
    config = parse({"cameras": {"one": {"source": source, **options}}}, "test")
    plan = make_plan(config, "test", filtered=SecretFilter())
    return await try_camera("one", plan.cameras["one"], Timing())


async def test_recording_has_no_reader_to_choose(tmp_path: Path) -> None:
    """Of a file codec, size and rate are said."""
    clip = Clip(frames=10, width=160, height=96).write(tmp_path / "clip.mp4")
    assert await said({"type": "file", "path": str(clip)}) == "h264 160x96, 25 fps"


async def test_device_that_was_asked_for_is_named(tmp_path: Path) -> None:
    """Where a device shall decode, what does is said, with the reason where it is another."""
    clip = Clip(frames=10, width=160, height=96).write(tmp_path / "clip.mp4")
    found = await said({"type": "file", "path": str(clip)}, hwaccel="v4l2m2m")
    assert found.startswith("h264 160x96, 25 fps, ")
    assert "v4l2m2m" in found


async def test_empty_folder_is_watched(tmp_path: Path) -> None:
    """Where pictures come now and then, none need be there."""
    assert await said({"type": "folder", "path": str(tmp_path)}) == "watched for new pictures"


@pytest.mark.rtsp
async def test_reader_of_a_camera_is_named(tmp_path: Path) -> None:
    """The reader asked for is the one that is named, with its transport; a dead camera is said."""
    clip = Clip(frames=100, width=160, height=96).write(tmp_path / "clip.mp4")
    with RtspServer(clip) as server:
        source = {"type": "rtsp", "url": server.url}
        own = await said(source)
        other = await said({**source, "reader": "libav", "transport": "udp"})
    assert own == "h264 160x96, 25 fps, read by Lookout's own over tcp"
    assert other == "h264 160x96, 25 fps, read by FFmpeg's over udp"
    with pytest.raises(SourceUnavailable, match="nothing listens there"):
        await said(source)
