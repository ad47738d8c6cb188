"""Things out of plain sentences, in three languages."""

import pytest
from rig.asked import job, keyframe, seen, sighting

from reasoners.vlm.call import call
from reasoners.vlm.extraction import captioned, report
from reasoners.vlm.grounding import ground
from reasoners.vlm.limits import Limits

ASKED = call(
    (
        job(
            sightings=(sighting(), sighting("t3", "car"), sighting("t4", "car")),
            keyframes=(
                keyframe(
                    1,
                    seen(),
                    seen("t3", "car", box=(0.5, 0.3, 0.7, 0.5)),
                    seen("t4", "car", box=(0.75, 0.3, 0.95, 0.5)),
                ),
            ),
            zones=("step", "gate"),
        ),
    ),
    Limits(prose=True),
)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("A man in a red jacket walks past a parked white van.", ["man", "van"]),
        ("No person is visible. A car stands at the gate.", ["car"]),
        ("There is no dog, but a cat sits on the bench.", ["cat", "bench"]),
        ("A man without a backpack is not near the car.", ["man", "car"]),
        ("Ein Mann geht am Auto vorbei, kein Hund ist zu sehen.", ["mann", "auto"]),
        ("Niemand ist da.", []),
        ("一个男人站在汽车旁边，没有狗。", ["男人", "汽车"]),
        ("The sky is blue.", []),
    ],
)
def test_things_are_named_and_what_is_denied_is_not(text: str, kinds: list[str]) -> None:
    """Negation reaches to the end of its clause, `without` only to the next noun."""
    assert [thing.kind for thing in report(text, ASKED).things] == kinds


def test_tracks_are_linked_where_it_is_plain_which() -> None:
    """By their number, or because there is only one; of two cars neither is chosen."""
    told = report("The man opens the car t4; another car waits.", ASKED).things
    assert [(thing.kind, thing.track) for thing in told] == [
        ("man", "t17"),
        ("car", "t4"),
        ("car", None),
    ]


def test_attributes_go_along() -> None:
    """Colours and the like before it, and what is worn after it."""
    (man, van) = report("A young man in a red jacket and a white van.", ASKED).things
    assert man.attributes == ["young", "red jacket"]
    assert van.attributes == ["white"]


def test_expectations_in_words_become_checkable_where_they_can() -> None:
    """Who, what and, where it takes one, which zone; what is denied is not expected."""
    (leaves,) = report("The man is about to leave.", ASKED).next
    assert (leaves.what, leaves.subject, leaves.object) == ("leaves", "t17", None)
    (enters,) = report("Der Mann wird gleich die step betreten.", ASKED).next
    assert (enters.what, enters.object) == ("enters", "zone:step")
    assert report("The man will not enter the step, no.", ASKED).next == []
    assert report("It will stop raining.", ASKED).next == []


def test_a_caption_answers_no_question_but_is_checked() -> None:
    """Its event stays uncertain, with the description; who denies what is plainly there is told."""
    (verdict,) = ground(captioned("A man stands by a car. He waits.", ASKED), ASKED)
    assert (verdict.state, verdict.answers[0].answer) == ("uncertain", "cannot_tell")
    assert verdict.description == "A man stands by a car. He waits."
    assert all(check.ok for check in verdict.checks)
    (denied,) = ground(captioned("The yard is empty.", ASKED), ASKED)
    assert "count_person_k1" in {check.name for check in denied.checks if not check.ok}


@pytest.mark.parametrize("text", ["", " ", "....", "t17 t17", "没有" * 200, "no " * 500])
def test_any_text_gives_a_report(text: str) -> None:
    """However odd."""
    assert captioned(text, ASKED).report is not None
