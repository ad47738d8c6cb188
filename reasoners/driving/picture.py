"""What a driver is shown on a picture: the own path, lane marks, what is reached when, warnings."""

from collections.abc import Iterator
from typing import Final

from reasoners.driving.assist import Assist
from reasoners.driving.config import Kind
from reasoners.driving.lane import SURE
from reasoners.language.catalogue import catalogue
from reasoners.language.phrase import Phrase
from reasoners.scene.view import View
from sources import Mark, legible

CALM, HURRY, DANGER = (90, 200, 90), (255, 170, 0), (235, 40, 40)
COLORS = {"alert": DANGER, "warning": HURRY, "info": CALM}
SHOWN = 10.0
"""Seconds to contact above which it is not written beside an object."""

LOUDEST: Final[tuple[Kind, ...]] = (
    *("collision", "closing_fast", "person_in_path", "lane_departure"),
    "lead_moved_off",
)
"""Warnings, what is most urgent first."""


def marks(assist: Assist, view: View, language: str = "en") -> Iterator[Mark]:
    """Draw what is known at a frame.

    Args:
        assist: Who watched it.
        view: The frame it observed last.
        language: Of the warnings; where its letters cannot be drawn, they are in English.
    """
    active = sorted(assist.active, key=lambda advice: LOUDEST.index(advice.kind))
    color = COLORS[active[0].severity] if active else CALM
    yield Mark(shape="polygon", points=assist.strip.corners(assist.bonnet), color=color)
    horizon = assist.strip.horizon
    for lane in () if view.road is None else view.road.marks:
        if lane.sure >= SURE:
            # From a little below the horizon, where the line was seen, to the picture's border.
            points = tuple(
                (
                    _within(lane.far + share * (lane.near - lane.far)),
                    horizon + share * (1 - horizon),
                )
                for share in (0.15, _reach(lane.near, lane.far))
            )
            yield Mark(shape="line", points=points, color=(90, 170, 255))
    for track in view.tracks:
        contact = assist.contacts.get(track.id)
        if contact is None or contact.ttc is None or contact.ttc > SHOWN or track.lost:
            continue
        left, _, _, bottom = (_within(side) for side in track.xyxy)
        urgent = any(advice.track == track.id for advice in active)
        yield Mark(
            shape="text",
            points=((left, min(1.0, bottom + 0.03)),),
            text=f"{contact.ttc:.1f} s +- {contact.sd:.1f}",
            color=color if urgent else (200, 200, 200),
        )
    for number, advice in enumerate(active):
        who = f"({advice.label} t{advice.track})" if advice.track is not None else advice.key
        yield Mark(
            shape="text",
            points=((0.3, 0.08 + 0.06 * number),),
            text=f"{_shown(advice.kind, language)} {who}",
            color=COLORS[advice.severity],
        )


def _shown(kind: Kind, language: str) -> str:
    phrase = Phrase(f"driving.shown_{kind}")
    return legible(catalogue(language).say(phrase), catalogue("en").say(phrase))


def _reach(near: float, far: float) -> float:
    """Return how far down a line stays on the picture."""
    if 0 <= near <= 1 or near == far:
        return 1.0
    return min(1.0, max(0.15, ((0.0 if near < 0 else 1.0) - far) / (near - far)))


def _within(x: float) -> float:
    return min(max(x, 0.0), 1.0)
