"""How an object goes over the ground."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reasoners.scene.course import FORESHORTENED, Course

SCALE = 0.2


def drive(course: Course, way: Callable[[float], float], seconds: float, fps: float) -> None:
    """Let it go across the picture; `way` gives metres by time."""
    for frame in range(round(seconds * fps) + 1):
        now = frame / fps
        course.follow(now, (way(now) * SCALE, 0.5), SCALE, (0.0, 0.0))


@pytest.mark.parametrize("fps", [5, 10, 30])
def test_velocity_is_metres_a_second_at_every_rate(fps: float) -> None:
    """What goes 1.5 m/s does so at 5, 10 and 30 frames per second."""
    course = Course()
    drive(course, lambda now: 1.5 * now, 2.0, fps)
    assert course.speed == pytest.approx(1.5, rel=0.01)
    assert course.heading == pytest.approx((1.0, 0.0))


def test_ways_into_the_depth_are_longer_than_they_look() -> None:
    """The same stretch on the picture counts for more when it leads away."""
    course = Course()
    for frame in range(10):
        course.follow(frame / 10, (0.5, 0.5 + 0.02 * frame), SCALE, (0.0, 0.0))
    assert course.vy == pytest.approx(FORESHORTENED * 0.2 / SCALE)


@pytest.mark.parametrize("fps", [5, 10, 30])
def test_running_begins_and_ends_once(fps: float) -> None:
    """Walking, running for three seconds and walking again gives two turns."""
    course, turns = Course(), list[bool]()

    def way(now: float) -> float:
        return 1.4 * min(now, 3) + 3.5 * min(max(now - 3, 0), 3) + 1.4 * max(now - 6, 0)

    for frame in range(int(9 * fps)):
        now = frame / fps
        course.follow(now, (way(now) * SCALE, 0.5), SCALE, (0.0, 0.0))
        if course.runs(now):
            turns.append(course.running)
    assert turns == [True, False]


@pytest.mark.parametrize(("brakes_for", "sudden"), [(0.6, 1), (4.0, 0)])
@pytest.mark.parametrize("fps", [5, 10, 30])
def test_only_hard_braking_is_sudden(fps: float, brakes_for: float, sudden: int) -> None:
    """From 6 m/s to nothing within half a second is told once, a gentle stop never."""
    course, stops = Course(), list[tuple[float, float]]()

    def way(now: float) -> float:
        braked = min(max(now - 3, 0), brakes_for)
        return 6 * min(now, 3) + 6 * braked - 3 * braked * braked / brakes_for

    for frame in range(int(10 * fps)):
        now = frame / fps
        course.follow(now, (way(now) * SCALE, 0.5), SCALE, (0.0, 0.0))
        if stop := course.stops(now):
            stops.append(stop)
    assert len(stops) == sudden
    for pace, since in stops:
        assert pace == pytest.approx(6, rel=0.05)
        assert 2.5 <= since <= 3.5


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 2)), min_size=1, max_size=40))
def test_any_way_gives_finite_numbers(steps: list[tuple[float, float]]) -> None:
    """Frames at one time, long gaps and leaps make neither errors nor infinities."""
    course, now = Course(), 0.0
    for wait, x in steps:
        now += wait
        course.follow(now, (x, 0.5), SCALE, (0.1, 0.0))
        course.runs(now)
        course.stops(now)
        assert 0 <= course.speed < 1e3
