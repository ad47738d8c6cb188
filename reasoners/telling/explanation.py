"""Why an event exists and what became of it, in words; deterministic, with or without a model."""

from collections.abc import Iterable, Mapping
from typing import Final

from reasoners.event import Answer, Check, EndReason, Reasoning
from reasoners.scene.thing import Stay, Thing
from reasoners.telling.wire import LABEL, track_name
from reasoners.words import direction, duration, edge_of, listed, place, quoted, with_article

LONGEST: Final = 4000
NAMED: Final = 6
"""Zones named in one sentence; the rest is counted."""

PENDING: Final = "A model has been asked and has not answered yet."


def explain(
    rule: str,
    thing: Thing,
    titles: Mapping[str, str],
    *,
    ended: EndReason | None = None,
    in_view: bool = False,
) -> str:
    """Say why a rule fired for an object, and what the object does or did.

    Args:
        rule: Name of the rule.
        thing: The object, as last seen.
        titles: What people call the zones that have a title.
        ended: How the event ended, if it did.
        in_view: Whether the object was still there at the end.
    """
    arrival = _arrival(thing)
    lasted = thing.last_seen - thing.first_seen
    if ended is None:
        ago = f" {duration(lasted)} ago" if lasted >= 1 and not thing.since_start else ""
        deed = f"{arrival}{ago}{_motion(thing)}{_presence(thing, titles)}"
    else:
        deed = f"{arrival}{_departure(thing, ended, lasted, in_view=in_view)}"
    score = thing.score if ended is None else thing.best
    who = f"{thing.label[:LABEL]} {track_name(thing.track)} (score {score:.2f})"
    return " ".join(
        filter(
            None,
            (
                f"Rule {rule}: {who} {deed}.",
                _visits(thing, titles, over=ended is not None),
                _return(thing),
                _relabelling(thing),
            ),
        )
    )


def conclude(
    reasoning: Reasoning, answers: Iterable[Answer], question: str | None, description: str | None
) -> str:
    """Say what a model made of the event; empty where none was asked."""
    if reasoning.state == "none":
        return ""
    if reasoning.state == "pending":
        return PENDING
    said = _said(reasoning, tuple(answers), question)
    if description and reasoning.state in {"verified", "rejected", "uncertain"}:
        told = description.strip().removesuffix(".")
        return f"{said} It describes: {quoted(told, 300)}."
    return said


def joined(*parts: str) -> str:
    """Put sentences together, within what an event may carry."""
    return " ".join(filter(None, parts))[:LONGEST]


def _arrival(thing: Thing) -> str:
    where = place(thing.entry)
    if thing.since_start:
        return f"was in view {where} when watching began"
    return f"came into view {where}" if edge_of(thing.entry) else f"appeared {where}"


def _motion(thing: Thing) -> str:
    heading = thing.heading
    if heading is not None:
        return f" and moves {direction(heading)}"
    still = thing.last_seen - thing.motion_since
    if still >= 1:
        return f" and has stood still for {duration(still)}"
    # Half in the picture and just found, nothing's speed is known yet.
    settled = thing.since_start or edge_of(thing.entry) is None
    return " and stands still" if settled else ""


def _presence(thing: Thing, titles: Mapping[str, str]) -> str:
    """Say where it is: `; in zone step for 6 s`."""
    stays = [
        f"{_zone(stay.zone, titles)} for {duration(thing.last_seen - stay.since)}"
        if thing.last_seen - stay.since >= 1
        else _zone(stay.zone, titles)
        for stay in sorted(thing.zones.values(), key=lambda stay: (stay.since, stay.zone))
    ]
    return f"; in {_named(stays)}" if stays else ""


def _departure(thing: Thing, ended: EndReason, lasted: float, *, in_view: bool) -> str:
    if ended == "camera_lost":
        return f" and had been there for {duration(lasted)} when the camera was lost"
    if ended == "restart":
        return f" and had been there for {duration(lasted)} when Lookout was stopped"
    if in_view:
        return f" and was still there after {duration(lasted)}, when watching ended"
    edge = edge_of(thing.box)
    if edge is not None:
        return f", stayed for {duration(lasted)} and left at the {edge} edge"
    heading = thing.heading
    way = f", moving {direction(heading)}" if heading is not None else ""
    return f", stayed for {duration(lasted)} and was lost from sight {place(thing.box)}{way}"


def _visits(thing: Thing, titles: Mapping[str, str], *, over: bool) -> str:
    """Say in which zones it was before."""
    visits: dict[str, list[Stay]] = {}
    for stay in thing.past:
        visits.setdefault(stay.zone, []).append(stay)
    told = []
    for zone, stays in visits.items():
        total = sum((stay.until or stay.since) - stay.since for stay in stays)
        times = f", in {len(stays)} visits" if len(stays) > 1 else ""
        told.append(f"in {_zone(zone, titles)} for {duration(total)}{times}")
    if not told:
        return ""
    return f"{'The' if over else 'Earlier the'} {thing.label[:LABEL]} was {_named(told)}."


def _return(thing: Thing) -> str:
    if not thing.former:
        return ""
    before = listed([track_name(track) for track in thing.former])
    return (
        f"After {duration(thing.away)} out of sight it was recognised again as"
        f" {track_name(thing.track)} (before: {before})."
    )


def _relabelling(thing: Thing) -> str:
    if thing.label == thing.first_label:
        return ""
    return f"At first it was taken for {with_article(thing.first_label[:LABEL])}."


def _said(reasoning: Reasoning, answers: tuple[Answer, ...], question: str | None) -> str:
    model = f"The model {reasoning.model[:80]}" if reasoning.model else "The model"
    reason = f" ({reasoning.reason})" if reasoning.reason else ""
    match reasoning.state:
        case "timeout":
            return f"{model} did not answer in time{reason}."
        case "skipped_budget":
            return f"No model was asked: there was no room in the budget{reason}."
        case "invalid":
            return f"{model} gave an answer that could not be used{reason}."
        case "refused":
            return f"{model} declined to answer{reason}."
        case "error":
            return f"No answer could be had from a model{reason}."
        case state:
            failed = [check for check in reasoning.checks if not check.ok]
            return f"{model} {_answers(answers, question)}{_outcome(state, failed)}."


def _answers(answers: tuple[Answer, ...], question: str | None) -> str:
    told = [
        answer.answer.replace("_", " ")
        + ("" if answer.confidence is None else f" (confidence {answer.confidence:.0%})")
        for answer in answers
    ]
    asked = f" to {quoted(question, 300)}" if question else ""
    return f"answered {listed(told)}{asked}" if told else "answered"


def _outcome(state: str, failed: list[Check]) -> str:
    means = {
        "verified": ", which verifies the event",
        "rejected": ", which speaks against the event; it is kept all the same",
    }.get(state, ", which leaves the event uncertain")
    if failed:
        check = failed[0]
        return (
            f", but that does not fit what the detector saw ({check.name.replace('_', ' ')}:"
            f" {check.claimed} in the answer, {check.seen} in the scene){means}"
        )
    return means


def _zone(name: str, titles: Mapping[str, str]) -> str:
    title = titles.get(name)
    return f"zone {quoted(title, 80)}" if title else f"zone {name}"


def _named(parts: list[str]) -> str:
    if len(parts) <= NAMED:
        return listed(parts)
    return listed([*parts[:NAMED], f"{len(parts) - NAMED} more"])
