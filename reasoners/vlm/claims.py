"""What a report claims, compared with what tracker and scene know: one check for each claim. Pure.

The detector is not always right. What it saw only doubtfully contradicts nobody, and words the
dictionary does not know are not judged.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from reasoners.event import Check, EventObject
from reasoners.keyframe import Keyframe, Sighting
from reasoners.question import CANNOT_TELL
from reasoners.vlm.call import SURE, Call
from reasoners.vlm.form import THINGS
from reasoners.vlm.lexicon import known_labels, labels_of, means
from reasoners.vlm.reply import ReplyThing, Report

APART: Final = 1.4
"""Seconds by which two first sights must differ to have an order."""

CHECKS: Final = 32
"""Checks an event carries; the failed ones first."""

TRACKED: Final = frozenset(
    {"person", "bicycle", "car", "motorcycle", "bus", "truck", "cat", "dog", "horse"}
)
"""Labels of which a detector that knows them hardly overlooks a large one."""

INSIDE: Final = frozenset(
    {"driver", "passenger", "fahrer", "fahrerin", "beifahrer", "rider", "司机", "乘客", "骑手"}
)
"""People in or on vehicles, whom detectors seldom find."""

SOON: Final = 0.4
LATE: Final = 1.0
"""Seconds by which a detector may find something later, or lose it earlier, than a person would:
what it is sure of, and what it doubts."""

HALF: Final = 0.25
"""Share of a box behind another from which on one may see it or not."""

LEVEL: Final = 0.04
"""Picture heights within which nobody knows whose feet are lower: boxes jitter."""

SMALL: Final = 0.0025
"""Share of the picture below which a model may well overlook an object."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check, and whom it is about."""

    check: Check
    tracks: tuple[str, ...] = ()
    """Empty: about no track in particular."""

    relabels: bool = False
    """The contradiction is about what an object is."""


def findings(report: Report, call: Call) -> list[Finding]:
    """Compare every claim of a report with what was seen."""
    sightings = {sighting.track: sighting for sighting in call.sightings}
    return [
        *_known(report, call, sightings),
        *_labels(report, sightings),
        *_zones(report, call, sightings),
        *_motions(report, sightings),
        *_counts(report, call, sightings),
        *_order(report, call, sightings),
        *_invented(report, call, sightings),
        *_missed(report, call, sightings),
    ]


def _known(report: Report, call: Call, sightings: dict[str, Sighting]) -> Iterator[Finding]:
    """No claim may be about a track that there is not."""
    named = dict.fromkeys(
        (
            *(thing.track for thing in report.things if thing.track is not None),
            *(relation.subject for relation in report.relations),
            *(
                relation.object
                for relation in report.relations
                if not relation.object.startswith("zone:")
            ),
            *(expected.subject for expected in report.next),
            *report.order,
        )
    )
    unknown = [track for track in named if track not in sightings]
    if named:
        yield Finding(
            Check(
                name="tracks",
                claimed=", ".join(unknown or named)[:200],
                seen=", ".join(sightings)[:200],
                ok=not unknown,
            )
        )
    zones = {thing.zone for thing in report.things if thing.zone not in {None, CANNOT_TELL}}
    strange = sorted(zone for zone in zones if zone is not None and zone not in call.zones)
    if strange:
        seen = ", ".join(call.zones)[:200]
        yield Finding(Check(name="zones", claimed=", ".join(strange)[:200], seen=seen, ok=False))


def _labels(report: Report, sightings: dict[str, Sighting]) -> Iterator[Finding]:
    for thing in report.things:
        sighting = sightings.get(thing.track or "")
        if sighting is None:
            continue
        fits = _fits(thing, sighting.label)
        if fits is None or (not fits and not sighting.sure):
            continue
        fits = fits or any(_fits(thing, other) for other in sighting.other_labels)
        check = Check(
            name=f"label_{sighting.track}", claimed=thing.kind, seen=sighting.label, ok=bool(fits)
        )
        yield Finding(check, (sighting.track,), relabels=True)


def _zones(report: Report, call: Call, sightings: dict[str, Sighting]) -> Iterator[Finding]:
    claims = [
        (thing.track, thing.zone)
        for thing in report.things
        if thing.track is not None and thing.zone != CANNOT_TELL
    ] + [
        (relation.subject, relation.object.removeprefix("zone:"))
        for relation in report.relations
        if relation.predicate == "inside" and relation.object.startswith("zone:")
    ]
    for track, zone in claims:
        sighting = sightings.get(track)
        if sighting is None or not call.zones or (zone is not None and zone not in call.zones):
            continue
        if zone is None:
            ok = not _always_inside(track, sighting.near_zones, call)
        else:
            ok = zone in sighting.zones or zone in sighting.near_zones
        seen = ", ".join(sighting.zones)[:200] or None
        yield Finding(Check(name=f"zone_{track}", claimed=zone, seen=seen, ok=ok), (track,))


