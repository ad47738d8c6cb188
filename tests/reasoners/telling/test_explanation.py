"""Explanations, read as a person reads them."""

import re
from collections.abc import Callable

import pytest

from detectors import Track
from reasoners import Answer, Asking, Chronicle, SceneConfig, Verdict, View, ZoneConfig
from reasoners.event import EndReason
from reasoners.telling.explanation import LONGEST, joined
from reasoners.testing import play
from reasoners.testing.plays import CONFIG as PLAYED
from reasoners.testing.showing import exact

MakeTrack = Callable[..., Track]
MakeView = Callable[..., View]
MakeChronicle = Callable[..., Chronicle]

PATH = ZoneConfig(points=((0, 0.5), (0.35, 0.5), (0.35, 1), (0, 1)), title="Garden path")
STEP = ZoneConfig(points=((0.35, 0.5), (0.75, 0.5), (0.75, 1), (0.35, 1)))
OUTLOOK = re.compile(r" Likely next: [^.]*%\)\.")
ZONES = SceneConfig(zones={"path": PATH, "step": STEP})


def visit(at: float) -> tuple[float, float] | None:
    """Come in from the left at 1 s, stand from 3 s to 9 s, walk on and out to the right."""
    if at < 1 or at > 12.2:
        return None
    if at < 3:
        return 0.03 + 0.2 * (at - 1), 0.2
    return (0.43, 0.0) if at < 9 else (0.43 + 0.2 * (at - 9), 0.2)


@pytest.fixture
def story(track: MakeTrack, view: MakeView, chronicle: MakeChronicle) -> Callable[..., list[str]]:
    """Play the visit until a time; return what every revision says."""

    def play(until: float, ended: EndReason = "left", ask: Asking | None = None) -> list[str]:
        porch = chronicle(ZONES, ask)
        said = []
        for tenth in range(round(until * 10)):
            at = tenth / 10
            where = visit(at)
            shown = []
            if where is not None:
                shown = [track(x=where[0], y=0.6, velocity=(where[1], 0.0), first_seen=1.0)]
            said += porch.observe(view(at, *shown))
        said += porch.close(until, ended)
        return [revision.event.explanation for revision in said]

    return play


def test_a_visit_reads_well(story: Callable[..., list[str]]) -> None:
    """From the first sight to the end, each revision says what is known by then."""
    assert [OUTLOOK.sub("", said) for said in story(20.0)] == [
        (
            "Rule presence: person t17 (score 0.90) came into view at the left edge and moves"
            ' right; in zone "Garden path".'
        ),
        (
            "Rule presence: person t17 (score 0.90) came into view at the left edge 1 s ago and"
            ' moves right; in zone "Garden path" for 1 s.'
        ),
        (
            "Rule presence: person t17 (score 0.90) came into view at the left edge 2 s ago and"
            ' moves right; in zone step. Earlier the person was in zone "Garden path" for 2 s.'
        ),
        (
            "Rule presence: person t17 (score 0.90) came into view at the left edge 4 s ago and has"
            " stood still for 1 s; in zone step for 2 s. Earlier the person was in zone"
            ' "Garden path" for 2 s.'
        ),
        (
            "Rule presence: person t17 (score 0.90) came into view at the left edge 8 s ago and"
            ' moves right; in zone step for 7 s. Earlier the person was in zone "Garden path" for 2'
            " s."
        ),
        (
            "Rule presence: person t17 (score 0.90) came into view at the left edge 10 s ago and"
            ' moves right. Earlier the person was in zone "Garden path" for 2 s and in zone step'
            " for 8 s."
        ),
        (
            "Rule presence: person t17 (score 0.90) came into view at the left edge, stayed for 11"
            ' s and left at the right edge. The person was in zone "Garden path" for 2 s and in'
            " zone step for 8 s."
        ),
    ]


