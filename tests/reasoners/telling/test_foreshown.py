"""What is drawn of the future, and of what holds between objects."""

from rig.foreseen import camera, straight

from reasoners.scene.relation import Relation
from reasoners.scene.thing import Thing
from reasoners.telling.foreshown import CORNERS, TIES, ties, ways

GREY = (100, 100, 100)


def test_a_way_ends_in_an_ellipse_that_lies_ahead() -> None:
    """Who walks to the right gets an arrow to the right and an ellipse at its head."""
    seen = camera()
    seen.run({1: straight(0.2, 0.08), 2: straight(0.7, 0.0, 0.9)}, 2.0)
    arrow, ellipse = ways(seen.scene.things.values(), seen.forecaster.expected, lambda _: GREY)
    (start, end) = arrow.points
    assert end[0] > start[0] + 0.1
    assert abs(end[1] - start[1]) < 0.02
    across = [x for x, _ in ellipse.points]
    assert len(across) == CORNERS
    assert min(across) < end[0] < max(across)
    assert (arrow.shape, ellipse.shape, arrow.color) == ("arrow", "polygon", GREY)


def test_what_is_drawn_stays_on_the_picture() -> None:
    """The way of who leaves ends at the border, and no ellipse is drawn outside."""
    seen = camera()
    seen.run({1: straight(0.6, 0.15)}, 2.2)
    marks = ways(seen.scene.things.values(), seen.forecaster.expected, lambda _: GREY, 4.0)
    assert [mark.shape for mark in marks] == ["arrow"]
    assert all(0 <= x <= 1 and 0 <= y <= 1 for mark in marks for x, y in mark.points)


def test_what_rests_and_what_is_gone_has_no_way() -> None:
    """Nothing is drawn for who stands, nor for who is out of sight."""
    seen = camera()
    seen.run({1: straight(0.5, 0.0), 2: lambda at: (0.2 + 0.1 * at, 0.8) if at < 2 else None}, 2.5)
    assert not ways(seen.scene.things.values(), seen.forecaster.expected, lambda _: GREY)


def test_ties_are_lines_with_their_word() -> None:
    """What holds between two who are seen is drawn, the plainest first, within bounds."""
    seen = camera()
    seen.run({1: straight(0.2, 0.05), 2: straight(0.3, 0.05)}, 1.0)
    one, two = seen.scene.things.values()
    told = [
        Relation(one.id, "leaves_behind", two.id, 0.0, None, 0.9),
        Relation(one.id, "left_of", two.id, 0.0, None, 1.0),
        Relation(one.id, "inside", "zone:step", 0.0, None, 1.0),
        Relation(one.id, "follows", 99, 0.0, None, 1.0),
    ]
    line, text = ties(told, seen.scene.things.get)
    assert (line.shape, text.shape, text.text) == ("line", "text", "leaves behind")
    many = [Relation(one.id, "follows", two.id, float(n), None, 0.9) for n in range(30)]
    things: dict[int, Thing] = seen.scene.things
    assert len(ties(many, things.get)) == 2 * TIES
