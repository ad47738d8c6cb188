"""A camera on whose picture people go where they are told, with its forecaster; for tests."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from detectors import Track
from reasoners import LineConfig, SceneConfig, View, ZoneConfig
from reasoners.predictions.config import KINDS, PredictionConfig
from reasoners.predictions.experience import Experience
from reasoners.predictions.forecaster import Forecaster
from reasoners.predictions.foresight import Foresight
from reasoners.predictions.prediction import Prediction
from reasoners.predictions.wish import Wish
from reasoners.scene.scene import Scene

FPS = 10

Way = Callable[[float], tuple[float, float] | None]
"""Where a foot is at a time, relative; None while it is not there."""

SCENE = SceneConfig(
    zones={"step": ZoneConfig(points=((0.5, 0.3), (0.8, 0.3), (0.8, 0.9), (0.5, 0.9)))},
    lines={"gate": LineConfig(points=((0.4, 0.1), (0.4, 0.95)))},
)
"""A zone in the right half, and before it a line that leads down the picture."""


@dataclass
class Camera:
    """A scene with its forecaster, and all that was resolved."""

    forecaster: Forecaster
    scene: Scene
    resolved: list[Prediction] = field(default_factory=list)
    _index: int = 0

    def show(self, ways: Mapping[int, Way], until: float) -> Iterator[float]:
        """Show people until a time, frame by frame; yield the time of each."""
        while self._index / FPS < until:
            at = self._index / FPS
            tracks = [
                _track(number, place, way(at - 0.1) or place, at)
                for number, way in ways.items()
                if (place := way(at)) is not None
            ]
            changes = self.scene.observe(View(self._index, at, at, 1600, 900, tracks))
            self.forecaster.observe(changes)
            self._index += 1
            yield at

    def run(self, ways: Mapping[int, Way], until: float) -> None:
        """Show people until a time."""
        for _ in self.show(ways, until):
            pass

    def ended(self, what: str, place: int | str) -> list[Prediction]:
        """Return what was resolved of one kind and place."""
        return [one for one in self.resolved if one.what == what and one.object == place]


def _track(
    number: int, place: tuple[float, float], before: tuple[float, float], at: float
) -> Track:
    x, y = place
    left, right = max(0.0, x - 0.03), min(1.0, x + 0.03)
    velocity = ((x - before[0]) * 10, (y - before[1]) * 10)
    return Track(number, "person", 0.9, (left, y - 0.2, right, y), velocity, at, at, 3)


def camera(
    *,
    scene: SceneConfig = SCENE,
    config: PredictionConfig | None = None,
    experience: Experience | None = None,
    wishes: tuple[Wish, ...] = (),
) -> Camera:
    """Make a camera; by default all kinds are predicted, 3 s ahead."""
    watched = Scene(scene)
    chosen = config or PredictionConfig(kinds=KINDS, horizon=3.0)
    made = Camera(Forecaster(Foresight(chosen, experience, wishes), watched), watched)
    made.forecaster.docket.finished = made.resolved.append
    return made


def straight(start: float, speed: float, y: float = 0.6, *, begins: float = 0.0) -> Way:
    """Go along a row of the picture, `speed` picture widths per second, while on the picture."""

    def way(at: float) -> tuple[float, float] | None:
        x = start + speed * (at - begins)
        return (x, y) if at >= begins and -0.01 < x < 1.01 else None

    return way
