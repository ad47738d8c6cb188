"""Turns what the scene knows into phrases: changes, relations, causes, predictions. Pure.

Whatever is stated carries its evidence; things are named by label and track id, zones and lines by
their title where they have one.
"""

from collections.abc import Callable, Mapping
from typing import Final

from reasoners.event import EventPrediction
from reasoners.language.phrase import (
    Evidence,
    Number,
    Phrase,
    Quoted,
    Share,
    Span,
    Value,
    Verbatim,
    Word,
)
from reasoners.scene.cause import Cause
from reasoners.scene.change import (
    KINDS,
    Blocked,
    Change,
    Counted,
    Crossed,
    Crowded,
    Dwelt,
    Entered,
    GotUp,
    GroupDissolved,
    GroupFormed,
    Hidden,
    Left,
    LeftBehind,
    Loitered,
    LooksFallen,
    Reappeared,
    Relabelled,
    Related,
    StoppedRunning,
    Taken,
    Uncrowded,
    Unrelated,
    WrongWay,
)
from reasoners.scene.relation import Relation
from reasoners.telling.wire import LABEL, track_name

KIND: Final[dict[type[Change], str]] = {kind: word for word, kind in KINDS.items()}
"""The word for each kind of change."""

FRESH = 1.0
"""Seconds for which a prediction is told after it was stated."""

TITLE = 80
"""Characters of a title that are told."""

Naming = Callable[[int], tuple[int, str] | None]
"""Tells track id and label of an object by its identity; None if it is long forgotten."""


def change_evidence(change: Change) -> Evidence:
    """Name a change as evidence."""
    return Evidence("change", KIND[type(change)], (*change.things, *places_of(change)), change.at)


def relation_evidence(relation: Relation) -> Evidence:
    """Name a relation as evidence; it stays the same when the relation is over."""
    about = (relation.subject, relation.object)
    return Evidence("relation", relation.predicate, about, relation.since)


def cause_evidence(cause: Cause) -> tuple[Evidence, ...]:
    """Name a causal link as evidence, with all that it rests on itself."""
    ends = (cause.cause, cause.effect)
    link = Evidence("cause", cause.pattern, cause.effect.things, cause.effect.at)
    return (
        link,
        *(change_evidence(one) for one in ends),
        *(relation_evidence(one) for one in cause.evidence),
    )


