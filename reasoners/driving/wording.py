"""Warnings and what was measured, as phrases: the catalogue of each language has words for them."""

from reasoners.driving.contact import Contact
from reasoners.driving.lane import Departure
from reasoners.language.phrase import Number, Phrase, Verbatim, Word

SURELY = 0.05
"""Seconds of uncertainty below which none is told: looks are no finer."""

STRAIGHT = 0.25
"""Metres beside the own middle up to which something is straight ahead: sizes are guessed."""


def contact(label: str, name: str, told: Contact) -> Phrase:
    """Tell of something that comes nearer."""
    if told.ttc is None:
        return Phrase("driving.in_the_way", {"who": _who(label, name)})
    return Phrase(
        "driving.reached",
        {
            "who": _who(label, name),
            "seconds": Number(told.ttc, 1),
            "unsure": Number(max(told.sd, SURELY), 1),
            "grown": Number(told.grown, 2),
            "span": Number(told.span, 1),
            "aside": _aside(told.passing(told.ttc)),
        },
    )


def crossing(label: str, name: str, told: Contact | None, *, inside: bool) -> Phrase:
    """Tell of somebody on the road."""
    who = _who(label, name)
    if inside:
        if told is None or told.ttc is None:
            return Phrase("driving.in_path", {"who": who})
        return Phrase("driving.in_path_reached", {"who": who, "seconds": Number(told.ttc, 1)})
    if told is None:
        return Phrase("driving.enters", {"who": who})
    return Phrase(
        "driving.enters_right" if told.drift > 0 else "driving.enters_left",
        {
            "who": who,
            "aside": _aside(told.aside),
            "drift": Number(abs(told.drift), 1),
            "unsure": Number(told.drift_sd, 1),
        },
    )


def departure(told: Departure) -> Phrase:
    """Tell of a lane mark that is about to be crossed."""
    where = "before" if told.room > 0 else "beyond"
    return Phrase(
        f"driving.{where}_{told.side}",
        {
            "room": Number(abs(told.room), 1),
            "drift": Number(told.drift, 1),
            "unsure": Number(told.drift_sd, 1),
        },
    )


def moved_off(label: str, name: str, told: Contact, stood: float) -> Phrase:
    """Tell of the vehicle ahead that went on."""
    return Phrase(
        "driving.moved_off",
        {
            "who": _who(label, name),
            "share": Number(100 * told.grown),
            "span": Number(told.span, 1),
            "stood": Number(stood),
        },
    )


def measured(what: str, seconds: float | None = None) -> Phrase:
    """Name what a figure beside a warning says, such as `drifting` or `reached`."""
    gaps = {} if seconds is None else {"span": Number(seconds, 1)}
    return Phrase(f"driving.{what}_measured", gaps)


def _who(label: str, name: str) -> Phrase:
    return Phrase("name.thing", {"what": Word(label), "track": Verbatim(name)})


def _aside(metres: float) -> Phrase:
    if abs(metres) < STRAIGHT:
        return Phrase("driving.straight")
    side = "right" if metres > 0 else "left"
    return Phrase(f"driving.{side}", {"metres": Number(abs(metres), 1)})
