"""Relations as values."""

from typing import get_args

import pytest

from reasoners.scene.relation import INVERSE, Predicate, Relation
from reasoners.scene.scene import Scene
from reasoners.testing import play
from reasoners.testing.plays import CONFIG
from reasoners.testing.showing import exact


@pytest.mark.parametrize("predicate", sorted(INVERSE))
def test_what_can_be_turned_round_can_be_turned_back(predicate: Predicate) -> None:
    """Seen from the object and from the subject again, a relation is the same."""
    relation = Relation(1, predicate, 2, since=0.5, until=None, confidence=0.9)
    other = relation.seen_from(2)
    assert (other.subject, other.object) == (2, 1)
    assert other.seen_from(1) == relation
    assert INVERSE[predicate] in get_args(Predicate)


def test_who_follows_is_not_followed() -> None:
    """A relation with one direction is told in that direction from both sides."""
    relation = Relation(1, "follows", 2, since=0.5, until=None, confidence=0.9)
    assert relation.seen_from(2) == relation
    assert relation.seen_from(1) == relation


def test_every_word_is_said_of_some_play() -> None:
    """None of them is only on paper: each holds somewhere, from one side or the other."""
    said: set[str] = set()
    for name in ("bag", "couple", "cyclist", "follower", "queue", "still"):
        scene = Scene(CONFIG)
        for view in exact(play(name, 1), 5):
            scene.observe(view)
            for thing in scene.things.values():
                said |= {one.predicate for one in scene.relations(thing.id)}
                said |= {one.predicate for one in scene.touching(thing)[0]}
    assert said == set(get_args(Predicate))
