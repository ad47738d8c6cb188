"""How good predictions are: Brier skill over the base rate, on plays with truth and on real clips.

One camera sees all plays one after the other and goes on learning, as a camera does; every
prediction is scored with the probability that was stated before its outcome. `first_day` is the
same with nothing learned between plays. The base rate is the share that came true of all that were
scored, known only in hindsight. Intervals (95 %) are bootstrapped over plays, or over clips cut in
pieces, for what happens in one play is not independent. Boxes come from a detector that misses
10 %, invents 5 % and shakes sides by 2 %, through the real tracker. Real clips go through the whole
pipeline, `lookout replay`; there the outcomes are those that the tracks tell.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml

from benchmarks.running import ROOT, openvino
from benchmarks.scene import FRAMES, WARM_UP, crowd, watched
from detectors.bytetrack import ByteConfig, ByteTracker
from reasoners import View
from reasoners.predictions.config import KINDS, PROVEN, PredictionConfig
from reasoners.predictions.experience import Experience
from reasoners.predictions.forecaster import Forecaster
from reasoners.predictions.foresight import Foresight
from reasoners.predictions.prediction import Prediction
from reasoners.predictions.score import Score
from reasoners.predictions.wish import Wish
from reasoners.scene.scene import Scene
from reasoners.testing import CONFIG, PLAYS, Errors, Truth, detections, frames, play
from reasoners.testing.showing import HEIGHT, WIDTH

SEEDS = range(100, 108)
"""Others than those that the priors were fitted on."""

FPS = 10.0
FLAWED = Errors(missed=0.1, false=0.05, noise=0.02)
SKILL_WANTED = 0.05
DRAWS = 1000
MILLISECONDS_WANTED = 0.5
"""Per frame at 20 tracks, for predictions alone."""

SLACK = 1.0
"""Seconds by which an outcome may differ from the truth in time."""

MATERIAL = Path(os.environ.get("LOOKOUT_MATERIAL", ROOT.parent / "shared"))
MODEL = MATERIAL / "models" / "yolox_nano.onnx"
CLIPS = (
    *("towncentre_480p.mp4", "courtyard_pedestrians_626.mp4", "street_pedestrians_480p.mp4"),
    *("suburb_road_640.mp4", "station_crowd_720p.mp4"),
)
CLIP_FPS = 8.0
PIECE = 10.0
"""Seconds of a clip that are drawn together."""

PLACES: Mapping[str, Any] = {
    "zones": {
        "middle": {"points": [[0.35, 0.3], [0.65, 0.3], [0.65, 0.7], [0.35, 0.7]]},
        "left": {"points": [[0.05, 0.4], [0.3, 0.4], [0.3, 1], [0.05, 1]]},
        "far": {"points": [[0.3, 0.05], [1, 0.05], [1, 0.45], [0.3, 0.45]]},
        "near": {"points": [[0.3, 0.75], [0.95, 0.75], [0.95, 1], [0.3, 1]]},
    },
    "lines": {
        "upright": {"points": [[0.5, 0], [0.5, 1]]},
        "level": {"points": [[0.05, 0.6], [0.95, 0.6]]},
    },
}
"""The same for every clip: chosen without looking at any."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One prediction that came to an end."""

    kind: str
    probability: float
    hit: bool
    block: str
    """What is drawn together when an interval is estimated."""


def measure() -> dict[str, Any]:
    """Score plays, fresh and learned, then clips; time a crowd."""
    shared = Experience()
    learned, right, judged = _plays(lambda: shared)
    fresh, _, _ = _plays(Experience)
    plays = {kind: _figures([one for one in learned if one.kind == kind]) for kind in KINDS}
    cost = _cost()
    return {
        "plays": len(PLAYS) * len(SEEDS),
        "horizon_s": PredictionConfig().horizon,
        "learned": plays,
        "first_day": {
            kind: _short(_figures([one for one in fresh if one.kind == kind])) for kind in KINDS
        },
        "outcomes_that_agree_with_the_truth": round(right / judged, 4),
        "outcomes_compared_with_the_truth": judged,
        "within_the_ellipse_of_80_percent": round(shared.within / max(1, shared.looks), 3),
        "clips": clips(),
        "cost": cost,
        "ok": cost["ms_p50"] <= MILLISECONDS_WANTED
        and all(
            plays[kind]["skill"] >= SKILL_WANTED and plays[kind]["skill_low"] > 0 for kind in PROVEN
        ),
    }


