"""Relations as values."""

from typing import get_args

import pytest

from reasoners.scene.relation import INVERSE, Predicate, Relation


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