def test_what_is_likely_next_is_said_with_its_probability(
    story: Callable[..., list[str]],
) -> None:
    """While somebody walks on, his event says where to, how soon and how surely; its end does not.

    What is foreseen was not taught here: these are the probabilities of a camera on its first day.
    """
    said = story(20.0)
    assert any(
        "Likely next: person t17 leaves zone" in one and "within 5 s (" in one for one in said[:-1]
    )
    assert "Likely next" not in said[-1]


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("left", "and was still there after 5 s, when watching ended."),
        ("camera_lost", "and had been there for 5 s when the camera was lost."),
        ("restart", "and had been there for 5 s when Lookout was stopped."),
        ("reconfigured", "and had been there for 5 s when the configuration was changed."),
    ],
)
def test_an_end_from_outside_says_so(
    story: Callable[..., list[str]], reason: EndReason, says: str
) -> None:
    """Nobody is said to have left who was only not watched any more."""
    assert says in story(6.0, reason)[-1]


def test_an_open_question_is_mentioned(story: Callable[..., list[str]]) -> None:
    """While a model is thinking, the text says so."""
    said = story(2.0, "left", Asking("qwen3-vl-4b", 10.0))[0]
    assert said.endswith("A model has been asked and has not answered yet.")


def test_who_was_there_from_the_start_did_not_come(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """What the first frame shows was in view when watching began."""
    (new,) = chronicle().observe(view(0.0, track(label="car", x=0.8, y=0.25)))
    assert new.event.explanation == (
        "Rule presence: car t17 (score 0.90) was in view in the upper right of the picture when"
        " watching began and stands still."
    )


def test_who_just_comes_in_is_not_said_to_stand(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """At the edge of the picture, a speed of zero is only one not known yet."""
    porch = chronicle()
    porch.observe(view(0.0))
    (new,) = porch.observe(view(1.0, track(x=0.95, first_seen=0.9)))
    assert new.event.explanation == (
        "Rule presence: person t17 (score 0.90) came into view at the right edge."
    )


def test_getting_lost_in_the_middle_is_not_leaving(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """Without an edge near, the text says where and how the object was lost."""
    porch = chronicle()
    porch.observe(view(0.0))
    for tenth in range(1, 20):
        porch.observe(view(tenth / 10, track(velocity=(0.0, -0.3), first_seen=0.1)))
    (end,) = porch.lapse(9.0)
    assert end.event.explanation == (
        "Rule presence: person t17 (score 0.90) appeared in the middle of the picture, stayed for"
        " 2 s and was lost from sight in the middle of the picture, moving up."
    )


def test_a_change_of_mind_is_said(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """When the votes for a label turn, the text names what it was before."""
    porch = chronicle()
    porch.observe(view(0.0, track(label="cat")))
    (update,) = porch.observe(view(1.0, track(label="elephant")))
    assert update.event.objects[0].label == "elephant"
    assert update.event.explanation.endswith(" At first it was taken for a cat.")


YES = (Answer(question="presence", answer="yes", confidence=0.88),)


def test_an_explanation_never_outgrows_its_event(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """The longest titles, labels and answers still make a valid event."""
    points = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
    zones = {f"z{n}": ZoneConfig(points=points, title="t" * 80) for n in range(64)}
    porch = chronicle(SceneConfig(zones=zones), Asking("m" * 200, 5.0, "q" * 900))
    porch.observe(view(0.0, track(x=0.7, y=0.3, label="person")))
    verdict = Verdict("verified", "m" * 200, YES, description="d" * 5000, reason="r" * 5000)
    revision = porch.conclude("porch-1", verdict, 1.0)
    assert revision is not None
    assert len(revision.event.explanation) < 2000
    assert "and 58 more" in revision.event.explanation
    assert len(joined("en", "x" * 3000, "y" * 3000)) == LONGEST


def test_who_seems_to_have_fallen_is_not_said_to_move(
    view: MakeView, chronicle: MakeChronicle
) -> None:
    """A box that flattens moves, but nobody knows whether the person does."""
    porch = chronicle(PLAYED)
    fallen = [
        revision.event.explanation
        for shown in exact(play("fall", 2), 10)
        for revision in porch.observe(shown)
        if "looked fallen" in revision.event.explanation
        and "upright again" not in revision.event.explanation
    ]
    assert fallen
    motion = (" moves ", "stood still", "stands still")
    assert not any(words in text for words in motion for text in fallen)
