"""Groups of people."""

from reasoners.scene.change import Change, GroupDissolved, GroupFormed
from reasoners.scene.group import Groups


def test_a_group_forms_and_dissolves_once() -> None:
    """A party that loses a member for a moment stays; one that scatters ends after a while."""
    groups, changes = Groups(3), list[Change]()
    three, two = [(1, 2), (2, 5)], [(1, 2)]
    for tenth in range(100):
        together = three if tenth < 30 or 40 <= tenth < 60 else two if tenth < 60 else []
        changes += groups.observe(tenth, tenth / 10, together)
    assert changes == [
        GroupFormed(0, 0.0, 1, (1, 2, 5)),
        GroupDissolved(80, 8.0, 1, (1, 2, 5), since=0.0),
    ]


def test_two_parties_are_two_groups() -> None:
    """Whoever has no tie to a group is another one; who joins makes no second group."""
    groups = Groups(3)
    assert len(groups.observe(0, 0.0, [(1, 2), (2, 3), (7, 8), (8, 9)])) == 2
    assert groups.observe(1, 0.1, [(1, 2), (2, 3), (3, 4), (7, 8), (8, 9)]) == []
    assert [len(group.members) for group in groups.groups] == [4, 3]
