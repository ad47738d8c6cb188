"""What a caption can say, whoever reads it."""

from rig.asked import job, keyframe
from rig.parses import shown

from reasoners.vlm.call import call
from reasoners.vlm.caption import counts, expectations, linked, unanswered
from reasoners.vlm.extraction import report
from reasoners.vlm.limits import Limits


def test_a_track_is_meant_where_only_one_can_be() -> None:
    """Of two that fit, none is chosen."""
    assert linked({"person"}, shown()) == "t17"
    assert linked({"car", "truck"}, shown()) is None
    assert linked({"cat"}, shown()) is None


def test_numbers_are_held_against_the_only_picture_and_nobody_against_each() -> None:
    """How many are there is said of one picture; that there is none, of all."""
    one = counts({"dog"}, {"person": 2, "car": 1}, shown())
    assert [(found.kind, found.keyframe, found.count) for found in one] == [
        ("dog", "k1", 0),
        ("person", "k1", 2),
    ]
    two = call((job(keyframes=(keyframe(1), keyframe(2))),), Limits())
    assert [found.keyframe for found in counts({"dog"}, {"person": 2}, two)] == ["k1", "k2"]


def test_only_what_tracks_can_prove_is_expected() -> None:
    """Entering takes a zone that there is."""
    (enters,) = expectations("enter the step", "he will enter the step", "t17", shown())
    assert (enters.what, enters.object) == ("enters", "zone:step")
    assert expectations("enter the house", "he will enter the house", "t17", shown()) == []
    assert expectations("sing", "he will sing", "t17", shown()) == []


def test_no_question_is_answered() -> None:
    """A caption is no answer, whatever it says."""
    asked = shown()
    reply = unanswered(report("A man.", asked), asked)
    assert {answer.answer for answer in reply.answers.values()} == {"cannot_tell"}
