"""How likely a way leads over an outline: held against thousands of drawn ways."""

import math
from random import Random

import pytest

from reasoners.predictions.motion import Motion
from reasoners.predictions.passage import PICTURE_BORDER, Look, Outline, goes_in, meets, passes

ASPECT = 16 / 9
SIZE = math.sqrt(0.06 * 0.2)
ZONE = Outline(((0.5, 0.3), (0.8, 0.3), (0.8, 0.9), (0.5, 0.9)), closed=True)
GATE = Outline(((0.4, 0.55), (0.4, 0.65)), closed=False)


def _walker(x: float, y: float, vx: float, vy: float) -> Motion:
    motion = Motion(0.0, (x - 0.03, y - 0.2, x + 0.03, y), (vx, vy), SIZE)
    for number in range(1, 20):
        at = number / 10
        left, bottom = x + vx * at - 0.03, y + vy * at
        box = (left, bottom - 0.2, left + 0.06, bottom)
        motion.see(at, box, SIZE, (False, False, False))
    return motion


def _drawn(outline: Outline, motion: Motion, seconds: float) -> float:
    """Return the share of straight ways to drawn places that lead over an outline."""
    random = Random(7)
    x, y, across, down = motion.ahead(seconds)
    deviation = math.sqrt((across + down) / 2)
    hits, number = 0, 4000
    for _ in range(number):
        end_x, end_y = random.gauss(x, deviation), random.gauss(y, deviation)
        hits += any(
            _crosses((motion.x, motion.y), (end_x, end_y), edge) for edge in outline.edges(ASPECT)
        )
    return hits / number


def _crosses(
    start: tuple[float, float], end: tuple[float, float], edge: tuple[float, float, float, float]
) -> bool:
    x, y, across, down = edge
    go_x, go_y = end[0] - start[0], end[1] - start[1]
    turn = go_x * down - go_y * across
    if turn == 0:
        return False
    far = ((x - start[0]) * down - (y - start[1]) * across) / turn
    along = ((x - start[0]) * go_y - (y - start[1]) * go_x) / turn
    return 0 <= far <= 1 and 0 <= along <= 1


@pytest.mark.parametrize("start", [0.1, 0.3, 0.45, 0.6])
@pytest.mark.parametrize("y", [0.2, 0.6, 0.95])
def test_the_fan_of_rays_says_what_thousands_of_drawn_ways_say(start: float, y: float) -> None:
    """For a zone ahead, beside or out of reach, it differs by a few hundredths at most."""
    motion = _walker(start, y, 0.1, 0.0)
    told = passes(ZONE, motion, 0.0, 0.0, Look(3.0, ASPECT, 1.0))
    assert (told or 0.0) == pytest.approx(_drawn(ZONE, motion, 3.0), abs=0.06)


def test_a_short_line_is_passed_by_those_who_aim_at_it() -> None:
    """What goes straight at it likely crosses it, what goes by on its side hardly."""
    look = Look(3.0, ASPECT, 1.0)
    at_it, beside = (passes(GATE, _walker(0.4, y, 0.15, 0.0), 0.0, 0.0, look) for y in (0.6, 0.9))
    assert (at_it or 0) > 0.3
    assert (beside or 0) < 0.1


def test_what_is_far_away_is_out_of_reach() -> None:
    """Nobody is in time for what is across the picture."""
    look = Look(1.0, ASPECT, 1.0)
    assert passes(GATE, _walker(1.6, 0.2, 0.1, 0.0), 0.0, 0.0, look) is None


def test_more_time_and_a_narrower_margin_make_it_likelier() -> None:
    """The chance grows with the seconds and falls with how far beyond counts."""
    motion = _walker(0.5, 0.6, 0.1, 0.0)

    def chance(seconds: float, margin: float = 0.0) -> float:
        return passes(ZONE, motion, 0.0, margin, Look(seconds, ASPECT, 1.0)) or 0.0

    assert chance(1.0) < chance(2.0) < chance(4.0)
    assert chance(2.0, 0.05) < chance(2.0)


def test_who_walks_to_the_border_of_the_picture_leaves_it() -> None:
    """Out to the right within time is almost sure, and nearly impossible the other way."""
    out, inwards = _walker(1.4, 0.6, 0.15, 0.0), _walker(1.4, 0.6, -0.15, 0.0)
    look = Look(4.0, ASPECT, 1.0)
    assert (passes(PICTURE_BORDER, out, 0.1, 0.0, look) or 0) > 0.8
    assert (passes(PICTURE_BORDER, inwards, 0.1, 0.0, look) or 0) < 0.2


def test_two_who_walk_towards_each_other_meet() -> None:
    """Head on they come close, side by side they do not, and who is close already is."""
    look = Look(4.0, ASPECT, 1.0)
    one, two = _walker(0.3, 0.6, 0.15, 0.0), _walker(1.3, 0.6, -0.15, 0.0)
    away = _walker(1.3, 0.6, 0.15, 0.0)
    assert meets(one, two, 0.1, look, 1.8) > 0.5
    assert meets(one, away, 0.1, look, 1.8) < 0.1
    assert meets(one, one, 0.1, look, 1.8) == 1.0


@pytest.mark.parametrize("down", [-0.06, -0.02, 0.0, 0.02, 0.06])
def test_along_a_border_it_counts_how_far_from_it_a_way_leads(down: float) -> None:
    """Who walks along it may come in; who turns inwards does, and who turns outwards does not."""
    motion = _walker(0.3, 0.6, 0.1, down)
    border, margin = motion.y - 0.005, 0.03
    told = goes_in(lambda _, y: y - border, motion, 0.0, margin, Look(3.0, ASPECT, 1.0))
    random, (_, y, across, below) = Random(7), motion.ahead(3.0)
    deviation = math.sqrt((across + below) / 2)
    drawn = sum(random.gauss(y, deviation) - border > margin for _ in range(4000)) / 4000
    assert told == pytest.approx(drawn, abs=0.12)
