"""Which parts are looked at."""

from hypothesis import given
from hypothesis import strategies as st

from sources.child.convert import WHOLE, Region, Size
from sources.child.regions import EVERY, Need, Planner

FULL = Size(1920, 1080)
MODEL = Size(416, 416)
FAR: Region = (0.2, 0.3, 0.212, 0.35)
"""A person 54 pixels tall."""

NEAR: Region = (0.5, 0.2, 0.7, 0.95)

sides = st.tuples(*(st.floats(0.01, 0.4),) * 2)
boxes = st.lists(
    st.builds(
        lambda x, y, size: (x, y, min(x + size[0], 1.0), min(y + size[1], 1.0)),
        st.floats(0, 0.9),
        st.floats(0, 0.9),
        sides,
    ),
    max_size=30,
)


def looked(planner: Planner) -> Planner:
    """Have the whole picture looked at, so that it is not due."""
    planner.whole()
    return planner


def test_a_far_thing_gets_a_part_at_full_resolution() -> None:
    """What the whole picture would show 12 pixels tall is shown pixel for pixel."""
    (part,) = looked(Planner(MODEL)).plan(FULL, Need(moved=(FAR,)), 4)
    assert part[0] < FAR[0]
    assert part[1] < FAR[1]
    assert part[2] > FAR[2]
    assert part[3] > FAR[3]
    assert round((part[2] - part[0]) * FULL.width) == MODEL.width
    assert round((part[3] - part[1]) * FULL.height) == MODEL.height


def test_a_near_thing_is_seen_in_the_whole_picture() -> None:
    """What is large enough anyway does not get a part."""
    assert looked(Planner(MODEL)).plan(FULL, Need(moved=(NEAR,)), 4) == [WHOLE]


def test_neighbours_share_a_part() -> None:
    """Far things that fit into one part cost one."""
    beside: Region = (0.25, 0.33, 0.262, 0.38)
    (part,) = looked(Planner(MODEL)).plan(FULL, Need(moved=(FAR, beside)), 4)
    assert part[0] <= 0.2
    assert part[2] >= 0.262


def test_a_still_picture_costs_nothing_but_the_regular_look() -> None:
    """Without motion only every tenth look is a look, at the whole picture."""
    planner = Planner(MODEL)
    plans = [planner.plan(FULL, Need(), 4) for _ in range(3 * EVERY)]
    assert [number for number, plan in enumerate(plans) if plan] == [0, EVERY, 2 * EVERY]
    assert all(plan in ([], [WHOLE]) for plan in plans)


def test_what_had_to_wait_comes_first() -> None:
    """With one part per look, things that stay far apart are all looked at in turn."""
    planner = looked(Planner(MODEL))
    things: list[Region] = [(x, 0.1, x + 0.012, 0.15) for x in (0.05, 0.4, 0.75)]
    seen = set()
    for _ in range(3):
        (part,) = planner.plan(FULL, Need(moved=tuple(things)), 1)
        seen |= {thing for thing in things if part[0] <= thing[0] and part[2] >= thing[2]}
    assert len(seen) == 3


def test_a_picture_hardly_larger_than_the_input_stays_whole() -> None:
    """Where parts would show nothing new, every look is one at the whole picture."""
    planner = Planner(MODEL)
    assert [planner.plan(Size(600, 400), Need(), 4) for _ in range(4)] == [[WHOLE]] * 4


@given(moved=boxes, wanted=boxes, most=st.integers(1, 6))
def test_parts_lie_inside_and_are_no_more_than_allowed(
    moved: list[Region], wanted: list[Region], most: int
) -> None:
    """Whatever is asked for, parts are inside the picture, of an area, and within the limit."""
    planner = Planner(MODEL)
    for _ in range(3):
        parts = planner.plan(FULL, Need(tuple(moved), tuple(wanted)), most)
        assert len(parts) <= most
        assert parts.count(WHOLE) <= 1
        assert len(set(parts)) == len(parts)
        for left, top, right, bottom in parts:
            assert 0 <= left < right <= 1
            assert 0 <= top < bottom <= 1


def test_the_same_looks_give_the_same_parts() -> None:
    """Plans follow from the looks before alone."""
    moved: tuple[Region, ...] = tuple((x / 10, 0.3, x / 10 + 0.02, 0.4) for x in range(9))
    one, other = Planner(MODEL), Planner(MODEL)
    for _ in range(20):
        need = Need(moved, (NEAR,))
        assert one.plan(FULL, need, 3) == other.plan(FULL, need, 3)
