"""Drives through the real tracker."""

from collections.abc import Callable, Iterator

import pytest

from detectors.bytetrack import ByteConfig, ByteTracker
from reasoners import View
from reasoners.testing import drive, looks

Watch = Callable[..., Iterator[tuple[View, dict[int, str]]]]


@pytest.fixture
def watch() -> Watch:
    """Show a drive: views, and the names of their tracks."""

    def show(
        name: str, seed: int, fps: float = 10.0, noise: float = 0.02
    ) -> Iterator[tuple[View, dict[int, str]]]:
        tracker = ByteTracker(name, ByteConfig())
        for number, (at, found, boxes) in enumerate(looks(drive(name, seed), fps, seed, noise)):
            tracks = tracker.update(at, found)
            names = {
                track.id: who
                for track in tracks
                for who, box in boxes.items()
                if track.found == box
            }
            yield View(number, at, at, 1920, 1080, tracks), names

    return show
