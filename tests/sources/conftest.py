"""Generated clips that the tests of this room share."""

from pathlib import Path

import pytest
from rig.clip import Clip


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder into which clips are made once."""
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="session")
def clip(clips: Path) -> Path:
    """Make two seconds of numbered pictures, 640x360 at 25 per second."""
    return Clip().write(clips / "plain.mp4")


@pytest.fixture(scope="session")
def clip_1080(clips: Path) -> Path:
    """Make two seconds at 1080p, without B-frames, as cameras send it."""
    return Clip(width=1920, height=1080).write(clips / "large.mp4")
