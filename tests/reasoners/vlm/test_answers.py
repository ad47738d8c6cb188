"""Typed answers: what is legal, what is published, and what is held against the detector."""

import json
from typing import Any

import pytest
from rig.asked import event, job, keyframe, seen, sighting

from reasoners import Question, ReasoningState, ReplyInvalid, Verdict
from reasoners.testing import replied, thing
from reasoners.vlm.call import call
from reasoners.vlm.grounding import ground
from reasoners.vlm.limits import Limits
from reasoners.vlm.prompt import prompt
from reasoners.vlm.reply import read

COUNT = Question("people", "How many people wait?", "number", affirms=(), low=0, high=20)
WEIGHT = Question("scale", "What does it read?", "number", affirms=(), unit="kg")
WHO = Question("who", "Who is it?", "choice", ("courier", "neighbour"), affirms=("courier",))
VERIFY = Question("porch_verify", "Is it really a person?", verifies=True)


def judged(*questions: Question, said: dict[str, Any] | None = None, **given: str) -> Verdict:
    """Ground answers to questions about one person at a door, `q1` first."""
    asked = call((job(*questions),), Limits())
    reply = replied(things=[thing(track="t17")], **(said or {}))
    reply["answers"] = {
        key: {"answer": answer, "confidence": 80, "evidence": []} for key, answer in given.items()
    }
    return ground(read(json.dumps(reply), asked), asked)[0]


def test_every_answer_is_published_in_its_form() -> None:
    """A number with its unit, a choice, a yes: each under the name of its question."""
    verdict = judged(WHO, WEIGHT, Question("mask", "Masked?"), q1="courier", q2="1.5", q3="no")
    assert verdict.state == "verified"
    assert [one.model_dump(exclude_defaults=True) for one in verdict.answers] == [
        {"question": "who", "answer": "courier", "kind": "choice", "confidence": 0.8},
        {
            "question": "scale",
            "answer": "1.5",
            "kind": "number",
            "value": 1.5,
            "unit": "kg",
            "confidence": 0.8,
        },
        {"question": "mask", "answer": "no", "confidence": 0.8},
    ]


def test_who_cannot_tell_gives_no_number() -> None:
    """It is an answer of every form, and leaves the event uncertain."""
    verdict = judged(WEIGHT, q1="cannot_tell")
    assert (verdict.state, verdict.answers[0].value) == ("uncertain", None)


def test_a_choice_that_does_not_affirm_denies() -> None:
    """A neighbour is no courier."""
    assert judged(WHO, q1="neighbour").state == "rejected"


@pytest.mark.parametrize("number", ["21", "-1", "1e3", "many", "nan", ""])
def test_a_number_out_of_bounds_is_no_answer(number: str) -> None:
    """Then the whole reply is off the form."""
    with pytest.raises(ReplyInvalid):
        judged(COUNT, q1=number)


def test_bounds_and_unit_are_told() -> None:
    """The model knows what is wanted."""
    asked = prompt(call((job(COUNT, WEIGHT),), Limits())).text
    assert "Question q1 (answer with a number from 0 to 20 or cannot_tell)" in asked
    assert "Question q2 (answer with a number, in kg, or cannot_tell)" in asked


@pytest.mark.parametrize(
    ("number", "state"),
    [("2", "verified"), ("3", "verified"), ("0", "rejected"), ("9", "rejected")],
)
def test_a_number_that_counts_is_held_against_the_detector(
    number: str, state: ReasoningState
) -> None:
    """Two are plainly there and a third was: whoever sees nobody, or nine, saw something else."""
    counting = Question("people", "How many?", "number", affirms=(), counts="person")
    box = (0.6, 0.2, 0.75, 0.8)
    frame = keyframe(1, seen(), seen("t18", box=box))
    three = (sighting(), sighting("t18"), sighting("t19", last_seen=104.0, first_seen=103.0))
    whole = job(counting, keyframes=(frame,), sightings=three)
    asked = call((whole,), Limits())
    things = [thing(track="t17"), thing(track="t18")]
    reply = replied(number, things=things)
    (verdict,) = ground(read(json.dumps(reply), asked), asked)
    assert verdict.state == state
    (check,) = [check for check in verdict.checks if check.name == "answer_people"]
    assert (check.claimed, check.seen) == (int(number), "2 to 3")


def test_a_wrong_count_beside_the_deciding_question_only_casts_doubt() -> None:
    """What the event is about may still be answered rightly."""
    counting = Question("people", "How many?", "number", affirms=(), counts="person")
    verdict = judged(Question("presence", "A courier?"), counting, q1="yes", q2="7")
    assert verdict.state == "uncertain"


@pytest.mark.parametrize(("answer", "state"), [("yes", "verified"), ("no", "rejected")])
def test_verify_beside_a_question_can_only_take_away(answer: str, state: ReasoningState) -> None:
    """Whatever the question's answer: who is no person is not the person it was asked of."""
    verdict = judged(Question("presence", "A courier?"), VERIFY, q1="yes", q2=answer)
    assert verdict.state == state
    (check,) = [check for check in verdict.checks if check.name == "verify"]
    assert (check.claimed, check.seen, check.ok) == (answer, "person", answer == "yes")


def test_verify_alone_decides_without_a_check() -> None:
    """It is the question then."""
    for answer, state in (("yes", "verified"), ("no", "rejected"), ("cannot_tell", "uncertain")):
        verdict = judged(VERIFY, q1=answer)
        assert verdict.state == state
        assert not any(check.name == "verify" for check in verdict.checks)


def test_a_description_without_a_question_is_verified_if_nothing_contradicts() -> None:
    """No question, no answer; claims are checked all the same."""
    bare = job(event=event())
    asked = call((type(bare)(bare.event, "", (), 5.0, keyframes=bare.keyframes),), Limits())
    reply = replied(things=[thing(track="t17")]) | {"answers": {}}
    (verdict,) = ground(read(json.dumps(reply), asked), asked)
    assert (verdict.state, verdict.answers) == ("verified", ())
    assert verdict.description
