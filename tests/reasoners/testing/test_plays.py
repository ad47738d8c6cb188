"""The plays: told from a seed alone, and shown to the scene with their truth."""

import pytest

from reasoners.testing import PLAYS, play, watch_exactly


@pytest.mark.parametrize("name", PLAYS)
def test_the_same_seed_tells_the_same_play(name: str) -> None:
    """Facts and ways repeat; another seed tells another."""
    one, two, other = play(name, 1), play(name, 1), play(name, 2)
    ways = [[actor.steps for actor in told.actors] for told in (one, two, other)]
    assert ways[0] == ways[1]
    assert one.facts == two.facts
    assert ways[0] != ways[2]


@pytest.mark.parametrize("name", PLAYS)
def test_the_scene_tells_a_play_as_it_was(name: str) -> None:
    """From exact tracks no change is missing or made up, and hardly a relation."""
    watching = watch_exactly(play(name, 0), 10)
    assert watching.events().notes == []
    assert watching.relations.f1() >= 0.95
