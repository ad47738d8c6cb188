"""Which local model is meant."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from reasoners.local.config import LocalConfig, TransformersModel


def test_a_model_is_called_after_its_folder(tmp_path: Path) -> None:
    """Unless it has a name."""
    folder = tmp_path / "qwen3-vl-2b"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    assert LocalConfig(path=folder).model == "qwen3-vl-2b"
    assert LocalConfig(path=folder, model="q").model == "q"
    assert TransformersModel.worker == "reasoners.local"


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    """The message says what belongs there; only one question goes at a time."""
    with pytest.raises(ValidationError, match=r"holds no config\.json"):
        LocalConfig(path=tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ValidationError):
        LocalConfig(path=tmp_path, at_once=2)
