"""What rules cost beside the scene and its predictions, and how truly they fire on known plays.

Twenty objects walk about each other before 4 zones and 2 lines. The same frames go, in turn,
through the scene alone, with predictions, and with 0 to 120 rules on top, of every kind of
condition; CPU time of each part alone. Rules are linear if each further one costs what those before
cost. How truly they fire is held against plays whose truth is known, through the real tracker: with
exact boxes and with a detector's errors, as in the benchmark of the scene.
"""

import itertools
import statistics
import time
from typing import Any

from benchmarks.scene import EVENTS_WANTED, FPS, KINDS, WARM_UP, crowd, watched, watched_for
from detectors.bytetrack import ByteConfig, ByteTracker
from reasoners import RuleConfig, Rules
from reasoners.firing import Moment
from reasoners.predictions.forecaster import Forecaster
from reasoners.predictions.foresight import Foresight
from reasoners.testing import PLAYS, Marks, play
from reasoners.testing.ruled import judge
from reasoners.testing.showing import Follow

SEEDS = range(100, 102)
TRACKS = 20
NUMBERS = (0, 15, 30, 60, 120)
MILLISECONDS_WANTED = 2.0
"""Per frame: scene, 30 rules and predictions, at 20 tracks."""

LINEAR_WANTED = 1.3
"""What a rule may cost among 120, over what it costs among 30."""

CONDITIONS: tuple[dict[str, Any], ...] = (
    {"label": "person", "inside": "zone0"},
    {"label": "person", "dwells_in": "zone1", "for": "3s"},
    {"label": "car", "outside": ["zone0", "zone1"], "for": "5s"},
    {"label": "person", "crosses": "line0", "way": "forward"},
    {"label": "person", "enters": "zone2", "times": 2, "within": "1m"},
    {"count": "person", "where": "zone1", "at_least": 3, "hysteresis": 1},
    {"label": "person", "near": "car"},
    {"label": "person", "follows": "person", "for": "1s"},
    {"label": "person", "is": "running"},
    {"label": "person", "is": "loitering", "where": "zone0"},
    {"label": "car", "faster_than": 4, "hysteresis": 1},
    {"label": "backpack", "change": "left_behind", "by": "person"},
    {"label": "person", "then": [{"enters": "zone0"}, {"leaves": "zone0"}], "within": "30s"},
    {"all": [{"label": "person", "inside": "zone3"}, {"some": {"label": "car", "is": "moving"}}]},
    {"label": "person", "inside": "zone2", "votes": [3, 5]},
)


def measure() -> dict[str, Any]:
    """Time all parts side by side, then show the plays; milliseconds per frame, shares 0 to 1."""
    cost = _cost()
    told = {kind: _tell(kind) for kind in KINDS}
    each = {number: cost["rules"][str(number)]["us_per_rule"] for number in (30, 120)}
    linear = each[120] / each[30]
    return {
        "tracks": TRACKS,
        "cost": cost,
        "us_per_rule_120_over_30": round(linear, 3),
        "told": told,
        "ok": cost["together_30_ms_p50"] <= MILLISECONDS_WANTED
        and linear <= LINEAR_WANTED
        and all(
            min(told[kind]["precision"], told[kind]["recall"]) >= EVENTS_WANTED[kind]
            for kind in KINDS
        ),
    }


def _cost() -> dict[str, Any]:
    scene, forecaster_ms = watched(), list[float]()
    forecaster = Forecaster(Foresight(), scene)
    engines = {number: Rules(_rules(number), watched_for()) for number in NUMBERS}
    scene_ms: list[float] = []
    rules_ms: dict[int, list[float]] = {number: [] for number in NUMBERS}
    fired = dict.fromkeys(NUMBERS, 0)
    for view in crowd(TRACKS):
        began = time.thread_time()
        changes = scene.observe(view)
        seen = time.thread_time()
        forecaster.observe(changes)
        foreseen = time.thread_time()
        scene_ms.append(1000 * (seen - began))
        forecaster_ms.append(1000 * (foreseen - seen))
        moment = Moment(scene.now, view.index, view, scene, changes)
        for number, engine in engines.items():
            began = time.thread_time()
            firings = list(engine.observe(moment))
            rules_ms[number].append(1000 * (time.thread_time() - began))
            fired[number] += sum(one.phase == "begins" for one in firings)
            engine.drain()
    together = [
        one + two + three
        for one, two, three in zip(scene_ms, forecaster_ms, rules_ms[30], strict=True)
    ]
    empty = statistics.median(rules_ms[0][WARM_UP:])
    return {
        "scene_ms_p50": _p50(scene_ms),
        "predictions_ms_p50": _p50(forecaster_ms),
        "rules": {
            str(number): {
                "ms_p50": _p50(times),
                "ms_p95": _p95(times),
                "us_per_rule": round(
                    1000 * (statistics.mean(times[WARM_UP:]) - empty) / max(number, 1), 2
                ),
                "events": fired[number],
            }
            for number, times in rules_ms.items()
        },
        "together_30_ms_p50": _p50(together),
        "together_30_ms_p95": _p95(together),
    }


def _p50(times: list[float]) -> float:
    return round(statistics.median(times[WARM_UP:]), 3)


def _p95(times: list[float]) -> float:
    warm = sorted(times[WARM_UP:])
    return round(warm[int(0.95 * len(warm))], 3)


def _rules(number: int) -> dict[str, RuleConfig]:
    conditions = itertools.islice(itertools.cycle(CONDITIONS), number)
    return {
        f"rule{place}": RuleConfig.model_validate({"when": when})
        for place, when in enumerate(conditions)
    }


def _tracker() -> Follow:
    return ByteTracker("play", ByteConfig()).update


def _tell(kind: str) -> dict[str, Any]:
    marks = Marks()
    for name in PLAYS:
        for seed in SEEDS:
            marks.add(judge(play(name, seed), FPS, seed, KINDS[kind], _tracker))
    return {
        "events": sum(marks.right.values()) + sum(marks.missing.values()),
        "precision": round(marks.precision(), 4),
        "recall": round(marks.recall(), 4),
        "below_one": {
            rule: round(marks.f1(rule), 3)
            for rule in sorted({*marks.right, *marks.wrong, *marks.missing})
            if marks.f1(rule) < 1
        },
    }
