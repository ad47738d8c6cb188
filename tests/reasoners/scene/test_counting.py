"""Counts that are told once they stay."""

from collections.abc import Callable

from reasoners.scene.change import Change, Counted, Crowded, Uncrowded
from reasoners.scene.counting import Counting
from reasoners.scene.thing import Stay, Thing

MakeThing = Callable[..., Thing]


def test_another_number_is_told_once_it_stays(thing: MakeThing) -> None:
    """A flicker is none; what stays is told once, with the time when it began."""
    counting, changes = Counting({}), list[Change]()
    one, two = thing(1), thing(2)
    for tenth in range(40):
        flickers = tenth in {12, 15, 16}
        there = [one, two] if tenth >= 20 or flickers else [one]
        changes += counting.observe(tenth, tenth / 10, there)
    assert changes == [
        Counted(6, 0.6, "person", None, 1, 0, since=0.0),
        Counted(26, 2.6, "person", None, 2, 1, since=2.0),
    ]


def test_a_crowd_gathers_and_thins_once(thing: MakeThing) -> None:
    """One more or less at the limit makes no second crowd."""
    counting, changes = Counting({"yard": 4}), list[Change]()
    people = [thing(number) for number in range(1, 6)]
    for one in people:
        one.zones["yard"] = Stay("yard", 0.0)
    numbers = [3] * 10 + [4] * 10 + [5] * 5 + [4] * 5 + [3] * 5 + [4] * 10 + [2] * 20
    for tenth, number in enumerate(numbers):
        changes += counting.observe(tenth, tenth / 10, people[:number])
    crowds = [change for change in changes if not isinstance(change, Counted)]
    assert crowds == [
        Crowded(16, 1.6, "yard", 4, (1, 2, 3, 4)),
        Uncrowded(55, 5.5, "yard", 2, since=1.6),
    ]
