"""Who stands in whose way."""

from collections.abc import Callable

from reasoners.scene.relation import Relation
from reasoners.testing import Watching

Watch = Callable[[str], Watching]


def blocked(watching: Watching) -> list[Relation]:
    """Return who blocked whom; zones are blocked too, but by anybody who stands in them."""
    return [
        one
        for one in watching.scene.graph.ended
        if one.predicate == "blocks" and isinstance(one.object, int)
    ]


def test_a_car_behind_another_is_blocked_until_that_one_drives_on(watched: Watch) -> None:
    """The relation begins when the rear one stands and ends when the front one moves."""
    ended = blocked(watched("queue"))
    assert [(one.subject, one.object) for one in ended] == [(1, 2)]
    assert ended[0].until is not None
    assert ended[0].until - ended[0].since > 3


def test_a_car_that_stops_before_nothing_is_not_blocked(watched: Watch) -> None:
    """Who brakes for a walker is not held up by anybody who stands there."""
    assert blocked(watched("braking")) == []
