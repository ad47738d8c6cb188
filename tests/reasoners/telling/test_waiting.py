"""What has begun and is no event yet."""

from reasoners.firing import Firing
from reasoners.telling.waiting import Waiting


def begins(key: str, rule: str = "r") -> Firing:
    """Make a firing about nobody."""
    return Firing(rule, key, "begins", 1.0)


def test_what_is_silenced_begins_when_its_rule_is_on_again() -> None:
    """With the present as its beginning, and only if it goes on until then."""
    waiting = Waiting(10, 10)
    assert waiting.beginning([begins("a"), begins("b")], (), {"r"}, 1.0) == []
    waiting.heed(Firing("r", "b", "ends", 2.0))
    (firing,) = waiting.beginning([], (), (), 5.0)
    assert (firing.key, firing.at) == ("a", 5.0)
    assert waiting.beginning([], {("r", "a")}, (), 6.0) == []
    assert waiting.refused == 0


def test_what_waits_is_bounded() -> None:
    """More than may wait is refused, counted, and forgotten."""
    waiting = Waiting(1, 2)
    found = waiting.beginning([begins(key) for key in "abcde"], (), (), 1.0)
    assert [one.key for one in found] == ["a"]
    assert waiting.refused == 4
    assert [one.key for one in waiting.beginning([], (), (), 2.0)] == ["b"]
    assert [one.key for one in waiting.beginning([], (), (), 3.0)] == ["c"]
    assert waiting.beginning([], (), (), 4.0) == []
    waiting.clear()
