"""What the tests of this room share: tracks, views and chronicles made by hand."""

from collections.abc import Callable

import pytest

from detectors import Box, Track
from reasoners import Asking, Chronicle, SceneConfig, View

MakeTrack = Callable[..., Track]
MakeView = Callable[..., View]
MakeChronicle = Callable[..., Chronicle]


@pytest.fixture
def track() -> MakeTrack:
    """Make a track from its centre, size and velocity."""

    def make(  # noqa: PLR0913  each is one property of a track
        number: int = 17,
        *,
        x: float = 0.5,
        y: float = 0.5,
        width: float = 0.1,
        height: float = 0.4,
        velocity: tuple[float, float] = (0.0, 0.0),
        label: str = "person",
        score: float = 0.9,
        first_seen: float = 0.0,
        last_seen: float = 0.0,
        lost: bool = False,
        carried: bool = False,
    ) -> Track:
        box: Box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        seen = (first_seen, last_seen)
        return Track(number, label, score, box, velocity, *seen, 3, lost=lost, carried=carried)

    return make


@pytest.fixture
def view() -> MakeView:
    """Make a view of a 16:9 camera."""

    def make(at: float, *tracks: Track, index: int | None = None) -> View:
        number = round(at * 10) if index is None else index
        return View(number, at, at, 1600, 900, tracks)

    return make


@pytest.fixture
def chronicle() -> MakeChronicle:
    """Make a chronicle whose ids are `porch-1` and so on."""

    def make(config: SceneConfig | None = None, ask: Asking | None = None) -> Chronicle:
        return Chronicle(
            node="box1",
            camera="porch",
            config=config or SceneConfig(),
            new_id=lambda camera, ordinal, _: f"{camera}-{ordinal}",
            clock="media",
            ask=ask,
        )

    return make
