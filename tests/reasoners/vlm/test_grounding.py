"""From replies to verdicts."""

import json
from typing import Any

import pytest
from rig.asked import event, job, keyframe, said, seen, sighting

from reasoners import Job, Question, ReasoningState, Verdict
from reasoners.testing import replied, thing
from reasoners.vlm.call import call
from reasoners.vlm.grounding import ground
from reasoners.vlm.limits import Limits
from reasoners.vlm.reply import read

COURIER = thing(track="t17")
OTHER = thing("parcel", kind="parcel")


def judged(*jobs: Job, **reply: Any) -> Verdict:
    """Ground a reply to one job."""
    asked = call(jobs or (job(),), Limits())
    return ground(read(json.dumps(replied(**{"things": [COURIER], **reply})), asked), asked)[0]


@pytest.mark.parametrize(
    ("answer", "state"),
    [("yes", "verified"), ("no", "rejected"), ("cannot_tell", "uncertain")],
)
def test_an_answer_is_a_state(answer: str, state: ReasoningState) -> None:
    """`cannot_tell` is the answer, `uncertain` the state."""
    verdict = judged(answer=answer, confidence=88)
    assert verdict.state == state
    (given,) = verdict.answers
    assert (given.question, given.answer, given.confidence) == ("presence", answer, 0.88)
    assert all(check.ok for check in verdict.checks)
    assert verdict.checks


def test_too_little_confidence_decides_nothing() -> None:
    """The check says what the rule needs."""
    verdict = judged(job(Question("presence", "Is it so?", need=0.7)), confidence=60)
    assert verdict.state == "uncertain"
    failed = [check for check in verdict.checks if not check.ok]
    assert [(c.name, c.claimed, c.seen) for c in failed] == [("confidence", 0.6, 0.7)]
    assert verdict.reason == "confidence 0.6 is below the 0.7 that this rule needs"


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_track_that_does_not_exist_makes_it_uncertain(answer: str) -> None:
    """The check says what was claimed and seen; the entity stays, its false link does not."""
    verdict = judged(answer=answer, things=[COURIER, thing("box", kind="box", track="t99")])
    assert verdict.state == "uncertain"
    failed = [check for check in verdict.checks if not check.ok]
    assert [(c.name, c.claimed, c.seen) for c in failed] == [("tracks", "t99", "t17")]
    assert [entity.track for entity in verdict.entities] == ["t17", None]
    assert verdict.reason == "the answer contradicts what was seen: tracks"


@pytest.mark.parametrize(
    ("answer", "things", "state"),
    [
        ("yes", [OTHER], "rejected"),
        ("yes", [{**COURIER, "kind": "dog", "text": "dog"}], "rejected"),
        ("no", [{**COURIER, "kind": "dog", "text": "dog"}], "rejected"),
        ("no", [OTHER], "uncertain"),
    ],
)
def test_a_contradiction_about_the_event_itself_decides(
    answer: str, things: list[dict[str, Any]], state: ReasoningState
) -> None:
    """A yes that does not even see the object is none; a no that says what else it is, is one."""
    assert judged(answer=answer, things=things).state == state


def test_a_contradiction_aside_leaves_it_uncertain() -> None:
    """Who miscounts the cars may be right about the person."""
    counts = [{"kind": "car", "keyframe": "k1", "count": 3}]
    verdict = judged(counts=counts)
    assert verdict.state == "uncertain"


def test_relations_predictions_and_attributes_are_kept_as_far_as_they_are_about_something() -> None:
    """Of the model's claims, those between tracks and zones that there are; marked as its own."""
    two = (sighting(), sighting("t18", "handbag"))
    verdict = judged(
        job(sightings=two, zones=("step",), keyframes=(keyframe(1), keyframe(4))),
        things=[{**COURIER, "attributes": ["red jacket"]}, thing("bag", kind="bag", track="t18")],
        written=["ACME Express"],
        relations=[
            {"subject": "t17", "predicate": "leaves_behind", "object": "t18"},
            {"subject": "t17", "predicate": "hugs", "object": "t18"},
            {"subject": "t17", "predicate": "near", "object": "t17"},
        ],
        next=[
            {"what": "leaves", "subject": "t17", "object": None, "within_s": 5, "probability": 70},
            {"what": "enters", "subject": "t17", "object": None, "within_s": 5, "probability": 9},
            {"what": "flies", "subject": "t17", "object": None, "within_s": 5, "probability": 9},
        ],
        why="The bell was rung.",
    )
    assert [(r.predicate, r.source, r.since, r.until) for r in verdict.relations] == [
        ("leaves_behind", "vlm", 100.0, 103.0)
    ]
    assert [(p.what, p.horizon_s, p.probability) for p in verdict.predictions] == [
        ("leaves", 5.0, 0.7)
    ]
    assert [(e.text, e.kind, e.attributes) for e in verdict.entities] == [
        ("courier", "person", ("red jacket",)),
        ("bag", "bag", ()),
        ("ACME Express", "text", ()),
    ]
    assert verdict.why == "The bell was rung."


def test_answers_find_back_to_their_own_events() -> None:
    """Of a call for two events each gets its answers, with the keyframe names it knows."""
    one = job(Question("a", "A?"), keyframes=(keyframe(3),))
    two = job(
        Question("b", "B?"),
        event=event(seen("t18"), id="e2"),
        keyframes=(keyframe(1), keyframe(3, name="k9")),
    )
    asked = call((one, two), Limits())
    reply = {
        "answers": {
            "q1": {"answer": "yes", "confidence": 90, "evidence": ["k2", "t17"]},
            "q2": {"answer": "no", "confidence": 80, "evidence": ["k1", "k2"]},
        },
        "report": replied(things=[COURIER])["report"],
    }
    first, second = ground(read(json.dumps(reply), asked), asked)
    assert (first.state, first.answers[0].evidence) == ("verified", ("k3", "t17"))
    assert (second.state, second.answers[0].evidence) == ("rejected", ("k1", "k9"))
    assert first.description == second.description


def test_unchanged_stands_for_what_was_said_last() -> None:
    """The short answer is legal, and the description is the remembered one."""
    asked = call((job(memory=said("It rains.", "A man waits.")),), Limits())
    reply = {**replied("yes"), "report": "unchanged"}
    (verdict,) = ground(read(json.dumps(reply), asked), asked)
    assert (verdict.state, verdict.description) == ("verified", "A man waits.")
    assert verdict.unchanged == "e-2"


def test_a_description_without_a_question_is_verified_or_doubted_by_its_claims_alone() -> None:
    """`describe` asks nothing that could be affirmed."""
    asked = call((job(questions=(), question=""),), Limits())
    good = {"answers": {}, "report": replied(things=[COURIER])["report"]}
    (verdict,) = ground(read(json.dumps(good), asked), asked)
    assert (verdict.state, verdict.answers) == ("verified", ())
