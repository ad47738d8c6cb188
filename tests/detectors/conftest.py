"""Real networks of Ultralytics with random weights, and a picture in which they see things."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from rig import lively


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep ultralytics at home before anything imports it, as the worker does."""
    lively.keep_at_home(tmp_path_factory.mktemp("ultralytics"))


@pytest.fixture(scope="session", params=lively.FAMILIES)
def checkpoint(
    request: pytest.FixtureRequest, settings: None, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Save a real model of the family with random weights that sees many things everywhere."""
    return lively.lively(request.param, tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def noise() -> npt.NDArray[np.uint8]:
    """Make a picture with structure at several scales."""
    return lively.noise()
