"""A reduced rate."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.pace import Pace, Rhythm


@given(st.lists(st.floats(0.001, 0.2), min_size=20, max_size=200), st.floats(0.05, 1.0))
def test_pace_keeps_the_rate_without_drifting(gaps: list[float], interval: float) -> None:
    """However pictures jitter, about one per interval is taken, and never two close together."""
    pace, time, taken = Pace(interval), 0.0, list[float]()
    for gap in gaps:
        time += gap
        if pace.due is None or time >= pace.due:
            taken.append(time)
            pace.advance(time)
    least = interval - 2 * min(0.1 * interval, 0.02) - max(gaps)
    assert all(later - earlier >= least for earlier, later in pairwise(taken))
    assert len(taken) <= time / interval * 1.3 + 2
    assert len(taken) >= time / (interval + max(gaps)) - 2


def test_every_picture_is_due_without_an_interval() -> None:
    """At full rate nothing is passed over."""
    pace = Pace(None)
    pace.advance(1.0)
    assert pace.due is None


def taken(times: list[float], interval: float | None, carry: int) -> list[tuple[float, bool]]:
    """Say which pictures of a stream are taken, and which of those are looked at."""
    rhythm, found = Rhythm(interval, carry), list[tuple[float, bool]]()
    for time in times:
        if rhythm.due is not None and time < rhythm.due:
            continue
        looked = rhythm.look_from is None or time >= rhythm.look_from
        found.append((time, looked))
        rhythm.advance(time, looked=looked)
    return found


@pytest.mark.parametrize(("camera", "boxes", "looks"), [(25, 25, 5), (50, 25, 5), (10, 10, 5)])
def test_looks_keep_their_rate_and_boxes_come_between(camera: int, boxes: int, looks: int) -> None:
    """Five looks a second and four frames between each: never more looks, fewer frames at most."""
    found = taken([number / camera for number in range(10 * camera)], 0.2, 4)
    assert len(found) == pytest.approx(10 * boxes, abs=2)
    assert sum(looked for _, looked in found) == pytest.approx(10 * looks, abs=2)
    assert found[0][1]


def test_every_frame_of_a_stream_is_taken_and_each_third_looked_at() -> None:
    """Without a rate the frames are counted."""
    found = taken([number / 30 for number in range(90)], None, 2)
    assert [looked for _, looked in found] == [number % 3 == 0 for number in range(90)]


def test_calm_scene_is_looked_at_less_and_carried_as_often() -> None:
    """When looks become rare, frames for boxes alone still come at their own rate."""
    rhythm, looks, frames = Rhythm(0.2, 1), 0, 0
    for number in range(300):
        time = number / 30
        if rhythm.due is not None and time < rhythm.due:
            continue
        looked = rhythm.look_from is None or time >= rhythm.look_from
        frames, looks = frames + 1, looks + looked
        rhythm.look_every(0.6)
        rhythm.advance(time, looked=looked)
    assert frames == pytest.approx(100, abs=2)
    assert looks == pytest.approx(17, abs=1)


@given(st.lists(st.floats(0.001, 0.2), min_size=20, max_size=200), st.floats(0.05, 1.0))
def test_without_frames_between_it_is_the_plain_pace(gaps: list[float], interval: float) -> None:
    """The same pictures as `Pace` takes, each looked at."""
    pace, rhythm, time = Pace(interval), Rhythm(interval, 0), 0.0
    for gap in gaps:
        time += gap
        assert rhythm.due == pace.due
        assert rhythm.look_from is None
        if pace.due is None or time >= pace.due:
            pace.advance(time)
            rhythm.advance(time, looked=True)