def _plays(experience: Callable[[], Experience]) -> tuple[list[Scored], int, int]:
    """Show all plays; return what was scored, and how many outcomes agree with the truth."""
    scored: list[Scored] = []
    right = judged = 0
    for seed in SEEDS:
        for name in PLAYS:
            resolved, names = _show(name, seed, experience())
            block = f"{name} {seed}"
            scored += [
                Scored(one.what, one.probability, one.outcome == "hit", block)
                for one in resolved
                if one.outcome != "unresolvable"
            ]
            truth = _Happened(Truth(play(name, seed)), names)
            for one in resolved:
                true = truth.outcome(one)
                if true is not None and one.outcome != "unresolvable":
                    judged += 1
                    right += true == (one.outcome == "hit")
    return scored, right, judged


def _show(name: str, seed: int, experience: Experience) -> tuple[list[Prediction], dict[int, str]]:
    """Show one play; return what was resolved, and whom each object shows."""
    story, random = play(name, seed), Random(f"{name} {seed}")  # noqa: S311  seeded chance
    tracker = ByteTracker(name, ByteConfig())
    scene = Scene(CONFIG)
    forecaster = Forecaster(Foresight(PredictionConfig(kinds=KINDS), experience), scene)
    resolved: list[Prediction] = []
    forecaster.docket.finished = resolved.append
    seen: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for number, (at, sights) in enumerate(frames(story, FPS)):
        tracks = tracker.update(at, detections(sights, random, FLAWED))
        forecaster.observe(scene.observe(View(number, at, at, WIDTH, HEIGHT, tracks)))
        for thing in scene.things.values():
            best = max(
                ((_overlap(thing.box, sight.box), sight.actor.name) for sight in sights),
                default=(0.0, ""),
            )
            if best[0] > 0.3:
                seen[thing.id][best[1]] += 1
    forecaster.close()
    return resolved, {
        thing: max(names, key=lambda name: names[name]) for thing, names in seen.items()
    }


class _Happened:
    """What truly happened in a play, as far as predictions speak of it."""

    def __init__(self, truth: Truth, names: Mapping[int, str]) -> None:
        self._names = names
        self._at: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        for fact in truth.facts():
            if fact.kind in {"entered", "left", "crossed"}:
                place = fact.detail.partition(" ")[0]
                self._at[fact.kind, fact.who[0], place].append(fact.at)

    def outcome(self, one: Prediction) -> bool | None:
        """Return what became of it; None where truth does not say, or only just missed it."""
        kind = {"enters": "entered", "leaves": "left", "crosses": "crossed"}.get(one.what)
        name = self._names.get(one.subject or 0)
        if kind is None or name is None:
            return None
        times = self._at[kind, name, str(one.object).partition(":")[2]]
        if any(abs(at - one.until) < SLACK or abs(at - one.stated_at) < SLACK for at in times):
            return None
        return any(one.stated_at < at < one.until for at in times)


def clips() -> dict[str, Any]:
    """Replay the real clips; return figures per kind over all, and per clip."""
    if not MODEL.is_file():
        return {"skipped": f"no material at {MATERIAL}"}
    scored: list[Scored] = []
    per_clip: dict[str, Any] = {}
    for clip in CLIPS:
        told, unresolvable = _replay(MATERIAL / "media" / clip)
        scored += told
        score = Score()
        for one in told:
            score.add(one.probability, hit=one.hit)
        per_clip[clip.partition(".")[0]] = {
            "resolved": score.count,
            "unresolvable": unresolvable,
            "brier": _round(score.brier),
            "skill": _round(score.skill),
        }
    return {
        "looks_per_s": CLIP_FPS,
        **{kind: _figures([one for one in scored if one.kind == kind]) for kind in KINDS},
        "per_clip": per_clip,
    }


