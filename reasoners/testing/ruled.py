"""Rules whose events the truth of a play knows: how truly, and how soon, they fire."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from types import MappingProxyType
from typing import Any, Final

from reasoners.firing import Firing, Moment
from reasoners.rules.engine import Rules
from reasoners.rules.rule import RuleConfig
from reasoners.scene.scene import Scene
from reasoners.scene.view import View
from reasoners.testing.marks import Marks, Watching, compare
from reasoners.testing.plays import CONFIG, CROWD, Fact, Play
from reasoners.testing.showing import (
    HEIGHT,
    WIDTH,
    Errors,
    Follow,
    detections,
    exact,
    frames,
)
from reasoners.testing.stage import Sight
from reasoners.testing.truth import Truth

_WRITTEN: Final[Mapping[str, tuple[dict[str, Any], str, str]]] = MappingProxyType(
    {
        "comes": ({"enters": "yard"}, "entered", "yard"),
        "goes": ({"leaves": "yard"}, "left", "yard"),
        "passes": (
            {"then": [{"enters": "yard"}, {"leaves": "yard"}], "within": 60},
            "left",
            "yard",
        ),
        "waits": ({"dwells_in": "yard", "for": 3}, "dwelt", "yard 3"),
        "stays": ({"inside": "yard", "for": 10}, "dwelt", "yard 10"),
        "loiters": ({"is": "loitering", "where": "yard"}, "loitered", "yard"),
        "out": ({"crosses": "gate", "way": "forward"}, "crossed", "gate forward"),
        "back": ({"crosses": "gate", "way": "backward"}, "crossed", "gate backward"),
        "leaves_it": ({"label": "backpack", "change": "left_behind"}, "left_behind", ""),
        "takes_it": ({"label": "backpack", "change": "taken"}, "taken", ""),
        "runs": ({"label": "person", "is": "running"}, "started_running", ""),
        "falls": ({"label": "person", "is": "fallen"}, "looks_fallen", ""),
        "wrong": ({"is": "wrong_way", "where": "lane"}, "wrong_way", "zone:lane"),
        "blocks": ({"label": "car", "is": "blocking", "where": "lane"}, "blocked", "lane"),
        "crowds": (
            {"count": "person", "where": "yard", "at_least": CROWD, "hysteresis": 0.4, "for": 0.6},
            "crowded",
            "yard",
        ),
        "gathers": ({"change": "group_formed"}, "group_formed", ""),
    }
)
"""Rule → its conditions, and kind and detail of the facts with which its events begin."""

RULES: Final[Mapping[str, RuleConfig]] = MappingProxyType(
    {
        name: RuleConfig.model_validate({"when": when, "hold": 0 if "change" in when else 1})
        for name, (when, _, _) in _WRITTEN.items()
    }
)
"""Rules over the zones and the line of every play."""

_NOBODY: Final = frozenset({"crowds"})
"""Rules whose truth names nobody."""


def facts(truth: Truth) -> list[Fact]:
    """Return when which rule must fire, and for whom."""
    return [
        Fact(rule, fact.who, fact.at, "", fact.optional)
        for fact in truth.facts()
        for rule, (_, kind, detail) in _WRITTEN.items()
        if (fact.kind, fact.detail) == (kind, detail)
    ]


class Ruled:
    """Shows a play to a scene with rules at work, and keeps what fires."""

    def __init__(self, truth: Truth) -> None:
        self.firings: list[Firing] = []
        self._truth = truth
        self._watching = Watching(truth, Scene(CONFIG))
        self._rules = Rules(RULES, CONFIG)

    def show(self, view: View, sights: Sequence[Sight]) -> None:
        """Show one frame; the sights tell whom each box belongs to."""
        known = len(self._watching.changes)
        self._watching.show(view, sights)
        scene, changes = self._watching.scene, self._watching.changes[known:]
        moment = Moment(scene.now, view.index, view, scene, changes)
        self.firings += self._rules.observe(moment)

    def marks(self) -> Marks:
        """Compare what began with the truth."""
        told = [
            Fact(one.rule, self._who(one), one.at) for one in self.firings if one.phase == "begins"
        ]
        return compare(facts(self._truth), told)

    def _who(self, firing: Firing) -> tuple[str, ...]:
        if firing.rule in _NOBODY:
            return ()
        names = tuple(self._watching.name(thing.id) for thing in firing.things)
        return tuple(sorted(names)) if firing.rule == "gathers" else names


def judge(
    play: Play, fps: float, seed: int, errors: Errors, tracker: Callable[[], Follow]
) -> Marks:
    """Show a whole play through a tracker and mark what rules fired."""
    ruled, random, follow = Ruled(Truth(play)), Random(f"{play.name} {seed}"), tracker()  # noqa: S311
    for number, (at, sights) in enumerate(frames(play, fps)):
        tracks = follow(at, detections(sights, random, errors))
        ruled.show(View(number, at, at, WIDTH, HEIGHT, tracks), sights)
    return ruled.marks()


def judge_exactly(play: Play, fps: float) -> Marks:
    """Show a whole play as exact tracks and mark what rules fired."""
    ruled = Ruled(Truth(play))
    for view, (_, sights) in zip(exact(play, fps), frames(play, fps), strict=True):
        ruled.show(view, sights)
    return ruled.marks()


def fired(views: Iterator[View] | Sequence[View]) -> list[Firing]:
    """Show views to a scene with rules at work; return all that fires, changes left out."""
    scene, rules, found = Scene(CONFIG), Rules(RULES, CONFIG), list[Firing]()
    for view in views:
        changes = scene.observe(view)
        found += rules.observe(Moment(scene.now, view.index, view, scene, changes))
    return [firing for firing in found if firing.phase != "changes"]
