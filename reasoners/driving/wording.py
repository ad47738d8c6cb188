"""Warnings in words, each with the figures it rests on."""

from reasoners.driving.contact import Contact
from reasoners.driving.lane import Departure
from reasoners.words import with_article


def contact(label: str, name: str, told: Contact) -> str:
    """Tell of something that comes nearer."""
    who = f"{with_article(label).capitalize()} ({name})"
    if told.ttc is None:
        return f"{who} is in the way."
    return (
        f"{who} is reached in {told.ttc:.1f} s (± {max(told.sd, 0.05):.1f} s) if nothing changes: "
        f"its box grew {told.grown:.2f} times as large in {told.span:.1f} s, and it will be "
        f"{_aside(told.passing(told.ttc))}."
    )


def crossing(label: str, name: str, told: Contact | None, *, inside: bool) -> str:
    """Tell of somebody on the road."""
    who = f"{with_article(label).capitalize()} ({name})"
    if inside:
        near = "" if told is None or told.ttc is None else f", reached in {told.ttc:.1f} s"
        return f"{who} is in the own path{near}."
    if told is None:
        return f"{who} is about to enter the own path."
    return (
        f"{who} is about to enter the own path: {_aside(told.aside)} and moving "
        f"{'right' if told.drift > 0 else 'left'} at {abs(told.drift):.1f} m/s "
        f"(± {told.drift_sd:.1f})."
    )


def departure(told: Departure) -> str:
    """Tell of a lane mark that is about to be crossed."""
    where = (
        f"{told.room:.1f} m from the {told.side} lane mark"
        if told.room > 0
        else f"{-told.room:.1f} m beyond the {told.side} lane mark"
    )
    return f"The own wheel is {where}, drifting at {told.drift:.1f} m/s (± {told.drift_sd:.1f})."


def moved_off(label: str, name: str, told: Contact, stood: float) -> str:
    """Tell of the vehicle ahead that went on."""
    return (
        f"{with_article(label).capitalize()} ({name}) ahead has moved off: its box shrank to "
        f"{100 * told.grown:.0f} % in {told.span:.1f} s while the own vehicle has stood for "
        f"{stood:.0f} s."
    )


def _aside(metres: float) -> str:
    if abs(metres) < 0.25:  # noqa: PLR2004 (guessed sizes tell no finer)
        return "straight ahead"
    return f"about {abs(metres):.1f} m to the {'right' if metres > 0 else 'left'}"