def _replay(video: Path) -> tuple[list[Scored], int]:
    """Replay one clip through the whole pipeline; return all its predictions, told or not."""
    with tempfile.TemporaryDirectory(prefix="lookout-bench-") as folder:
        config, out = Path(folder) / "c.yaml", Path(folder) / "predictions.jsonl"
        config.write_text(
            yaml.safe_dump(
                {
                    "node": "bench",
                    "detector": openvino(MODEL),
                    "cameras": {
                        "clip": {
                            "source": {"type": "file", "path": str(video)},
                            "predictions": {"kinds": list(KINDS)},
                            **PLACES,
                        }
                    },
                }
            )
        )
        subprocess.run(
            [
                *(sys.executable, "-m", "daemon", "replay", str(video), "-c", str(config)),
                *("--predictions", str(out), "--fps", f"{CLIP_FPS:g}", "--quiet"),
            ],
            cwd=ROOT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        told = [json.loads(line) for line in out.read_text().splitlines()]
    scored = [
        Scored(
            one["what"],
            one["probability"],
            one["outcome"] == "hit",
            f"{video.name} {one['stated_at'] // PIECE}",
        )
        for one in told
        if one["outcome"] != "unresolvable"
    ]
    return scored, len(told) - len(scored)


def _figures(scored: Sequence[Scored]) -> dict[str, Any]:
    """Return Brier score, skill with its interval, log loss and reliability of one kind."""
    score = Score()
    for one in scored:
        score.add(one.probability, hit=one.hit)
    if not score.count or score.skill is None:
        return {"resolved": score.count, "skill": 0.0, "skill_low": -1.0}
    low, high = _interval(scored)
    return {
        "resolved": score.count,
        "base_rate": _round(score.rate),
        "brier": _round(score.brier),
        "log_loss": _round(score.log_loss),
        "skill": _round(score.skill),
        "skill_low": _round(low),
        "skill_high": _round(high),
        "reliability": [
            {"said": round(said, 3), "came_true": round(true, 3), "number": number}
            for said, true, number in score.reliability()
        ],
    }


def _interval(scored: Iterable[Scored]) -> tuple[float, float]:
    """Bootstrap the skill over blocks: plays, or pieces of clips."""
    blocks: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for one in scored:
        sums = blocks[one.block]
        sums[0] += 1
        sums[1] += one.hit
        sums[2] += (one.probability - one.hit) ** 2
    random, names, skills = Random(1), list(blocks), []  # noqa: S311  seeded chance
    for _ in range(DRAWS):
        count = hits = squares = 0.0
        for name in random.choices(names, k=len(names)):
            count += blocks[name][0]
            hits += blocks[name][1]
            squares += blocks[name][2]
        base = hits / count * (1 - hits / count)
        if base > 0:
            skills.append(1 - squares / count / base)
    skills.sort()
    return skills[int(0.025 * len(skills))], skills[int(0.975 * len(skills)) - 1]


def _short(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in figures.items() if key != "reliability"}


def _cost() -> dict[str, float]:
    """Time the predictions of a crowd of 20 alone, CPU only: all kinds, and two wishes of rules."""
    scene = watched()
    wishes = (Wish("enters", 3.0, frozenset({"zone:zone0"})), Wish("crosses", 5.0))
    forecaster = Forecaster(Foresight(PredictionConfig(kinds=KINDS), wishes=wishes), scene)
    times, whole = [], []
    for view in crowd(20):
        began = time.thread_time()
        changes = scene.observe(view)
        started = time.thread_time()
        forecaster.observe(changes)
        forecaster.expectations()
        ended = time.thread_time()
        times.append(1000 * (ended - started))
        whole.append(1000 * (ended - began))
    times, whole = sorted(times[WARM_UP:]), sorted(whole[WARM_UP:])
    return {
        "ms_p50": round(statistics.median(times), 3),
        "ms_p95": round(times[int(0.95 * len(times))], 3),
        "with_scene_ms_p50": round(statistics.median(whole), 3),
        "with_scene_ms_p95": round(whole[int(0.95 * len(whole))], 3),
        "frames": FRAMES - WARM_UP,
        "open": len(list(forecaster.docket)),
    }


def _overlap(one: tuple[float, ...], two: tuple[float, ...]) -> float:
    across = min(one[2], two[2]) - max(one[0], two[0])
    down = min(one[3], two[3]) - max(one[1], two[1])
    if across <= 0 or down <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, two)]
    return across * down / (sum(areas) - across * down)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
