"""Children that lie."""

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder whose modules can be children; `HOME` is where they would leave traces."""
    root = Path(__file__).resolve().parents[3]
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{root}")
    monkeypatch.setenv("HOME", str(tmp_path))
    yield tmp_path
    assert not (tmp_path / "owned").exists()
