"""One detector, one camera, tried as the daemon would."""

from pathlib import Path
from typing import Any

import psutil
import pytest
from rig.clip import Clip

from daemon.backends import Backend, resolve
from daemon.cli.trial import load_detector, open_camera
from daemon.config import Use
from daemon.timing import Timing
from detectors import DetectorRejected, DetectorUnavailable
from sources import SourceRejected
from sources.message import Open


def scripted(**options: Any) -> Backend:
    """Return the detector that does what it is told."""
    section = {"type": "detectors.testing:ScriptedDetector", **options}
    return resolve("detectors", "detector", Use.model_validate(section), "test")


async def test_detector_says_what_it_is_and_its_worker_ends() -> None:
    """After loading, the profile is there and the worker is gone."""
    loaded = await load_detector("detector", scripted(width=64, height=48), Timing())
    assert (loaded.width, loaded.height, loaded.labels) == (64, 48, ("person",))
    assert psutil.Process().children() == []


@pytest.mark.parametrize(
    ("load", "error"),
    [
        ("rejected", DetectorRejected),
        ("unavailable", DetectorUnavailable),
        ("bug", DetectorUnavailable),
        ("hang", DetectorUnavailable),
    ],
)
async def test_detector_that_cannot_load_is_one_error(load: str, error: type[Exception]) -> None:
    """However loading fails, one error of the room comes out, and no worker stays."""
    with pytest.raises(error):
        await load_detector("detector", scripted(load=load), Timing(load=3))
    assert psutil.Process().children() == []


def opening(path: Path) -> Open:
    """Ask for a recording."""
    return Open(
        camera="clip",
        backend="sources.file:FileSource",
        config={"path": str(path)},
        slots=1,
    )


async def test_every_picture_of_a_recording_comes_once(tmp_path: Path) -> None:
    """More pictures than slots come one after the other, then None, and the child is gone."""
    clip = Clip(frames=7).write(tmp_path / "clip.mp4")
    indices = []
    async with open_camera(opening(clip), live=False, timing=Timing()) as camera:
        while (given := await camera.next()) is not None:
            indices.append(given.index)
        assert camera.pool.free == camera.pool.count
    assert indices == list(range(7))
    assert psutil.Process().children() == []


async def test_camera_that_cannot_be_opened_is_one_error(tmp_path: Path) -> None:
    """A missing file is one error of the room, not a group."""
    with pytest.raises(SourceRejected, match="no such file"):
        async with open_camera(opening(tmp_path / "x"), live=False, timing=Timing()) as camera:
            await camera.next()
    assert psutil.Process().children() == []
