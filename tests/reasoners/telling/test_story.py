"""One event as it grows."""

from collections.abc import Callable

import pytest

from detectors import Track
from reasoners import Reasoning, SceneConfig, Verdict, View
from reasoners.event import EventKeyframe, EventPrediction, EventRelation
from reasoners.firing import Firing
from reasoners.predictions.forecaster import Forecaster
from reasoners.predictions.foresight import Foresight
from reasoners.scene.scene import Scene
from reasoners.scene.thing import Thing
from reasoners.telling.foretelling import Foretelling
from reasoners.telling.story import Story, Telling

MakeTrack = Callable[..., Track]
MakeView = Callable[..., View]

TELLING = Telling("e1", "box1", "porch", "presence", "media", None, {})


@pytest.fixture
def story(track: MakeTrack, view: MakeView) -> Story:
    """Begin an event of a person."""
    thing = Thing.of(track(), 1, 0, 16 / 9, first=False)
    scene = Scene(SceneConfig())
    return Story(
        TELLING,
        Firing("presence", 1, "begins", 0.0, (thing,)),
        view(0.0),
        Reasoning(state="pending", model="m"),
        scene,
        Foretelling(Forecaster(Foresight(), scene), scene.track),
    )


def test_nothing_is_worth_telling_before_the_beginning(story: Story) -> None:
    """A story that is not open has no updates and no verdict."""
    story.dirty = True
    assert not story.worth_telling(5.0)
    with pytest.raises(ValueError, match="no terminal state"):
        story.conclude(Verdict("verified"), 5.0)


def test_an_update_is_worth_it_once_and_not_too_soon(story: Story) -> None:
    """It takes a change, and a second since the last revision, of whatever kind."""
    story.open(0.0)
    assert not story.worth_telling(5.0)
    story.dirty = True
    assert not story.worth_telling(0.999)
    assert story.worth_telling(1.0)
    story.conclude(Verdict("verified"), 0.9)
    story.dirty = True
    assert not story.worth_telling(1.5)
    assert story.worth_telling(1.9)
    story.update(1.9, pictured=False)
    assert not story.worth_telling(9.0)


def test_time_never_runs_backwards(story: Story) -> None:
    """A verdict whose clock is behind takes the time of the revision before it."""
    story.open(10.0)
    assert story.conclude(Verdict("verified"), 9.0).updated_at == 10.0


def test_the_end_again_says_the_same_of_the_scene(story: Story) -> None:
    """A verdict after the end adds to its text and changes nothing else."""
    story.open(0.0)
    end = story.end(3.0, "left", in_view=False)
    assert end is not None
    again = story.conclude(Verdict("refused"), 4.0)
    before, _, _ = end.explanation.partition(" A model has been asked")
    assert again.explanation == f"{before} The model m declined to answer."
    same = {"revision", "updated_at", "explanation", "reasoning"}
    assert again.model_dump(exclude=same) == end.model_dump(exclude=same)


def test_what_a_model_claims_stands_beside_what_was_measured(story: Story) -> None:
    """Relations and predictions with their source, keyframes, and the reason it gives, in words."""
    story.open(0.0)
    claim = EventRelation(
        subject="t1",
        predicate="opens",
        object="zone:gate",
        since=0.0,
        until=1.0,
        confidence=0.8,
        source="vlm",
    )
    verdict = Verdict(
        "verified",
        relations=(claim,),
        predictions=(EventPrediction(what="stops", subject="t1", horizon_s=5, probability=0.6),),
        keyframes=(EventKeyframe(name="k1", frame=0, captured_at=0.0, reason="first_sight"),),
        why="The bell was rung.",
    )
    event = story.conclude(verdict, 2.0)
    assert [relation for relation in event.relations if relation.source == "vlm"] == [claim]
    assert [(p.what, p.source) for p in event.predictions if p.source] == [("stops", "vlm")]
    assert event.keyframes == verdict.keyframes
    assert event.explanation.endswith('The reason it gives: "The bell was rung".')
    end = story.end(9.0, "left", in_view=False)
    assert end is not None
    assert [p.outcome for p in end.predictions if p.source] == ["miss"]
    again = story.film("/events/e1/clip.mp4", 0.0, 10.0)
    assert again is not None
    assert again.relations == end.relations
    assert again.predictions == end.predictions
