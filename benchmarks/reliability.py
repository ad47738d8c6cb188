"""Draws how reliable predictions are: what was said against what came true, a panel for each kind.

    python -m benchmarks.reliability

Reads `benchmarks/results/predictions.json`, writes `docs/predictions.svg`. A point on the diagonal
is as reliable as can be; its area tells how many predictions it stands for.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "benchmarks" / "results" / "predictions.json"
PICTURE = ROOT / "docs" / "predictions.svg"

SIDE, GAP, TOP = 150, 44, 30
"""Pixels of a panel, between two, and above them."""

SERIES = (("learned", "#2b6cb0"), ("clips", "#c05621"))
NAMED = {"learned": "plays", "clips": "real clips"}


def main() -> None:
    """Draw the picture."""
    measured = json.loads(RESULT.read_text())["measured"]
    PICTURE.write_text(svg(measured))


def svg(measured: Mapping[str, Any]) -> str:
    """Return the picture of all kinds."""
    kinds = list(measured["learned"])
    columns = 4
    rows = math.ceil(len(kinds) / columns)
    width = columns * (SIDE + GAP) + GAP // 2
    height = rows * (SIDE + GAP + TOP) + TOP
    where = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    style = 'font-family="sans-serif" font-size="11"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {where} {style}>',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for number, kind in enumerate(kinds):
        left = GAP + number % columns * (SIDE + GAP)
        top = TOP + number // columns * (SIDE + GAP + TOP)
        parts += _panel(kind, left, top)
        for series, color in SERIES:
            table = measured.get(series, {}).get(kind, {}).get("reliability", [])
            parts += _points(table, left, top, color)
    parts += _legend(width - SIDE - GAP + 10, height - SIDE - 10)
    return "\n".join([*parts, "</svg>", ""])


def _panel(kind: str, left: int, top: int) -> Iterable[str]:
    bottom, right = top + SIDE, left + SIDE
    yield f'<text x="{left}" y="{top - 8}" font-weight="bold">{kind}</text>'
    yield f'<rect x="{left}" y="{top}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#bbb"/>'
    yield f'<path d="M{left} {bottom}L{right} {top}" stroke="#999" stroke-dasharray="4 3"/>'
    for share in (0.0, 0.5, 1.0):
        x, y = left + share * SIDE, bottom - share * SIDE
        yield f'<text x="{x}" y="{bottom + 14}" text-anchor="middle" fill="#555">{share:g}</text>'
        yield f'<text x="{left - 5}" y="{y + 4}" text-anchor="end" fill="#555">{share:g}</text>'
    middle = left + SIDE / 2
    yield f'<text x="{middle}" y="{bottom + 28}" text-anchor="middle" fill="#555">said</text>'


def _points(table: Sequence[Mapping[str, float]], left: int, top: int, color: str) -> Iterable[str]:
    total = sum(row["number"] for row in table)
    for row in table:
        x, y = left + row["said"] * SIDE, top + SIDE - row["came_true"] * SIDE
        radius = 1.5 + 14 * math.sqrt(row["number"] / total)
        yield (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{color}" '
            f'fill-opacity="0.45" stroke="{color}"/>'
        )


def _legend(left: int, top: int) -> Iterable[str]:
    for number, (series, color) in enumerate(SERIES):
        y = top + 20 * number
        yield f'<circle cx="{left}" cy="{y}" r="6" fill="{color}" fill-opacity="0.45"/>'
        yield f'<text x="{left + 14}" y="{y + 4}">{NAMED[series]}</text>'
    yield f'<text x="{left - 6}" y="{top + 46}" fill="#555">up: came true</text>'


if __name__ == "__main__":
    main()
