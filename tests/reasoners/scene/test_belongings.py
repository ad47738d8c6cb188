"""Things that are left behind and taken."""

from collections.abc import Callable

import pytest

from reasoners.scene.change import LeftBehind, Taken
from reasoners.testing import Play, Watching, play, watch_exactly

Watch = Callable[[str], Watching]


def told(watching: Watching) -> list[type]:
    """Name what was told of belongings."""
    return [type(one) for one in watching.changes if isinstance(one, LeftBehind | Taken)]


@pytest.mark.parametrize("seed", range(4))
def test_a_bag_is_left_behind_once_and_taken_once(seed: int) -> None:
    """Whether its taker carries it openly or it disappears, both are known by their deeds."""
    watching = watch_exactly(play("bag", seed), 10)
    assert told(watching) == [LeftBehind, Taken]
    marks = watching.events()
    assert not marks.notes


def test_a_bag_that_its_owner_takes_along_was_not_left() -> None:
    """Putting it down for a while and taking it again is neither leaving nor taking."""
    whole = play("bag", 1)
    owner, _, bag = whole.actors
    goes = owner.steps[2].at
    steps = [step for step in bag.steps if step.at < goes - 0.4]
    end = owner.steps[-1]
    last = type(end)(goes, owner.steps[2].x, owner.steps[2].z, up=0.55)
    carried = type(end)(end.at, end.x, end.z, up=0.55)
    own = type(bag)(bag.name, bag.label, bag.shape, [*steps, last, carried])
    assert told(watch_exactly(Play("own", (owner, own)), 10)) == []


def test_what_lies_there_is_not_taken_by_who_passes(watched: Watch) -> None:
    """A bag that stays is nobody's; those who walk by it take nothing."""
    bag = play("bag", 0).actors[2]
    lying = bag.steps[3]
    stays = type(bag)("bag_1", "backpack", bag.shape, [lying, type(lying)(60.0, lying.x, lying.z)])
    first = play("passers", 3)
    assert told(watch_exactly(Play("passed", (stays, *first.actors), ends=40), 10)) == []
