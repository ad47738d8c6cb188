"""Draws curves into an SVG file, for the documentation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

WIDE, HIGH = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 46, 60
FONT = 'font-family="sans-serif" font-size="13"'
MIDDLE = 'text-anchor="middle"'
COLORS = ("#c25e00", "#1f6fb2", "#5b8c2a", "#8a4fa3", "#666666")


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a plot."""

    name: str
    points: Sequence[tuple[float, float]]
    """Across (above 0) and up (0 to 1)."""


def plot(path: Path, curves: Sequence[Curve], *, title: str, across: str, up: str) -> None:
    """Write a plot: logarithmic across, 0 to 1 up.

    Args:
        path: Where to.
        curves: What to draw.
        title: Above it.
        across: Name of the axis to the right.
        up: Name of the other.
    """
    values = [x for curve in curves for x, _ in curve.points if x > 0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))

    def place(x: float, y: float) -> tuple[float, float]:
        share = (math.log10(x) - low) / max(high - low, 1)
        return (
            round(LEFT + share * (WIDE - LEFT - RIGHT), 1),
            round(TOP + (1 - y) * (HIGH - TOP - BOTTOM), 1),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" {FONT}>',
        f'<rect width="{WIDE}" height="{HIGH}" fill="white"/>',
        f'<text x="{LEFT}" y="26" font-size="16">{escape(title)}</text>',
        f'<text x="{(LEFT + WIDE) / 2}" y="{HIGH - 14}" {MIDDLE}>{escape(across)}</text>',
        f'<text transform="translate(18 {HIGH / 2}) rotate(-90)" {MIDDLE}>{escape(up)}</text>',
    ]
    for power in range(low, high + 1):
        x, y = place(10.0**power, 0.0)
        parts.append(f'<path d="M{x} {TOP}V{y}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x}" y="{y + 18}" text-anchor="middle">{10**power}</text>')
    for tenth in range(0, 11, 2):
        x, y = place(10.0**low, tenth / 10)
        parts.append(f'<path d="M{x} {y}H{WIDE - RIGHT}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x - 8}" y="{y + 4}" text-anchor="end">{tenth / 10:.1f}</text>')
    for number, curve in enumerate(curves):
        color = COLORS[number % len(COLORS)]
        spots = [place(x, y) for x, y in curve.points if x > 0]
        line = " ".join(f"{x},{y}" for x, y in spots)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="4" fill="{color}"/>' for x, y in spots]
        y = HIGH - BOTTOM - 16 - 18 * (len(curves) - 1 - number)
        parts.append(f'<circle cx="{WIDE - 230}" cy="{y - 4}" r="4" fill="{color}"/>')
        parts.append(f'<text x="{WIDE - 220}" y="{y}">{escape(curve.name)}</text>')
    parts.append("</svg>")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts) + "\n", "utf-8")
