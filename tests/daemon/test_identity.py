"""Ids of events."""

from hypothesis import given
from hypothesis import strategies as st

from daemon.identity import live_id, replay_id

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@given(st.floats(0, 4e9), st.floats(0, 4e9))
def test_live_ids_sort_by_time(one: float, other: float) -> None:
    """An event that began at least a millisecond later has the greater id."""
    first, second = sorted((one, other))
    if int(first * 1000) < int(second * 1000):
        assert live_id("a", 1, first) < live_id("b", 1, second)


def test_live_ids_are_unique_within_a_millisecond() -> None:
    """Many events of the same instant have as many ids."""
    assert len({live_id("a", 1, 1000.0) for _ in range(1000)}) == 1000


def test_live_id_has_the_form_of_a_ulid() -> None:
    """26 signs of Crockford's alphabet; the first ten say when."""
    made = live_id("a", 1, 1469922850.259)
    assert len(made) == 26
    assert set(made) <= set(ALPHABET)
    assert made.startswith("01ARZ3NDEK")


def test_replay_ids_depend_on_the_input_alone() -> None:
    """Node, camera and ordinal decide; they differ whenever one of these does."""
    make = replay_id("box1")
    assert make("porch", 7, 1.0) == make("porch", 7, 2.0) == "box1-porch-000007"
    names = {make("porch", 7, 0), make("yard", 7, 0), replay_id("box2")("porch", 7, 0)}
    assert len(names | {make("porch", 8, 0)}) == 4