def _motions(report: Report, sightings: dict[str, Sighting]) -> Iterator[Finding]:
    for thing in report.things:
        sighting = sightings.get(thing.track or "")
        if sighting is None or thing.motion == CANNOT_TELL or not sighting.sure:
            continue
        if not sighting.moved and not sighting.rested:
            continue
        ok = sighting.moved if thing.motion == "moving" else sighting.rested
        seen = "moving" if sighting.moved else "still"
        check = Check(name=f"motion_{sighting.track}", claimed=thing.motion, seen=seen, ok=ok)
        # How something moves is hard to tell from a few pictures: it never decides.
        yield Finding(check)


def _counts(report: Report, call: Call, sightings: dict[str, Sighting]) -> Iterator[Finding]:
    """A count must lie between what was surely seen and what may have been there.

    What the model itself names as a thing with its track counts as sure: it cannot name it and not
    count it.
    """
    vouched = {thing.track for thing in report.things if thing.track is not None}
    for count in report.counts:
        keyframe = next((k for k in call.keyframes if k.name == count.keyframe), None)
        labels = _labels_meant(count.kind, sightings)
        if keyframe is None or not labels:
            continue
        low, high, about = 0, 0, list[str]()
        for track, sure in _there(keyframe, sightings, labels).items():
            about.append(track)
            low += sure
            high += sure or track in vouched or not report.things
        ok = low <= count.count <= high + _spare(report, sightings, labels)
        ok |= count.kind.lower() in INSIDE
        seen = str(low) if low == high else f"{low} to {high}"
        name = f"count_{labels[0].replace(' ', '_')}_{keyframe.name}"
        check = Check(name=name, claimed=count.count, seen=low if low == high else seen, ok=ok)
        # Who is counted one short is still there; who says there is nobody contradicts the event.
        yield Finding(check, () if count.count else tuple(about))


def span(label: str, call: Call, report: Report | None) -> tuple[int, int]:
    """Return how many of a kind were there at least and at most, from the first picture on.

    At least as many as the picture that surely shows fewest; at most all that were ever seen, and
    whom the report names besides: that claim is judged by itself.
    """
    sightings = {sighting.track: sighting for sighting in call.sightings}
    labels = _labels_meant(label, sightings) or (label,)
    shown = [
        _there(keyframe, sightings, labels)
        for keyframe in call.keyframes
        if keyframe.reason != "before"
    ]
    low = min((sum(there.values()) for there in shown), default=0)
    high = sum(
        1
        for sighting in sightings.values()
        if {sighting.label, *sighting.other_labels} & set(labels)
    )
    spare = 0 if report is None else _spare(report, sightings, labels)
    return low, max(low, high + spare)


def _spare(report: Report, sightings: dict[str, Sighting], labels: Iterable[str]) -> int:
    """Count what the model says is there without a track, beyond the sure ones it could mean."""
    wanted, linked = set(labels), {thing.track for thing in report.things}
    loose = sum(
        1 for thing in report.things if thing.track is None and set(_labels_said(thing)) & wanted
    )
    free = sum(
        1
        for one in sightings.values()
        if one.sure and one.track not in linked and one.label in wanted
    )
    return max(0, loose - free)


def _order(report: Report, call: Call, sightings: dict[str, Sighting]) -> Iterator[Finding]:
    named = [sightings[track] for track in dict.fromkeys(report.order) if track in sightings]
    if len(named) < 2:  # noqa: PLR2004 (one alone has no order)
        return
    start = min((keyframe.captured_at for keyframe in call.keyframes), default=0.0)
    came = {sighting.track: max(sighting.first_seen, start) for sighting in named}
    wrong = [
        (earlier.track, later.track)
        for place, earlier in enumerate(named)
        for later in named[place + 1 :]
        if came[earlier.track] > came[later.track] + APART and earlier.sure and later.sure
    ]
    right = sorted(named, key=lambda sighting: (came[sighting.track], sighting.track))
    check = Check(
        name="order",
        claimed=", ".join(sighting.track for sighting in named)[:200],
        seen=", ".join(sighting.track for sighting in right)[:200],
        ok=not wrong,
    )
    yield Finding(check)


def _invented(report: Report, call: Call, sightings: dict[str, Sighting]) -> Iterator[Finding]:
    """Nobody may be there whom no track could be, as far as the detector knows such things."""
    if not any(sighting.label in known_labels() for sighting in sightings.values()):
        return
    linked = {thing.track for thing in report.things}
    claimed: dict[str, int] = {}
    for thing in report.things:
        said = set(_labels_said(thing))
        if thing.track is None and said and said <= TRACKED and thing.kind.lower() not in INSIDE:
            words = set(thing.text.lower().split())
            if not words & INSIDE:
                key = min(said)
                claimed[key] = claimed.get(key, 0) + 1
    for label, number in sorted(claimed.items()):
        free = sum(
            1
            for sighting in sightings.values()
            if sighting.track not in linked
            and label in {*labels_of(sighting.label), sighting.label, *sighting.other_labels}
        )
        check = Check(
            name=f"unseen_{label.replace(' ', '_')}", claimed=number, seen=free, ok=number <= free
        )
        # Where it is invented, it is what an answer would rest on.
        yield Finding(check, _own(call, label))


