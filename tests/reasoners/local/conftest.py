"""A tiny random model, built once."""

import subprocess
import sys
from pathlib import Path

import pytest
from rig import tiny_model


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the model in a process of its own."""
    folder = tmp_path_factory.mktemp("tiny") / "tiny"
    subprocess.run([sys.executable, str(tiny_model.__file__), str(folder)], check=True)
    return folder
