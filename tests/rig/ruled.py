"""One rule shown to a scene: what it fires when somebody comes, stays, goes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from detectors import Track
from reasoners import Evaluation, RuleConfig, Rules, SceneConfig, View
from reasoners.firing import Expectation, Firing, Moment
from reasoners.scene.scene import Scene

CONFIG = SceneConfig.model_validate(
    {
        "zones": {
            "left": {"points": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]], "loiter": 4},
            "right": {"points": [[0.5, 0], [1, 0], [1, 1], [0.5, 1]]},
        },
        "lines": {"gate": {"points": [[0.5, 0], [0.5, 1]]}},
    }
)
"""Two halves of the picture, and the line between them; who goes to the left crosses forward."""


@dataclass(frozen=True)
class Expected:
    """A prediction."""

    what: str
    subject: int | None
    object: int | str | None
    horizon: float
    probability: float
    label: str | None = None


class Shown:
    """One rule at work over a scene."""

    def __init__(
        self, when: Mapping[str, object], *, config: SceneConfig = CONFIG, **more: object
    ) -> None:
        rule = RuleConfig.model_validate({"when": dict(when), **more})
        self.scene = Scene(config)
        self.rules = Rules({"r": rule}, config)
        self.firings: list[Firing] = []

    def show(
        self,
        at: float,
        *tracks: Track,
        expects: Sequence[Expectation] = (),
        wall: float | None = None,
        looked: bool = True,
    ) -> list[Firing]:
        """Show one frame; return what fires."""
        view = View(round(at * 10), at, at, 1600, 900, tracks, looked)
        changes = self.scene.observe(view)
        moment = Moment(self.scene.now, view.index, view, self.scene, changes, expects, wall)
        fired = list(self.rules.observe(moment))
        self.firings += fired
        return fired

    def told(self) -> list[tuple[str, float]]:
        """Return phases and times of what fired so far; changes are left out."""
        return [(one.phase, one.at) for one in self.firings if one.phase != "changes"]

    def notes(self) -> list[Evaluation]:
        """Take what was noted of its evaluations."""
        record = self.rules.drain()
        return [] if record is None else [*record.evaluations]

    def begun(self) -> list[float]:
        """Return when events began."""
        return [at for phase, at in self.told() if phase == "begins"]


def somebody(
    x: float, number: int = 1, label: str = "person", *, y: float = 0.6, speed: float = 0.0
) -> Track:
    """Make a track that stands, or moves to the right, in picture widths per second."""
    box = (x - 0.03, y - 0.2, x + 0.03, y + 0.2)
    return Track(number, label, 0.9, box, (speed, 0.0), 0.0, 0.0, 3)


def stands(x: float | None, begin: float, end: float) -> list[tuple[float, float | None]]:
    """Stand at a place from one time until another, ten frames a second; None: out of sight."""
    return [(n / 10, x) for n in range(round(begin * 10), round(end * 10))]


def watch(
    when: Mapping[str, object],
    way: Iterable[tuple[float, float | None]],
    *,
    label: str = "person",
    config: SceneConfig = CONFIG,
    **more: object,
) -> list[tuple[str, float]]:
    """Show a rule what one object does; return what fires."""
    shown = Shown(when, config=config, **more)
    for at, x in way:
        shown.show(at, *(() if x is None else (somebody(x, label=label),)))
    return shown.told()
