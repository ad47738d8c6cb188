"""Finding a detector's class and building it."""

import pytest

from detectors.errors import DetectorRejected
from detectors.message import Load
from detectors.testing import ScriptedConfig, ScriptedDetector
from detectors.worker.backend import build


def load(backend: str, **options: str | float) -> Load:
    """Ask for a detector called `eyes`."""
    return Load(name="eyes", backend=backend, config=dict(options))


def test_the_class_is_built_with_its_options() -> None:
    """The named class gets the name and its validated configuration."""
    detector = build(load("detectors.testing:ScriptedDetector", label="cat", width=64))
    assert isinstance(detector, ScriptedDetector)
    assert detector.load().labels == ("cat",)
    assert detector.load().width == 64
    assert isinstance(detector.Config(), ScriptedConfig)


@pytest.mark.parametrize(
    "backend",
    ["nowhere:Detector", "detectors.testing:Nobody", "detectors.testing", ":", "a.b.c:"],
)
def test_a_backend_that_is_not_there_is_refused(backend: str) -> None:
    """One line names detector and backend and says what to do."""
    with pytest.raises(DetectorRejected, match=f"detector eyes: cannot import {backend}") as caught:
        build(load(backend))
    assert "install the package" in str(caught.value)


def test_wrong_options_are_refused_all_at_once() -> None:
    """Each wrong key is named with its reason; values are not repeated."""
    with pytest.raises(DetectorRejected) as caught:
        build(load("detectors.testing:ScriptedDetector", width=-1, colour="hush-hush"))
    reason = str(caught.value)
    assert "width: " in reason
    assert "colour: " in reason
    assert "hush" not in reason
