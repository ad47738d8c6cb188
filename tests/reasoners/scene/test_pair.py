"""What holds between two objects, with hysteresis in time."""

from collections.abc import Callable
from typing import get_args

from reasoners.scene import judgement as flag
from reasoners.scene.pair import MEANING, Pair
from reasoners.scene.relation import Predicate
from reasoners.scene.thing import Thing

MakeThing = Callable[..., Thing]


def test_a_judgement_must_last_until_it_counts(thing: MakeThing) -> None:
    """One look is none; what lasts begins with its first look, and ends with its last."""
    pair = Pair(thing(1), thing(2))
    assert pair.settle(flag.NEAR, flag.NEAR, 0.0) == []
    assert pair.settle(0, 0, 0.1) == []
    turned = [pair.settle(flag.NEAR, flag.NEAR, 1 + tenth / 10) for tenth in range(5)]
    ((bit, bond, began),) = [one for many in turned for one in many]
    assert (bit, bond.since, began) == (flag.NEAR, 1.0, True)
    for tenth in range(20):
        assert pair.settle(0, flag.NEAR, 2 + tenth / 10) == []
    assert bond.confidence < 0.7
    turned = [pair.settle(0, 0, 4 + tenth / 10) for tenth in range(10)]
    assert [(one[0], one[2]) for many in turned for one in many] == [(flag.NEAR, False)]
    assert pair.idle


def test_every_flag_has_a_meaning(thing: MakeThing) -> None:
    """Each bit is one predicate or the groups' own; subject and object are told in order."""
    told = {predicate for predicate, *_ in MEANING.values()}
    assert told - {None} <= set(get_args(Predicate))
    assert sum(MEANING) == (1 << len(MEANING)) - 1
    one, two = thing(1), thing(2)
    pair = Pair(one, two)
    assert pair.ends(flag.CARRIES) == (one, two)
    assert pair.ends(flag.CARRIED) == (two, one)
