"""How much room a disk has left."""

import shutil
from pathlib import Path

import pytest

from sinks.room import free


def test_it_is_about_what_others_count(tmp_path: Path) -> None:
    """In bytes, of the disk that a folder lies on; a folder that is not there has none."""
    assert free(tmp_path) == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.2)
    with pytest.raises(FileNotFoundError):
        free(tmp_path / "nowhere")
