"""Why an event exists and what became of it; deterministic, with or without a model. Pure.

What is said is built from phrases, each with its evidence; `worded` puts them into a language.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reasoners.event import EndReason, EventPrediction
from reasoners.firing import Ground
from reasoners.language.catalogue import catalogue
from reasoners.language.phrase import (
    Evidence,
    Number,
    Phrase,
    Several,
    Share,
    Span,
    Value,
    Verbatim,
    Word,
)
from reasoners.scene.cause import Cause
from reasoners.scene.change import Change
from reasoners.scene.presence import RULE
from reasoners.scene.relation import Predicate, Relation
from reasoners.scene.thing import Stay, Thing
from reasoners.telling.reasons import reason
from reasoners.telling.saying import Saying
from reasoners.telling.wire import LABEL, track_name
from reasoners.words import edge_of, heading_phrase, place_phrase

LONGEST: Final = 4000
FACTS: Final = 2800
"""Characters that facts may take; what a model said must fit in as well."""

NAMED: Final = 6
"""Zones named in one sentence; the rest is counted."""

TOLD: Final = 3
"""Relations, causes and predictions told, of each the most telling ones."""

TIES: Final[tuple[Predicate, ...]] = ("carries", "blocks", "on", "follows", "accompanies")
"""Relations that are told, the most telling first; the others are in the record alone."""

LASTED: Final = 2.0
"""Seconds from which on a relation that is over was worth telling."""

LIKELY: Final = 0.5
"""Probability from which on something is told as likely."""

MOMENT: Final = 0.5
"""Seconds below which something only happened, and nothing was over after it."""

SURE: Final = 0.95
"""Confidence from which on none is mentioned."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that the explanation of an event rests on."""

    rule: str
    """Name of its rule."""

    things: Sequence[Thing]
    """Whom it is about, whom most first; as last seen."""

    grounds: Sequence[Ground] = ()
    """Which conditions of the rule held."""

    started_at: float = 0.0
    """When it began; seconds."""

    ended_at: float | None = None
    ended: EndReason | None = None
    """How the event ended, if it did."""

    in_view: bool = False
    """Whether the object was still there at the end."""

    now: float = 0.0
    """Time of the scene; seconds."""

    ties: Sequence[Relation] = ()
    """What holds and held between it and others."""

    noted: Sequence[Change] = ()
    """What happened to it that is worth telling, oldest first."""

    causes: Sequence[Cause] = ()
    """Why that happened, as far as it is known."""

    predictions: Sequence[EventPrediction] = ()
    """What is likely next."""

    labels: Mapping[str, str] | None = None
    """Labels by track name, of what predictions speak of."""

    @property
    def thing(self) -> Thing:
        """Whom it is about most."""
        return self.things[0]


def explain(known: Known, saying: Saying) -> list[Phrase]:
    """Say why a rule fired, and what whom it is about does or did, sentence by sentence."""
    if known.rule != RULE:
        about = (known.rule, known.things, known.grounds, saying, known.now)
        said = [reason(*about, ended_at=known.ended_at)]
        if known.things:
            said += _about(known, saying)
        return [*said, *_outlook(known, saying), *_over(known)]
    return [*_about(known, saying), *_outlook(known, saying)]


def _about(known: Known, saying: Saying) -> list[Phrase]:
    return [
        _told(known, saying),
        *_visits(known, saying),
        *_return(known.thing),
        *_relabelling(known.thing),
        *_happenings(known, saying),
        *_ties(known, saying),
    ]


def _over(known: Known) -> list[Phrase]:
    """Say how the event of a rule ended."""
    if known.ended is None or known.ended_at is None:
        return []
    lasted = known.ended_at - known.started_at
    if lasted < MOMENT:
        return []
    span: dict[str, Value] = {"span": Span(lasted)}
    about = tuple(thing.id for thing in known.things)
    evidence = (Evidence("end", known.ended, about, known.ended_at),)
    return [Phrase(f"over.{known.ended}", span, evidence)]


def worded(sentences: Iterable[Phrase], language: str, longest: int = LONGEST) -> str:
    """Put sentences into words, as many whole ones as there is room for."""
    words = catalogue(language)
    text = ""
    for sentence in sentences:
        said = words.sentence(sentence)
        longer = f"{text}{words.gap}{said}" if text else said
        if len(longer) <= longest:
            text = longer
    return text


def joined(language: str, *parts: str) -> str:
    """Put passages together, within what an event may carry."""
    return catalogue(language).gap.join(filter(None, parts))[:LONGEST]