def _missed(report: Report, call: Call, sightings: dict[str, Sighting]) -> Iterator[Finding]:
    """Whoever is plainly to be seen must be told of, unless there was no room.

    A report that lists nothing and counts nothing only did not bother.
    """
    if len(report.things) >= THINGS or not (report.things or report.counts):
        return
    linked = {thing.track for thing in report.things}
    loose = [thing for thing in report.things if thing.track is None]
    for sighting in sightings.values():
        own = sighting.track in _own(call)
        if sighting.track in linked or not sighting.sure:
            continue
        if sighting.label not in known_labels():
            continue  # what no word means cannot be missed in words
        if not (own or sighting.label == "person") or not _plain(sighting.track, call):
            continue
        taken = next((thing for thing in loose if _fits(thing, sighting.label)), None)
        if taken is not None:
            loose.remove(taken)
            continue
        check = Check(name=f"missed_{sighting.track}", claimed=None, seen=sighting.label, ok=False)
        yield Finding(check, (sighting.track,))


def _fits(thing: ReplyThing, label: str) -> bool | None:
    """Tell whether a thing can be what the detector calls it; None if its words are not known."""
    said = means(thing.kind, label), means(thing.text, label)
    return None if said == (None, None) else True in said


def _labels_said(thing: ReplyThing) -> tuple[str, ...]:
    return labels_of(thing.kind) or labels_of(thing.text)


def _labels_meant(kind: str, sightings: dict[str, Sighting]) -> tuple[str, ...]:
    if kind in {sighting.label for sighting in sightings.values()}:
        return (kind,)
    return labels_of(kind)


def _there(
    keyframe: Keyframe, sightings: dict[str, Sighting], labels: Iterable[str]
) -> dict[str, bool]:
    """Return the tracks that a picture may show, and whether it surely shows them."""
    wanted = set(labels)
    there: dict[str, bool] = {}
    for thing in keyframe.objects:
        sighting = sightings.get(thing.track)
        names = {thing.label} if sighting is None else {sighting.label, *sighting.other_labels}
        if names & wanted:
            clear = _surely(thing, keyframe)
            there[thing.track] = clear and names <= wanted and (sighting is None or sighting.sure)
    for sighting in sightings.values():
        # Out of sight for a moment, such as behind another: perhaps half to be seen.
        at = keyframe.captured_at
        late = SOON if sighting.sure else LATE
        alive = sighting.first_seen - late <= at <= sighting.last_seen + late
        if alive and sighting.track not in there and sighting.label in wanted:
            there[sighting.track] = False
    return there


def _surely(thing: EventObject, keyframe: Keyframe) -> bool:
    """Tell whether anybody would see it: not small, not doubtful, not half behind another."""
    if thing.score < SURE or thing.carried or _area(thing) < SMALL:
        return False
    return all(
        _behind(thing, other) < HALF for other in keyframe.objects if other.track != thing.track
    )


def _behind(thing: EventObject, other: EventObject) -> float:
    """Return the share of a box that is behind another, which stands nearer to the camera."""
    if other.box[3] <= thing.box[3] - LEVEL:
        return 0.0
    wide = min(thing.box[2], other.box[2]) - max(thing.box[0], other.box[0])
    high = min(thing.box[3], other.box[3]) - max(thing.box[1], other.box[1])
    return max(wide, 0.0) * max(high, 0.0) / max(_area(thing), 1e-9)


def _plain(track: str, call: Call) -> bool:
    """Tell whether a picture shows a track large and clearly."""
    return any(
        thing.track == track and _surely(thing, keyframe)
        for keyframe in call.keyframes
        for thing in keyframe.objects
    )


def _always_inside(track: str, unclear: tuple[str, ...], call: Call) -> bool:
    """Tell whether every picture shows a track well inside a zone."""
    seen = [
        thing
        for keyframe in call.keyframes
        for thing in keyframe.objects
        if thing.track == track and _surely(thing, keyframe)
    ]
    return bool(seen) and all(set(thing.zones) - set(unclear) for thing in seen)


def _own(call: Call, label: str | None = None) -> tuple[str, ...]:
    """Return the tracks that the events of the call are about."""
    return tuple(
        thing.track
        for event in call.events
        for thing in event.objects
        if label is None or thing.label == label
    )


def _area(thing: EventObject) -> float:
    left, top, right, bottom = thing.box
    return (right - left) * (bottom - top)
