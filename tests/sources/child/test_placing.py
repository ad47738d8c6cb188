"""Room for words on a picture."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from sources.child.placing import Area, Room, about_point, beside_box, from_point

BOX = Area(100, 100, 140, 200)


def test_the_first_place_is_over_the_box() -> None:
    """As long as nothing is there; at the upper border it is under it."""
    assert Room(640, 360).place(80, 12, beside_box(BOX, 80, 12)) == Area(100, 88, 180, 100)
    high = Area(100, 0, 140, 100)
    assert Room(640, 360, [high]).place(80, 12, beside_box(high, 80, 12)).top == 100


def test_a_label_goes_where_it_covers_no_other() -> None:
    """The second at the same box stands elsewhere, and so do ten at one point."""
    room = Room(640, 360)
    placed = [room.place(80, 12, beside_box(BOX, 80, 12)) for _ in range(4)]
    placed += [room.place(60, 12, about_point(400, 200, 60, 12)) for _ in range(7)]
    placed += [room.place(60, 12, from_point(300, 300, 60, 12)) for _ in range(5)]
    assert not any(one.common(two) for one, two in combinations(placed, 2))


def test_where_there_is_no_room_the_least_is_covered() -> None:
    """On a picture no larger than one label there is still a place for two."""
    room = Room(80, 14)
    areas = [room.place(80, 12, from_point(0, 0, 80, 12)) for _ in range(2)]
    assert all(area.bottom <= 14 for area in areas)
    assert areas[0].common(areas[1]) > 0
    assert Area(0, 0, 10, 4).size == 40


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(-50, 700), st.integers(-50, 400), st.integers(1, 900), st.integers(1, 30)
        ),
        max_size=12,
    )
)
def test_labels_are_on_the_picture(labels: list[tuple[int, int, int, int]]) -> None:
    """Whatever is asked for; only one wider than the picture reaches beyond it."""
    room = Room(640, 360)
    for x, y, wide, high in labels:
        area = room.place(wide, high, from_point(x, y, wide, high))
        assert area.left >= 0
        assert area.top >= 0
        assert area.right <= max(640, wide)
        assert area.bottom <= 360
