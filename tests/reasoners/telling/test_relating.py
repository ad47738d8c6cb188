"""Which relations an event carries."""

from collections.abc import Callable

import pytest

from detectors import Track
from reasoners import Asking, ReasoningState, SceneConfig, Verdict, View
from reasoners.event import EventRelation
from reasoners.scene.relation import Relation
from reasoners.telling.chronicle import Chronicle
from reasoners.telling.relating import RELATIONS, carried, claimed
from reasoners.testing import CONFIG, exact, play


def named(thing: int) -> int | None:
    """Give every object a track id but the one that is forgotten."""
    return None if thing == 99 else thing + 100


def test_what_holds_and_says_much_comes_first_and_the_rest_is_counted() -> None:
    """Present before past, carrying before standing beside, sure before unsure."""
    relations = [
        *(Relation(1, "left_of", number, 0.0, None, 1.0) for number in range(2, 40)),
        Relation(1, "near", 2, 1.0, None, 0.6),
        Relation(1, "near", 3, 1.0, None, 0.9),
        Relation(1, "carries", 4, 2.0, None, 0.8),
        Relation(1, "follows", 5, 0.0, 9.0, 1.0),
        Relation(1, "carries", 99, 0.0, None, 1.0),
    ]
    told, left_out = carried(relations, named)
    assert [(one.predicate, one.object) for one in told[:3]] == [
        ("carries", "t104"),
        ("near", "t103"),
        ("near", "t102"),
    ]
    assert (len(told), left_out) == (RELATIONS, len(relations) - RELATIONS)
    assert {one.subject for one in told} == {"t101"}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "bag",
            {("t1", "carries", "t3"), ("t1", "leaves_behind", "t3"), ("t1", "inside", "zone:yard")},
        ),
        ("follower", {("t2", "follows", "t1")}),
        ("queue", {("t1", "blocks", "t2"), ("t1", "blocks", "zone:lane")}),
    ],
)
def test_an_event_carries_what_touches_its_object(
    chronicle: Callable[[SceneConfig], Chronicle], name: str, says: set[tuple[str, str, str]]
) -> None:
    """From both sides: who follows and who is followed; each with its interval."""
    porch = chronicle(CONFIG)
    events = [
        revision.event for view in exact(play(name, 1), 10) for revision in porch.observe(view)
    ]
    found = {
        (one.subject, one.predicate, one.object) for event in events for one in event.relations
    }
    assert says <= found
    for event in events:
        about = event.objects[0].track
        for one in event.relations:
            assert about in {one.subject, one.object}
            assert one.until is None or one.until >= one.since


def test_the_same_play_tells_the_same_bytes(
    chronicle: Callable[[SceneConfig], Chronicle],
) -> None:
    """Relations come in a fixed order, rounded."""
    views: list[View] = list(exact(play("company", 0), 10))
    first, second = chronicle(CONFIG), chronicle(CONFIG)
    one = [revision.event.wire() for view in views for revision in first.observe(view)]
    two = [revision.event.wire() for view in views for revision in second.observe(view)]
    assert one == two


def told(subject: str, predicate: str, place: str) -> EventRelation:
    """Return what a model claims."""
    return EventRelation(
        subject=subject,
        predicate=predicate,
        object=place,
        since=0.0,
        until=1.0,
        confidence=0.8,
        source="vlm",
    )


def test_only_what_the_scene_knows_is_read_of_a_claim() -> None:
    """Its words, and whom it shows just now."""
    there = {1: 11, 2: 12}.get
    one = claimed(told("t1", "carries", "t2"), there)
    assert one == Relation(11, "carries", 12, 0.0, 1.0, 0.8, source="vlm")
    place = claimed(told("t1", "inside", "zone:step"), there)
    assert place is not None
    assert place.object == "zone:step"
    assert claimed(told("t1", "hands_over", "t2"), there) is None
    assert claimed(told("t1", "carries", "t9"), there) is None
    assert claimed(told("t9", "carries", "t1"), there) is None


def test_a_claim_joins_the_graph_as_the_models_word(
    track: Callable[..., Track], view: Callable[..., View], chronicle: Callable[..., Chronicle]
) -> None:
    """Both events carry it, once; no explanation takes it for seen, and a rejected one goes."""
    cases: dict[ReasoningState, int] = {"verified": 2, "uncertain": 2, "rejected": 1}
    for state, carriers in cases.items():
        porch = chronicle(None, Asking("m", 10.0))
        both = track(1, x=0.1), track(2, x=0.8)
        porch.observe(view(0.0, *both))
        claim = told("t1", "carries", "t2")
        concluded = porch.conclude("porch-1", Verdict(state, relations=(claim,)), 1.0)
        assert concluded is not None
        ends = [revision.event for revision in porch.lapse(30.0)]
        said = [[one for one in event.relations if one.source == "vlm"] for event in ends]
        assert sum(one == [claim] for one in said) == carriers
        assert all("carr" not in event.explanation for event in ends)
