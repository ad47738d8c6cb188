"""Each claim of a report against what was seen."""

import json
from typing import Any

import pytest
from rig.asked import event, job, keyframe, seen, sighting

from reasoners.testing import replied, thing
from reasoners.vlm.call import Call, call
from reasoners.vlm.claims import findings
from reasoners.vlm.limits import Limits
from reasoners.vlm.reply import Report, read

WALK: dict[str, Any] = {"moved": True, "rested": False}


def scene() -> Call:
    """A man t1 walks over the path to the step; a dog t2 comes 3 s later, a car t3 is parked."""
    man = seen("t1", zones=("path",))
    dog = seen("t2", "dog", box=(0.6, 0.6, 0.7, 0.75))
    car = seen("t3", "car", box=(0.7, 0.3, 0.95, 0.6))
    return call(
        (
            job(
                event=event(man),
                keyframes=(keyframe(1, man, car), keyframe(5, man, dog, car)),
                sightings=(
                    sighting("t3", "car", first_seen=50.0, last_seen=105.0),
                    sighting("t1", zones=("path", "step"), last_seen=105.0, **WALK),
                    sighting("t2", "dog", first_seen=103.0, last_seen=105.0, **WALK),
                ),
                zones=("path", "step", "gate"),
            ),
        ),
        Limits(),
    )


MAN = thing("man in a red jacket", kind="man", track="t1", motion="moving", zone="step")
WEAK = {**MAN, "zone": "cannot_tell"}
DOG = thing("small dog", kind="dog", track="t2", motion="moving")
CAR = thing("blue car", kind="vehicle", track="t3", motion="still", zone=None)
TRUE: dict[str, Any] = {
    "things": [MAN, DOG, CAR],
    "counts": [
        {"kind": "people", "keyframe": "k1", "count": 1},
        {"kind": "dog", "keyframe": "k1", "count": 0},
        {"kind": "dog", "keyframe": "k5", "count": 1},
    ],
    "order": ["t3", "t1", "t2"],
}


def failed(**change: Any) -> list[str]:
    """Return the names of the checks that fail when something is told otherwise."""
    asked = scene()
    reply = read(json.dumps(replied(**{**TRUE, **change})), asked)
    assert isinstance(reply.report, Report)
    return [finding.check.name for finding in findings(reply.report, asked) if not finding.check.ok]


def test_the_truth_passes_every_check() -> None:
    """Told in other words than the detector's."""
    assert failed() == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"counts": [{"kind": "man", "keyframe": "k1", "count": 2}]}, "count_person_k1"),
        ({"counts": [{"kind": "person", "keyframe": "k5", "count": 0}]}, "count_person_k5"),
        ({"counts": [{"kind": "dog", "keyframe": "k1", "count": 1}]}, "count_dog_k1"),
        ({"things": [{**MAN, "kind": "dog", "text": "dog"}, DOG, CAR]}, "label_t1"),
        ({"things": [MAN, DOG, {**CAR, "kind": "tree", "text": "cat"}]}, "label_t3"),
        ({"things": [{**MAN, "zone": "gate"}, DOG, CAR]}, "zone_t1"),
        ({"things": [{**MAN, "zone": "roof"}, DOG, CAR]}, "zones"),
        ({"things": [{**MAN, "motion": "still"}, DOG, CAR]}, "motion_t1"),
        ({"order": ["t2", "t1"]}, "order"),
        ({"things": [MAN, DOG, CAR, thing("woman", kind="woman")]}, "unseen_person"),
        ({"things": [DOG, CAR]}, "missed_t1"),
        ({"things": [MAN, DOG, {**CAR, "track": "t99"}]}, "tracks"),
        (
            {"relations": [{"subject": "t1", "predicate": "inside", "object": "zone:gate"}]},
            "zone_t1",
        ),
    ],
)
def test_each_contradiction_is_found_by_its_name(change: dict[str, Any], name: str) -> None:
    """Count, label, zone, motion, order, an invented and a missed person, an unknown track."""
    assert failed(**change) == [name]


@pytest.mark.parametrize(
    "change",
    [
        {"things": [{**MAN, "track": None}, DOG, CAR]},
        {"things": [MAN, DOG]},
        {"things": [MAN, DOG, CAR, thing("brown parcel", kind="parcel")]},
        {"things": [MAN, DOG, CAR, thing("driver of the car", kind="driver")]},
        {"things": [{**MAN, "kind": "courier", "text": "courier"}, DOG, CAR]},
        {"things": [{**MAN, "kind": "Mann", "text": "Mann mit Jacke"}, DOG, CAR]},
        {"things": [{**MAN, "zone": "path", "motion": "cannot_tell"}, DOG, CAR]},
        {"order": ["t3", "t1"]},
        {"order": ["t1", "t3"]},
        {"counts": [{"kind": "gnome", "keyframe": "k1", "count": 7}]},
    ],
)
def test_what_cannot_be_disproved_passes(change: dict[str, Any]) -> None:
    """A missing link, a thing of no interest, a word nobody knows, an order that is none."""
    assert failed(**change) == []


def test_what_was_seen_doubtfully_contradicts_nobody() -> None:
    """A weak score may be a person or not: one as well as none is right."""
    weak = seen("t1", score=0.35)
    asked = call(
        (
            job(
                event=event(weak),
                keyframes=(keyframe(1, weak),),
                sightings=(sighting("t1", sure=False),),
            ),
        ),
        Limits(),
    )
    for count, things in ((1, [WEAK]), (0, []), (0, [{**WEAK, "kind": "dog", "text": "dog"}])):
        counts = [{"kind": "person", "keyframe": "k1", "count": count}]
        reply = read(json.dumps(replied(things=things, counts=counts)), asked)
        assert isinstance(reply.report, Report)
        assert all(finding.check.ok for finding in findings(reply.report, asked))


def test_a_word_on_the_border_of_two_labels_fits_what_was_taken_for_both() -> None:
    """A van that single frames took for a truck may be called either."""
    van = seen("t3", "car")
    asked = call(
        (
            job(
                event=event(van),
                keyframes=(keyframe(1, van),),
                sightings=(sighting("t3", "car", other_labels=("bus",)),),
            ),
        ),
        Limits(),
    )
    reply = read(json.dumps(replied(things=[thing("bus", kind="bus", track="t3")])), asked)
    assert isinstance(reply.report, Report)
    assert all(finding.check.ok for finding in findings(reply.report, asked))
