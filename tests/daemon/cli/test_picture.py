"""One still image, looked at once."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from daemon.cli.picture import folder_section, look
from daemon.clock import Clock
from daemon.config import parse
from daemon.plan import plan
from daemon.secrets import Secrets
from reasoners import Limits
from sources import SourceRejected


def test_a_link_is_followed_and_other_kinds_are_refused(tmp_path: Path) -> None:
    """The bytes are copied, whoever the link names; a name that is no picture's is one error."""
    (tmp_path / "x.JPG").write_bytes(b"1")
    (tmp_path / "y.JPG").symlink_to(tmp_path / "x.JPG")
    folder = tmp_path / "shown"
    folder.mkdir()
    assert folder_section(tmp_path / "y.JPG", folder)["path"] == str(folder)
    assert [(one.name, one.is_symlink()) for one in folder.iterdir()] == [("picture.jpg", False)]
    with pytest.raises(SourceRejected, match="must end in"):
        folder_section(tmp_path / "notes.txt", folder)
    with pytest.raises(SourceRejected, match="cannot be read"):
        folder_section(tmp_path / "gone.png", folder)


async def test_a_jpeg_is_turned_and_marked_for_a_model(tmp_path: Path) -> None:
    """The camera's rotation holds, and the model's picture is one JPEG of the whole."""
    pixels = np.zeros((240, 320, 3), np.uint8)
    pixels[80:160, 60:100] = 255
    (tmp_path / "shown").mkdir()
    assert cv2.imwrite(str(tmp_path / "x.jpg"), pixels)
    source = folder_section(tmp_path / "x.jpg", tmp_path / "shown")
    data = {
        "detector": {"type": "detectors.testing:ScriptedDetector"},
        "sinks": {"s": {"type": "console"}},
        "cameras": {"x": {"source": source, "rotate": 90}},
    }
    made = plan(parse(data, "test"), "test", Secrets())
    seen = await look(made, "x", Clock(), Limits(patch=32, patches=64))
    assert (seen.width, seen.height) == (240, 320)
    assert [one.label for one in seen.objects] == ["person"]
    assert seen.keyframe is not None
    assert seen.keyframe.reason == "still"
    assert [one.part for one in seen.keyframe.shots] == ["whole"]
    (shot,) = seen.keyframe.shots
    assert shot.jpeg.startswith(b"\xff\xd8\xff")
    assert (shot.width % 32, shot.height % 32) == (0, 0)
    assert shot.width * shot.height <= 64 * 32 * 32
