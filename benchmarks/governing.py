"""A simulated day of 64 cameras: what is asked, what waits, what is left out; drawn as a picture.

The governor runs as in the daemon; time, events and a server's latencies are simulated. The picture
is `docs/images/governor.svg`.
"""

import time
from pathlib import Path
from typing import Any

from reasoners.governor.budget import Budget, Price
from reasoners.governor.offer import Offer
from reasoners.testing.day import HOUR, Plan, Told, live, most_within

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "governor.svg"
CALLS, TOKENS = 300, 1_200_000
PLAN = Plan(per_hour=24.0)
OFFER = Offer("main", "127.0.0.1", cloud=False, at_once=4, max_tokens=400, price=Price())
WIDTH, LANE, LEFT, TOP, GAP = 960, 90, 150, 34, 26
INK, GRID, BARS, LIMIT = "#1f2933", "#d8dee6", "#3f7cac", "#c0392b"
NAMES = {1: "alert", 2: "warning", 3: "info"}


def measure() -> dict[str, Any]:
    """Play the day and draw it; return what held."""
    began = time.process_time()
    told = live(PLAN, (OFFER,), Budget(calls_per_hour=CALLS, tokens_per_hour=TOKENS))
    took = time.process_time() - began
    PICTURE.write_text(_drawn(told))
    questions = len(told.asked)
    return {
        "questions": questions,
        "calls": len(told.calls),
        "calls_in_any_hour_most": round(most_within([(at, 1.0) for at in told.calls])),
        "calls_an_hour_allowed": CALLS,
        "tokens_in_any_hour_most": round(most_within(told.tokens)),
        "tokens_an_hour_allowed": TOKENS,
        "waiting_most": told.longest,
        "questions_without_exactly_one_end": sum(len(s) != 1 for s in told.ends.values()),
        "sums_off": told.unbalanced,
        "more_important_passed_over": told.passed_over,
        "answered_share": {
            NAMES[level]: round(states["answered"] / states.total(), 3)
            for level, states in sorted(told.by_priority.items())
        },
        "decision_us": round(1e6 * took / questions, 1),
        "good": told.unbalanced == 0 and told.passed_over == 0,
    }


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
