"""Who stands in whose way."""

from collections.abc import Callable

from reasoners.testing import Watching

Watch = Callable[[str], Watching]


def test_a_car_behind_another_is_blocked_until_that_one_drives_on(watched: Watch) -> None:
    """The relation begins when the rear one stands and ends when the front one moves."""
    ended = [one for one in watched("queue").scene.graph.ended if one.predicate == "blocks"]
    assert [(one.subject, one.object) for one in ended] == [(1, 2)]
    assert ended[0].until is not None
    assert ended[0].until - ended[0].since > 3


def test_a_car_that_stops_before_nothing_is_not_blocked(watched: Watch) -> None:
    """Who brakes for a walker is not held up by anybody who stands there."""
    ended = watched("braking").scene.graph.ended
    assert not [one for one in ended if one.predicate == "blocks"]