class Saying:
    """Names things and places of one camera, and says what happens to them.

    Args:
        naming: How objects are called.
        titles: What people call the zones and lines that have a title, by `zone:step`, `line:gate`.
    """

    def __init__(self, naming: Naming, titles: Mapping[str, str]) -> None:
        self._naming = naming
        self._titles = titles

    def thing(self, number: int) -> Phrase:
        """Name an object by its identity."""
        known = self._naming(number)
        if known is None:
            return Phrase("name.forgotten")
        track, label = known
        return named(label, track)

    def place(self, place: str) -> Phrase:
        """Name a zone or a line, told as `zone:step` or `line:gate`."""
        kind, _, name = place.partition(":")
        title = self._titles.get(place)
        called: Value = Quoted(title, TITLE) if title else Verbatim(name)
        return Phrase(f"name.{kind}", {"name": called})

    def zone(self, name: str) -> Phrase:
        """Name a zone."""
        return self.place(f"zone:{name}")

    def other(self, other: int | str) -> Phrase:
        """Name what stands on the far side of a relation: an object or a place."""
        return self.place(other) if isinstance(other, str) else self.thing(other)

    def relation(self, relation: Relation) -> Phrase:
        """State a relation: in the present while it holds, else in the past."""
        group = "relation" if relation.until is None else "related"
        gaps = {"subject": self.thing(relation.subject), "object": self.other(relation.object)}
        return Phrase(f"{group}.{relation.predicate}", gaps, (relation_evidence(relation),))

    def change(self, change: Change) -> Phrase:
        """State a change."""
        word = KIND[type(change)]
        if isinstance(change, Crossed):
            word = f"{word}_{change.way}"
        elif isinstance(change, Counted) and change.zone is not None:
            word = f"{word}_in"
        gaps: dict[str, Value] = {}
        if not isinstance(change, GroupFormed | GroupDissolved | Counted | Crowded | Uncrowded):
            gaps["who"] = self.thing(change.thing)
        gaps |= self._details(change)
        return Phrase(f"change.{word}", gaps, (change_evidence(change),))

    def cause(self, cause: Cause) -> Phrase:
        """State why something changed."""
        effect, source = cause.effect, cause.cause
        gaps: dict[str, Value] = {}
        match effect:
            case LeftBehind(thing=thing, other=other) | Taken(thing=thing, other=other):
                gaps |= {"who": self.thing(thing), "other": self.thing(other)}
            case Hidden(thing=thing, other=other):
                gaps |= {"who": self.thing(thing), "other": self.thing(other)}
            case Crowded(zone=zone):
                gaps |= {"place": self.zone(zone), "other": self.thing(source.things[0])}
            case _:
                gaps |= {"who": self.thing(effect.things[0]), "other": self.thing(source.things[0])}
                if isinstance(effect, Entered):
                    gaps["place"] = self.zone(effect.zone)
        return Phrase(f"cause.{cause.pattern}", gaps, cause_evidence(cause))

    def prediction(
        self, prediction: EventPrediction, naming: Mapping[str, str], now: float | None = None
    ) -> Phrase | None:
        """State what is likely next.

        Args:
            prediction: As the event carries it.
            naming: Labels by track name.
            now: The present; None: it is stated now.

        Returns:
            None for a kind that has no words, and for what was stated a while ago: what has not
            happened since is not as likely any more.
        """
        key = PREDICTED.get((prediction.what, prediction.object is not None))
        if key is None:
            return None
        left = prediction.horizon_s
        if now is not None and prediction.stated_at is not None:
            left += prediction.stated_at - now
        if left < prediction.horizon_s - FRESH:
            return None
        gaps: dict[str, Value] = {"span": Span(left), "share": Share(prediction.probability)}
        if prediction.what == "count":
            gaps |= {"n": Number(prediction.count or 1), "what": Word(prediction.subject)}
        else:
            gaps["subject"] = self._called(prediction.subject, naming)
        if prediction.object is not None:
            gaps["object"] = self._called(prediction.object, naming)
        about = (prediction.subject, *filter(None, (prediction.object,)))
        return Phrase(key, gaps, (Evidence("prediction", prediction.what, about),))

    def _called(self, name: str, naming: Mapping[str, str]) -> Phrase:
        if name.startswith(("zone:", "line:")):
            return self.place(name)
        what = Word(naming.get(name, "object"))
        return Phrase("name.thing", {"what": what, "track": Verbatim(name)})

    def _details(  # noqa: C901, PLR0911, PLR0912  a table, read row by row
        self, change: Change
    ) -> dict[str, Value]:
        match change:
            case Reappeared(away=away):
                return {"span": Span(away)}
            case Relabelled(previous=previous):
                return {"previous": Word(previous)}
            case LooksFallen(confidence=confidence):
                return {"share": Share(confidence)}
            case StoppedRunning(since=since) | GotUp(since=since):
                return {"span": Span(change.at - since)}
            case Left(zone=zone, since=since):
                return {"zone": self.zone(zone), "span": Span(change.at - since)}
            case Dwelt(zone=zone, seconds=seconds) | Loitered(zone=zone, seconds=seconds):
                return {"zone": self.zone(zone), "span": Span(seconds)}
            case Entered(zone=zone) | Blocked(zone=zone):
                return {"zone": self.zone(zone)}
            case Crossed(line=line):
                return {"line": self.place(f"line:{line}")}
            case WrongWay(place=place):
                return {"place": self.place(place)}
            case Related() | Unrelated():
                return {"clause": self._tie(change)}
            case Hidden(other=other) | LeftBehind(other=other) | Taken(other=other):
                return {"other": self.thing(other)}
            case GroupFormed(members=members):
                return {"n": Number(len(members))}
            case GroupDissolved(members=members, since=since):
                return {"n": Number(len(members)), "span": Span(change.at - since)}
            case Counted(label=label, zone=zone, count=count, previous=previous):
                counted: dict[str, Value] = {"n": Number(count), "what": Word(label)}
                counted["previous"] = Number(previous)
                return counted if zone is None else counted | {"zone": self.zone(zone)}
            case Crowded(zone=zone, count=count) | Uncrowded(zone=zone, count=count):
                return {"n": Number(count), "zone": self.zone(zone)}
            case _:
                return {}

    def _tie(self, change: Related | Unrelated) -> Phrase:
        about = (change.thing, change.predicate, change.other, change.since)
        return self.relation(Relation(*about, None, 1.0))


PREDICTED: Final[dict[tuple[str, bool], str]] = {
    ("enters", True): "prediction.enters",
    ("crosses", True): "prediction.crosses",
    ("leaves", False): "prediction.leaves",
    ("leaves", True): "prediction.leaves_zone",
    ("stops", False): "prediction.stops",
    ("reaches", True): "prediction.reaches",
    ("count", True): "prediction.count",
}
"""The message for each kind of prediction, without and with an object."""


def named(label: str, track: int) -> Phrase:
    """Name an object: `person t17`."""
    return Phrase("name.thing", {"what": Word(label[:LABEL]), "track": Verbatim(track_name(track))})


def places_of(change: Change) -> tuple[str, ...]:
    """Return the zone or line a change is about: `zone:step`, `line:gate`."""
    match change:
        case Crossed(line=line):
            return (f"line:{line}",)
        case WrongWay(place=place):
            return (place,)
        case (
            Entered(zone=zone)
            | Left(zone=zone)
            | Dwelt(zone=zone)
            | Loitered(zone=zone)
            | Blocked(zone=zone)
            | Crowded(zone=zone)
            | Uncrowded(zone=zone)
        ):
            return (f"zone:{zone}",)
        case _:
            return ()
