"""A simulated day of 64 cameras: what is asked, what waits, what is left out; drawn as a picture.

The governor runs as in the daemon, under a clock of its own. When things happen is replayed:
`occurrences.json` has the times of events in seventeen real clips (`python -m
benchmarks.occurring`), which every camera shows again and again, few times at night and many by
day. How long answers take was measured of a `llama-server` (`latencies.json`, `python -m
benchmarks.answering`): once as it was, for a model of no size to speak of; once stretched to the
speed that is published of a model of four billion weights. The picture, of the latter, is
`docs/images/governor.svg`.
"""

import json
import random
import time
from collections import defaultdict
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any, Final

from reasoners.governor.budget import Budget, Price
from reasoners.governor.offer import Offer
from reasoners.testing.day import (
    HOUR,
    PICTURE,
    TEXT,
    Latency,
    Plan,
    Told,
    live,
    most_within,
    replayed,
)

HERE: Final = Path(__file__).resolve().parent
DRAWN: Final = HERE.parent / "docs" / "images" / "governor.svg"
CALLS, TOKENS, MONEY = 300, 1_200_000, 0.15
PLAN: Final = Plan(per_hour=1.5)
OFFER: Final = Offer(
    "main", "127.0.0.1", cloud=False, at_once=4, max_tokens=400, price=Price(input=0.1, output=0.5)
)
BUDGET: Final = Budget(calls_per_hour=CALLS, tokens_per_hour=TOKENS, money_per_hour=MONEY)
PREFILL, DECODE, LOOK = 5255.3, 32.7, 0.0163
"""Tokens a second read and written, and seconds a picture of Qwen3-VL 4B in 8 bits on one edge
accelerator, as published: huggingface.co/OpenExplorer/Qwen3-VL-4B-Instruct, looked up in November
2026."""

WIDTH, LANE, LEFT, TOP, GAP = 960, 90, 150, 34, 26
INK, GRID, BARS, LIMIT = "#1f2933", "#d8dee6", "#3f7cac", "#c0392b"
NAMES = {1: "alert", 2: "warning", 3: "info"}


def measure() -> dict[str, Any]:
    """Play both days and draw the second; return what held."""
    kept = json.loads((HERE / "occurrences.json").read_text())["clips"].values()
    clips = [[began for began, _ in clip["events"]] for clip in kept]
    coming = replayed(PLAN, clips, max(clip["seconds"] for clip in kept))
    measured = _measured()
    found: dict[str, Any] = {
        "clips": len(clips),
        "events_in_the_clips": sum(map(len, clips)),
        "answers_measured": sum(map(len, measured.values())),
        "answer_measured_s_median": round(median(chain.from_iterable(measured.values())), 4),
        "calls_an_hour_allowed": CALLS,
        "tokens_an_hour_allowed": TOKENS,
        "money_an_hour_allowed": MONEY,
    }
    good = True
    for name, latency in (("as_measured", _as_measured(measured)), ("as_4b", _as_4b(measured))):
        began = time.process_time()
        told = live(PLAN, (OFFER,), BUDGET, coming=coming, latency=latency)
        took = time.process_time() - began
        found[name] = held = _held(told, took)
        good = good and held["good"]
        if name == "as_4b":
            DRAWN.write_text(_drawn(told))
    return {**found, "good": good}


def _held(told: Told, took: float) -> dict[str, Any]:
    """Say what came of a day, and whether every promise held."""
    money = most_within([(at, OFFER.price.of(*paid)) for (at, _), paid in _paid(told)])
    calls = round(most_within([(at, 1.0) for at in told.calls]))
    tokens = round(most_within(told.tokens))
    ends = sum(len(states) != 1 for states in told.ends.values())
    kept = calls <= CALLS and tokens <= TOKENS and money <= MONEY
    exact = told.unbalanced == 0 and ends == 0 and told.accounts_off < 1e-3
    return {
        "questions": len(told.asked),
        "calls": len(told.calls),
        "calls_in_any_hour_most": calls,
        "tokens_in_any_hour_most": tokens,
        "money_in_any_hour_most": round(money, 4),
        "waiting_most": told.longest,
        "questions_without_exactly_one_end": ends,
        "sums_off": told.unbalanced,
        "purse_off": round(told.accounts_off, 6),
        "more_important_passed_over": told.passed_over,
        "answered_share": {
            NAMES[level]: round(states["answered"] / states.total(), 3)
            for level, states in sorted(told.by_priority.items())
        },
        "decision_us": round(1e6 * took / len(told.asked), 1),
        "good": kept and exact and told.passed_over == 0,
    }


