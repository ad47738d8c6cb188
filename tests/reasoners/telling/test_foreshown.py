"""What is drawn of the future, and of what holds between objects."""

import pytest
from rig.foreseen import camera, straight

from reasoners.scene.relation import Relation
from reasoners.telling.foreshown import CORNERS, TIES, ellipse, goes, ties, vague, ways
from reasoners.telling.strokes import TIE, color_of


def test_a_way_ends_in_an_ellipse_that_lies_ahead() -> None:
    """Who walks to the right gets an arrow to the right and an ellipse at its head."""
    seen = camera()
    seen.run({1: straight(0.2, 0.08), 2: straight(0.7, 0.0, 0.9)}, 2.0)
    things = seen.scene.things.values()
    arrow, around = ways(things, seen.forecaster.expected)
    (start, end) = arrow.points
    assert end[0] > start[0] + 0.1
    assert abs(end[1] - start[1]) < 0.02
    across = [x for x, _ in around.points]
    assert len(across) == CORNERS
    assert min(across) < end[0] < max(across)
    color = color_of(next(iter(things)).track)
    assert (arrow.shape, around.shape, arrow.color) == ("arrow", "polygon", color)


def test_what_is_drawn_stays_on_the_picture() -> None:
    """The way of who leaves ends at the border, and no ellipse is drawn outside."""
    seen = camera()
    seen.run({1: straight(0.6, 0.15)}, 2.2)
    marks = ways(seen.scene.things.values(), seen.forecaster.expected, 3.0)
    assert [mark.shape for mark in marks] == ["arrow"]
    assert all(0 <= x <= 1 and 0 <= y <= 1 for mark in marks for x, y in mark.points)


def test_of_whom_too_little_is_known_nothing_is_drawn() -> None:
    """An arrow without its ellipse would claim to know; a wide ellipse says nothing."""
    seen = camera()
    seen.run({1: straight(0.2, 0.08)}, 2.0)
    things = seen.scene.things.values()
    assert not ways(things, lambda *_: (0.5, 0.5, 0.2, 0.02))
    assert vague((0.5, 0.5, 0.02, 0.2))
    assert not vague((0.5, 0.5, 0.1, 0.1))
    assert max(x for x, _ in ellipse((0.5, 0.5, 0.1, 0.02))) == pytest.approx(0.6794)


def test_what_rests_and_what_is_gone_has_no_way() -> None:
    """Nothing is drawn for who stands, nor for who is out of sight."""
    seen = camera()
    seen.run({1: straight(0.5, 0.0), 2: lambda at: (0.2 + 0.1 * at, 0.8) if at < 2 else None}, 2.5)
    assert not ways(seen.scene.things.values(), seen.forecaster.expected)


def test_who_seems_to_have_fallen_goes_nowhere() -> None:
    """The box moves as it flattens, whoever is in it may lie still."""
    seen = camera()
    seen.run({1: straight(0.2, 0.08)}, 2.0)
    (thing,) = seen.scene.things.values()
    assert goes(thing)
    thing.posture.fallen = True
    assert not goes(thing)
    assert not ways([thing], seen.forecaster.expected)


def test_ties_are_arrows_with_their_words() -> None:
    """What holds between two who are seen is drawn, what says most first, within bounds."""
    seen = camera()
    seen.run({1: straight(0.2, 0.05), 2: straight(0.5, 0.05)}, 1.0)
    one, two = seen.scene.things.values()
    told = [
        Relation(one.id, "follows", two.id, 0.0, None, 0.7),
        Relation(one.id, "approaches", two.id, 0.0, None, 0.9),
        Relation(one.id, "left_of", two.id, 0.0, None, 1.0),
        Relation(one.id, "carries", two.id, 0.0, 1.0, 1.0),
        Relation(one.id, "inside", "zone:step", 0.0, None, 1.0),
        Relation(one.id, "follows", 99, 0.0, None, 1.0),
    ]
    (arrow,), touched = ties(told, seen.scene.things.get)
    assert (arrow.shape, arrow.text, arrow.color) == ("arrow", "follows, approaches", TIE)
    (start, end) = arrow.points
    assert start == pytest.approx((one.box[2], (one.box[1] + one.box[3]) / 2))
    assert end == pytest.approx((two.box[0], (two.box[1] + two.box[3]) / 2))
    assert touched == [one, two]
    (line,), _ = ties(
        [Relation(two.id, "accompanies", one.id, 0.0, None, 0.7)], seen.scene.things.get
    )
    assert line.shape == "line"


def test_where_two_overlap_the_words_name_the_other() -> None:
    """A line between a bag and who carries it would hide the bag."""
    seen = camera()
    seen.run({1: straight(0.2, 0.05), 2: straight(0.21, 0.05)}, 1.0)
    one, two = seen.scene.things.values()
    (mark,), _ = ties([Relation(one.id, "carries", two.id, 0.0, None, 0.7)], seen.scene.things.get)
    assert (mark.shape, mark.text) == ("text", f"carries t{two.track}")


def test_a_crowd_has_no_more_ties_than_can_be_read() -> None:
    """The pairs between which most holds, and no others."""
    seen = camera()
    seen.run({number: straight(0.05 * number, 0.01) for number in range(1, 12)}, 1.0)
    things = list(seen.scene.things.values())
    many = [
        Relation(one.id, "approaches", two.id, 0.0, None, 0.9)
        for one in things
        for two in things
        if one.id < two.id
    ]
    first, last = things[0], things[-1]
    many.append(Relation(last.id, "follows", first.id, 0.0, None, 0.5))
    marks, touched = ties(many, seen.scene.things.get)
    assert len(marks) == TIES
    assert "follows" in marks[0].text
    assert first in touched
    assert last in touched
    assert len(ties(many, seen.scene.things.get, 2)[0]) == 2
