"""Who is hidden behind whom."""

from collections.abc import Callable

from reasoners.scene.change import Appeared, Hidden, Reappeared, Vanished
from reasoners.testing import Watching

Watch = Callable[[str], Watching]


def test_who_goes_behind_a_van_is_hidden_and_there_again(watched: Watch) -> None:
    """It stays the same object throughout, and what hides it is named."""
    kinds = (Appeared, Hidden, Reappeared, Vanished)
    changes = [one for one in watched("curtain").changes if isinstance(one, kinds)]
    assert [type(one) for one in changes] == [Appeared, Appeared, Hidden, Reappeared, Vanished]
    van, walker, hidden, back, _ = changes
    assert hidden.things == (*walker.things, *van.things)
    assert isinstance(back, Reappeared)
    assert back.previous == back.track
    assert 0.6 <= back.away <= 2.0


def test_nobody_is_hidden_where_nobody_stands_in_front(watched: Watch) -> None:
    """Leaving the picture is no hiding."""
    assert not [one for one in watched("passers").changes if isinstance(one, Hidden)]
