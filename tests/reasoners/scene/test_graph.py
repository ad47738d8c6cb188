"""The live graph of a scene."""

from collections.abc import Callable

from reasoners.scene.change import Related, Unrelated
from reasoners.scene.graph import Graph
from reasoners.scene.relation import Relation
from reasoners.scene.thing import Thing

MakeThing = Callable[..., Thing]


def test_what_holds_can_be_asked_for_at_any_moment(thing: MakeThing) -> None:
    """It is told once for all, and from either side for one."""
    graph, rows = Graph(), [thing(1, x=0).row(), thing(2, x=1.2).row(), thing(3, x=5.5).row()]
    for tenth in range(6):
        graph.observe(tenth, tenth / 10, rows)
    told = {(one.subject, one.predicate, one.object) for one in graph.relations()}
    assert told == {
        (1, "near", 2),
        (1, "left_of", 2),
        (1, "left_of", 3),
        (2, "left_of", 3),
    }
    seen = {(one.subject, one.predicate, one.object) for one in graph.relations(2)}
    assert seen == {(2, "near", 1), (2, "right_of", 1), (2, "left_of", 3)}
    assert {one.since for one in graph.relations()} == {0.0}


def test_what_held_with_an_object_that_is_gone_is_over(thing: MakeThing) -> None:
    """It ends when the object was last seen; how they stood on the picture is not kept."""
    graph, one, two = Graph(), thing(1, x=0), thing(2, x=1.2)
    changes = [
        change
        for tenth in range(6)
        for change in graph.observe(tenth, tenth / 10, [one.row(), two.row()])
    ]
    assert {type(change) for change in changes} == {Related}
    two.last_seen = 0.5
    assert {type(change) for change in graph.part(two)} == {Unrelated}
    assert list(graph.relations()) == []
    assert list(graph.ended) == [Relation(1, "near", 2, 0.0, 0.5, 1.0)]
    assert (one.ties, two.ties) == (1, 1)


def test_pairs_that_are_far_apart_cost_nothing(thing: MakeThing) -> None:
    """Nothing is kept about two objects that have nothing to do with each other."""
    graph = Graph()
    assert graph.observe(0, 0.0, [thing(1, x=-7).row(), thing(2, x=7).row()]) == []
    assert not list(graph.relations())
    assert not graph._pairs  # noqa: SLF001  the point of the test
