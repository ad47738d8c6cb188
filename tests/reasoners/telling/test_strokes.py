"""The strokes of every picture."""

from itertools import combinations

import pytest

from reasoners import LineConfig, ZoneConfig
from reasoners.telling.strokes import (
    COLORS,
    FAINT,
    FOLLOWED,
    TAIL,
    TIE,
    Tails,
    box,
    called,
    color_of,
    fitting,
    places,
)


def brightness(color: tuple[int, int, int]) -> float:
    """Tell how bright a colour is, as ITU-R BT.601 weighs it."""
    red, green, blue = color
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_colours_can_be_told_apart() -> None:
    """Of two tracks in a row, of any two colours, and of places and ties."""
    for one, two in combinations((*COLORS, FAINT, TIE), 2):
        assert sum((a - b) ** 2 for a, b in zip(one, two, strict=True)) ** 0.5 > 60
    assert all(brightness(color) > 110 for color in COLORS)
    assert [color_of(number) for number in range(8, 16)] == list(COLORS)


def test_a_title_that_cannot_be_written_gives_way_to_the_name() -> None:
    """Accents are spelt, other scripts are not drawn as question marks."""
    points = ((0.1, 0.5), (0.5, 0.5), (0.5, 1.0))
    marks = places(
        {
            "front": ZoneConfig(points=points, title="Vorgarten Süd"),
            "back": ZoneConfig(points=points, title="后院"),
        },
        {"gate": LineConfig(points=points)},
    )
    assert [mark.text for mark in marks] == ["Vorgarten Süd", "back", "gate"]
    assert {mark.color for mark in marks} == {FAINT}


def test_a_box_stays_on_the_picture_and_its_name_in_its_bounds() -> None:
    """Whatever a tracker says, and however long a label is."""
    mark = box((-0.1, 0.2, 0.4, 1.3), TIE, called("y" * 300, 7, 0.5))
    assert mark.points == ((0, 0.2), (0.4, 1))
    assert len(mark.text) <= 80
    assert called("person", 17, 0.914) == "person t17 0.91"
    assert called("person", 17) == "person t17"


def test_a_tail_is_the_way_of_the_last_seconds() -> None:
    """However often it is looked at, within bounds; who stands has none, who is gone none soon."""
    tails = Tails()
    for step in range(300):
        at = step / 30
        tails.forget(at)
        tails.note(1, at, (0.1 + at / 100, 0.5))
        tails.note(2, at, (0.5, 0.5))
    mark = tails.mark(1, TIE)
    assert mark is not None
    assert 0.9 * TAIL / 100 < mark.points[-1][0] - mark.points[0][0] <= 1.01 * TAIL / 100
    assert 20 <= len(mark.points) <= 32
    assert tails.mark(2, TIE) is None
    moved = tails.mark(2, TIE, (0.6, 0.5))
    assert moved is not None
    assert moved.points[-1] == (0.6, 0.5)
    tails.forget(20.0)
    assert tails.mark(1, TIE) is None
    for number in range(2 * FOLLOWED):
        tails.note(number, 20.0, (0.1, 0.1))
        tails.note(number, 20.5, (0.2, 0.1))
    assert tails.mark(FOLLOWED - 1, TIE) is not None
    assert tails.mark(FOLLOWED, TIE) is None
    tails.clear()
    assert tails.mark(1, TIE) is None


@pytest.mark.parametrize(("most", "left"), [(9, 2), (1, 1), (-3, 0)])
def test_there_is_never_more_than_fits(most: int, left: int) -> None:
    """What is not there takes no room."""
    mark = box((0.1, 0.1, 0.2, 0.2), TIE)
    assert len(fitting((None, mark, None, mark), most)) == left