def _told(known: Known, saying: Saying) -> Phrase:
    thing = known.thing
    lasted = thing.last_seen - thing.first_seen
    gone = known.ended is not None and (known.rule == RULE or not thing.seen)
    deeds = [_arrival(thing, lasted, over=gone)]
    stays: list[Phrase] = []
    if known.ended is None or not gone:
        deeds += _motion(thing)
        stays = _presence(thing, saying)
    else:
        deeds += _departure(thing, known.ended or "left", lasted, in_view=known.in_view)
    score = thing.best if gone else thing.score
    who = Phrase(
        "name.scored",
        {
            "what": Word(thing.label[:LABEL]),
            "track": Verbatim(track_name(thing.track)),
            "score": Number(score, 2),
        },
        _seen(thing, "score"),
    )
    done = Several(tuple(deeds), deeds=True)
    gaps: dict[str, Value] = {"who": who, "deeds": done}
    key = "sentence.about"
    if known.rule == RULE:
        key, gaps["rule"] = "sentence.presence", Phrase("name.presence")
    if not stays:
        return Phrase(key, gaps)
    return Phrase(f"{key}_in", gaps | {"stays": _several(stays)})


def _arrival(thing: Thing, lasted: float, *, over: bool) -> Phrase:
    gaps: dict[str, Value] = {"where": place_phrase(thing.entry)}
    evidence = (Evidence("object", "entry", (thing.id,), thing.first_seen),)
    if thing.since_start:
        return Phrase("arrival.there", gaps, evidence)
    how = "came" if edge_of(thing.entry) else "appeared"
    if over or lasted < 1:
        return Phrase(f"arrival.{how}", gaps, evidence)
    return Phrase(f"arrival.{how}_ago", gaps | {"span": Span(lasted)}, evidence)


def _motion(thing: Thing) -> list[Phrase]:
    if thing.posture.fallen:
        # The box moves as it flattens, whoever is in it may lie still.
        return []
    evidence = _seen(thing, "motion")
    heading = thing.heading
    if heading is not None:
        return [Phrase("motion.moves", {"direction": heading_phrase(heading)}, evidence)]
    still = thing.last_seen - thing.motion_since
    if still >= 1:
        return [Phrase("motion.still_for", {"span": Span(still)}, evidence)]
    # Half in the picture and just found, nothing's speed is known yet.
    settled = thing.since_start or edge_of(thing.entry) is None
    return [Phrase("motion.still", {}, evidence)] if settled else []


def _presence(thing: Thing, saying: Saying) -> list[Phrase]:
    """Say where it is: `in zone step for 6 s`."""
    told = []
    for stay in sorted(thing.zones.values(), key=lambda stay: (stay.since, stay.zone)):
        lasted = thing.last_seen - stay.since
        gaps: dict[str, Value] = {"zone": saying.zone(stay.zone), "span": Span(lasted)}
        key = "stay.lasting" if lasted >= 1 else "stay.fresh"
        told.append(Phrase(key, gaps, (_stayed(thing, stay),)))
    return told


def _departure(thing: Thing, ended: EndReason, lasted: float, *, in_view: bool) -> list[Phrase]:
    end = (Evidence("end", ended, (thing.id,), thing.last_seen), *_seen(thing, "box"))
    span: dict[str, Value] = {"span": Span(lasted)}
    if ended != "left":
        return [Phrase(f"departure.{ended}", span, end)]
    if in_view:
        return [Phrase("departure.still_there", span, end)]
    stayed = Phrase("departure.stayed", span, end)
    where: dict[str, Value] = {"where": place_phrase(thing.box)}
    if edge_of(thing.box) is not None:
        return [stayed, Phrase("departure.left", where, end)]
    heading = thing.heading
    if heading is None:
        return [stayed, Phrase("departure.lost", where, end)]
    where["direction"] = heading_phrase(heading)
    return [stayed, Phrase("departure.lost_moving", where, (*end, *_seen(thing, "motion")))]


def _visits(known: Known, saying: Saying) -> list[Phrase]:
    """Say in which zones it was before."""
    thing = known.thing
    visits: dict[str, list[Stay]] = {}
    for stay in thing.past:
        visits.setdefault(stay.zone, []).append(stay)
    told: list[Phrase] = []
    for zone, stays in visits.items():
        total = sum((stay.until or stay.since) - stay.since for stay in stays)
        gaps: dict[str, Value] = {"zone": saying.zone(zone), "span": Span(total)}
        evidence = tuple(_stayed(thing, stay) for stay in stays)
        if len(stays) > 1:
            told.append(Phrase("stay.visits", gaps | {"n": Number(len(stays))}, evidence))
        else:
            told.append(Phrase("stay.past", gaps, evidence))
    if not told:
        return []
    key = "sentence.earlier" if known.ended is None else "sentence.was"
    return [Phrase(key, {"what": Word(thing.label[:LABEL]), "stays": _several(told)})]