def _paid(told: Told) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    return list(zip(told.tokens, told.paid, strict=True))


def _measured() -> Mapping[int, list[float]]:
    """Return the seconds of every answer that was measured, by pictures."""
    found = defaultdict(list)
    for pictures, _, _, _, seconds in json.loads((HERE / "latencies.json").read_text())["answers"]:
        found[int(pictures)].append(float(seconds))
    return found


def _as_measured(measured: Mapping[int, list[float]]) -> Latency:
    """Draw from what was measured with as many pictures, or with the next more."""

    def latency(chance: random.Random, images: int, answered: float) -> float:
        del answered
        return chance.choice(measured[_like(measured, images)])

    return latency


def _as_4b(measured: Mapping[int, list[float]]) -> Latency:
    """Take the published speed, and how far the measured answers lay from their median."""
    middle = {pictures: median(seconds) for pictures, seconds in measured.items()}

    def latency(chance: random.Random, images: int, answered: float) -> float:
        like = _like(measured, images)
        spread = chance.choice(measured[like]) / middle[like]
        asked = TEXT + PICTURE * images
        return spread * (LOOK * images + asked / PREFILL + answered / DECODE)

    return latency


def _like(measured: Mapping[int, list[float]], images: int) -> int:
    return min((one for one in measured if one >= images), default=max(measured))


def _drawn(told: Told) -> str:
    """Draw four lanes over the hours of the day."""
    asked = _by_minute([at for at, _ in told.asked], 10)
    lanes = [
        ("questions in 10 min", asked, None),
        ("calls in the last hour", _rolling(told.calls), float(CALLS)),
        ("waiting", [(at, float(count)) for at, count in told.waiting], 64.0),
        ("left out (step)", [(at, float(step)) for at, step in told.steps], None),
    ]
    height = TOP + len(lanes) * (LANE + GAP) + 30
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            'font-family="sans-serif" font-size="13">'
        ),
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        (
            f'<text x="{LEFT}" y="20" fill="{INK}">64 cameras, 24 hours: a server down at 9, '
            "everything at once at 15</text>"
        ),
    ]
    for number, (name, points, limit) in enumerate(lanes):
        parts += _lane(name, points, limit, TOP + number * (LANE + GAP))
    bottom = TOP + len(lanes) * (LANE + GAP)
    parts += [
        f'<text x="{_x(hour * HOUR):.0f}" y="{bottom + 6}" fill="{INK}" '
        f'text-anchor="middle">{hour}</text>'
        for hour in range(0, 25, 3)
    ]
    return "\n".join([*parts, "</svg>", ""])


def _lane(name: str, points: list[tuple[float, float]], limit: float | None, top: int) -> list[str]:
    most = max([limit or 0.0, 1.0, *(value for _, value in points)])
    base = top + LANE
    line = " ".join(f"{_x(at):.1f},{base - LANE * value / most:.1f}" for at, value in points)
    parts = [
        f'<line x1="{LEFT}" y1="{base}" x2="{WIDTH - 20}" y2="{base}" stroke="{GRID}"/>',
        (
            f'<text x="{LEFT - 10}" y="{base - LANE / 2:.0f}" fill="{INK}" '
            f'text-anchor="end">{name}</text>'
        ),
        (
            f'<text x="{LEFT - 10}" y="{top + 10}" fill="{INK}" font-size="10" '
            f'text-anchor="end">{most:.0f}</text>'
        ),
        f'<polyline points="{line}" fill="none" stroke="{BARS}" stroke-width="1.2"/>',
    ]
    if limit is not None:
        at = base - LANE * limit / most
        parts.append(
            f'<line x1="{LEFT}" y1="{at:.1f}" x2="{WIDTH - 20}" y2="{at:.1f}" stroke="{LIMIT}" '
            'stroke-dasharray="4 3"/>'
        )
    return parts


def _x(at: float) -> float:
    return LEFT + (WIDTH - 20 - LEFT) * at / (24 * HOUR)


def _by_minute(times: list[float], minutes: int) -> list[tuple[float, float]]:
    width = 60.0 * minutes
    counts = [0] * (int(24 * HOUR / width) + 1)
    for at in times:
        counts[int(at / width)] += 1
    return [(number * width, float(count)) for number, count in enumerate(counts)]


def _rolling(times: list[float]) -> list[tuple[float, float]]:
    points, first, last = list[tuple[float, float]](), 0, 0
    for minute in range(0, 24 * 60, 5):
        now = 60.0 * minute
        while last < len(times) and times[last] <= now:
            last += 1
        while first < last and times[first] <= now - HOUR:
            first += 1
        points.append((now, float(last - first)))
    return points
