"""Why a rule fired, in phrases: each of its conditions that held, of whom, where and since when.

A condition of a kind that has no words of its own is told in those of the rule, in quotation marks.
"""

from collections.abc import Sequence
from typing import Final

from reasoners.firing import Ground
from reasoners.language.catalogue import wanted
from reasoners.language.phrase import (
    Evidence,
    Number,
    Phrase,
    Quoted,
    Several,
    Share,
    Span,
    Value,
    Verbatim,
    Word,
)
from reasoners.scene.thing import Thing
from reasoners.telling.saying import Saying, named

MEASURES: Final = frozenset(
    {"time_to_contact", "uncertainty", "box_growth", "drifting", "lane_left", "lane_right"}
    | {"passes_ahead", "passes_left", "passes_right", "own_standing"}
)
"""Kinds that say what was measured at one moment; since when says nothing of them."""

NAMED: Final = 4
"""Objects named in a sentence; the rest is counted."""

TOLD: Final = 6
"""Conditions told; the others are in the record."""


def reason(
    rule: str,
    things: Sequence[Thing],
    grounds: Sequence[Ground],
    saying: Saying,
    now: float,
    *,
    ended_at: float | None = None,
) -> Phrase:
    """Say why a rule fired.

    Args:
        rule: Its name.
        things: Whom the event is about, whom most first.
        grounds: Which conditions held.
        saying: How things and places are called.
        now: The present; seconds.
        ended_at: When the event was over, if it is: then nothing of it holds any more.
    """
    gaps: dict[str, Value] = {"rule": Phrase("name.rule", {"name": Verbatim(rule)})}
    if not grounds:
        about = tuple(thing.id for thing in things)
        evidence = (Evidence("condition", rule, about, now),)
        if not things:
            return Phrase("sentence.fired_plain", gaps, evidence)
        return Phrase("sentence.fired_about", gaps | {"who": _who(things)}, evidence)
    told = [_dated(ground, saying, now, ended_at) for ground in grounds[:TOLD]]
    if len(grounds) > TOLD:
        told.append(Phrase("name.more", {"n": Number(len(grounds) - TOLD)}))
    lasting = any(ground.until is None for ground in grounds)
    key = "sentence.fired" if ended_at is None or not lasting else "sentence.fired_once"
    return Phrase(key, gaps | {"conditions": Several(tuple(told))})


def _dated(ground: Ground, saying: Saying, now: float, ended_at: float | None) -> Phrase:
    """Say of a condition for how long it holds or held, or when it happened."""
    clause = _clause(ground, saying)
    if ground.kind in MEASURES:
        return clause
    if ground.until == ground.since:
        key, lasted = "condition.ago", now - ground.since
    elif ground.until is None and ended_at is None:
        # Nobody knows whether it still holds since it was last looked at.
        key, lasted = "condition.for", ground.at - ground.since
    else:
        over = ground.until if ground.until is not None else min(ground.at, ended_at or ground.at)
        key, lasted = "condition.lasted", over - ground.since
    if lasted < 1:
        return clause
    return Phrase(key, {"clause": clause, "span": Span(lasted)})


def _clause(ground: Ground, saying: Saying) -> Phrase:
    about: list[int | str] = [thing.id for thing in ground.things]
    about += [] if ground.place is None else [ground.place]
    evidence = (Evidence("condition", ground.kind, tuple(about), ground.since),)
    gaps = _gaps(ground, saying)
    key = f"condition.{_kind(ground)}"
    needs = wanted(key)
    if needs is None or not needs <= gaps.keys():
        text: dict[str, Value] = {"text": Quoted(ground.condition, 200)}
        if not ground.things:
            return Phrase("condition.plain", text, evidence)
        return Phrase("condition.other", text | {"who": _who(ground.things)}, evidence)
    clause = Phrase(key, {name: gaps[name] for name in needs}, evidence)
    if ground.place is None or "place" in needs:
        return clause
    return Phrase("condition.at", {"clause": clause, "place": gaps["place"]})


def _gaps(ground: Ground, saying: Saying) -> dict[str, Value]:
    """Return all that can be said of a condition."""
    labels = {thing.label for thing in ground.things}
    gaps: dict[str, Value] = {"what": Word(labels.pop() if len(labels) == 1 else "object")}
    if ground.things:
        gaps["who"] = _who(ground.things[:1])
    if len(ground.things) > 1:
        gaps["other"] = _who(ground.things[1:])
    if ground.place is not None:
        gaps["place"] = saying.place(ground.place)
    value, asked = ground.value, ground.wanted
    if isinstance(value, int | float):
        gaps |= {"n": Number(value), "share": Share(value), "value": Number(value, 1)}
    elif ground.things:
        gaps["n"] = Number(len(ground.things))
    if isinstance(asked, int | float):
        gaps["wanted"] = Number(asked, 0 if asked == int(asked) else 1)
    return gaps


def _kind(ground: Ground) -> str:  # noqa: PLR0911  a table, read row by row
    """Tell which message says a condition."""
    match ground:
        case Ground(kind="crosses" | "crossed", value=str(way)):
            return f"crosses_{way}"
        case Ground(kind="entered" | "left" as kind):
            return {"entered": "enters", "left": "leaves"}[kind]
        case Ground(kind="expects_leaves", place=str()):
            return "expects_leaves_zone"
        case Ground(kind="wrong_way", place=str()):
            return "wrong_way_at"
        case Ground(kind="count" | "counted", place=str()):
            return "count_in"
        case Ground(kind="hidden", things=(_, _)):
            return "hidden_behind"
        case _:
            return ground.kind


def _who(things: Sequence[Thing]) -> Value:
    told: list[Value] = [named(thing.label, thing.track) for thing in things[:NAMED]]
    if len(things) > NAMED:
        told.append(Phrase("name.more", {"n": Number(len(things) - NAMED)}))
    return told[0] if len(told) == 1 else Several(tuple(told))