def _return(thing: Thing) -> list[Phrase]:
    if not thing.former:
        return []
    gaps: dict[str, Value] = {
        "span": Span(thing.away),
        "track": Verbatim(track_name(thing.track)),
        "former": Several(tuple(Verbatim(track_name(track)) for track in thing.former)),
    }
    return [Phrase("sentence.returned", gaps, _seen(thing, "track"))]


def _relabelling(thing: Thing) -> list[Phrase]:
    if thing.label == thing.first_label:
        return []
    gaps: dict[str, Value] = {"what": Word(thing.first_label[:LABEL])}
    return [Phrase("sentence.relabelled", gaps, _seen(thing, "label"))]


def _happenings(known: Known, saying: Saying) -> list[Phrase]:
    """Say what happened, and why where that is known; why something happened says that it did."""
    causes = [cause for cause in known.causes if _concerns(cause, known.thing.id)][-TOLD:]
    explained = [cause.effect for cause in causes]
    told = [
        _dated(saying.change(change), change.at, known)
        for change in known.noted
        if change not in explained
    ]
    for cause in causes:
        unsure = cause.confidence if cause.confidence < SURE else None
        told.append(_dated(saying.cause(cause), cause.effect.at, known, unsure))
    return told


def _concerns(cause: Cause, thing: int) -> bool:
    """Tell whether a link says much of an object: what it merely stands before does not."""
    return cause.pattern != "covered" or cause.effect.things[0] == thing


def _dated(clause: Phrase, at: float, known: Known, confidence: float | None = None) -> Phrase:
    key = "sentence.happened" if confidence is None else "sentence.cause"
    gaps: dict[str, Value] = {"clause": clause}
    if confidence is not None:
        gaps["share"] = Share(confidence)
    if known.ended is not None:
        after = at - known.thing.first_seen
        return Phrase(f"{key}_at", gaps | {"span": Span(max(after, 0.0))})
    ago = known.now - at
    return Phrase(key, gaps | {"span": Span(ago)}) if ago >= 1 else Phrase(f"{key}_now", gaps)


def _ties(known: Known, saying: Saying) -> list[Phrase]:
    """Say who carries, blocks, rides, follows or accompanies whom."""
    explained = {
        (one.subject, one.predicate, one.object) for cause in known.causes for one in cause.evidence
    } | {
        (ground.things[0].id, ground.kind, ground.things[1].id)
        for ground in known.grounds
        if len(ground.things) > 1
    }
    chosen = sorted(
        (
            tie
            for tie in known.ties
            if tie.predicate in TIES
            and isinstance(tie.object, int)
            and (tie.subject, tie.predicate, tie.object) not in explained
            and ((tie.until is None and known.ended is None) or _lasted(tie))
        ),
        key=lambda tie: (
            tie.until is not None,
            TIES.index(tie.predicate),
            -round(tie.confidence, 3),
            tie.since,
            str(tie.object),
        ),
    )
    told = []
    for tie in chosen[:TOLD]:
        gaps: dict[str, Value] = {"clause": saying.relation(tie)}
        lasts = (known.now if tie.until is None else tie.until) - tie.since
        if tie.until is not None:
            told.append(Phrase("sentence.tie_past", gaps | {"span": Span(lasts)}))
        elif lasts < 1:
            told.append(Phrase("sentence.tie_now", gaps))
        else:
            told.append(Phrase("sentence.tie", gaps | {"span": Span(lasts)}))
    return told


def _lasted(tie: Relation) -> bool:
    return tie.until is not None and tie.until - tie.since >= LASTED


def _outlook(known: Known, saying: Saying) -> list[Phrase]:
    """Say what is likely next, the likeliest first."""
    if known.ended is not None:
        return []
    # Of the same statement the latest says it best.
    latest = {
        (one.what, one.subject, one.object, one.count): one
        for one in known.predictions
        if one.outcome is None
    }
    likely = [one for one in latest.values() if one.probability >= LIKELY]
    likely.sort(key=lambda one: (-one.probability, one.horizon_s, one.what, one.object or ""))
    said = (saying.prediction(one, known.labels or {}, known.now) for one in likely)
    clauses = tuple(phrase for phrase in said if phrase is not None)[:TOLD]
    return [Phrase("sentence.next", {"clauses": Several(clauses)})] if clauses else []


def _seen(thing: Thing, what: str) -> tuple[Evidence, ...]:
    return (Evidence("object", what, (thing.id,), thing.last_seen),)


def _stayed(thing: Thing, stay: Stay) -> Evidence:
    return Evidence("relation", "inside", (thing.id, f"zone:{stay.zone}"), stay.since)


def _several(parts: list[Phrase]) -> Several:
    if len(parts) <= NAMED:
        return Several(tuple(parts))
    more = Phrase("name.more", {"n": Number(len(parts) - NAMED)})
    return Several((*parts[:NAMED], more))
