"""Fixtures that every room's tests share."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def material() -> Path:
    """Find the folder with real clips and models, or skip and say why."""
    named = os.environ.get("LOOKOUT_MATERIAL")
    folder = Path(named) if named else ROOT.parent / "shared"
    if not (folder / "media").is_dir():
        pytest.skip(f"no real clips: {folder} has no media/ (set LOOKOUT_MATERIAL)")
    return folder
