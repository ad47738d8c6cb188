"""What no disturbance may do to events of rules: make one twice, or take time back."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors import Track
from reasoners import View
from reasoners.firing import Firing
from reasoners.testing import PLAYS, exact, play
from reasoners.testing.ruled import fired

names = st.sampled_from(sorted(PLAYS))
seeds = st.integers(0, 40)


def check(firings: Sequence[Firing]) -> None:
    """Check what holds of every story of firings, however it was disturbed."""
    going: dict[tuple[str, object], float] = {}
    for firing in firings:
        key = (firing.rule, firing.key)
        if firing.phase == "begins":
            assert key not in going, (firing, "twice")
            assert all(ground.since <= ground.at for ground in firing.grounds)
            going[key] = firing.at
        else:
            assert firing.at >= going.pop(key)


def begun(firings: Iterable[Firing]) -> Counter[str]:
    """Count what began, by rule."""
    return Counter(firing.rule for firing in firings if firing.phase == "begins")


def changed(view: View, change: Callable[[Track], Track | None]) -> View:
    """Change the tracks of a view; None takes one away."""
    tracks = [track for one in view.tracks if (track := change(one)) is not None]
    return replace(view, tracks=tracks)


@settings(max_examples=10, deadline=None)
@given(names, seeds)
def test_shaken_boxes_make_no_event_twice(name: str, seed: int) -> None:
    """Jitter of 1 % of a box fires what firm boxes fire."""
    random = Random(seed)

    def shake(track: Track) -> Track:
        left, top, right, bottom = track.xyxy
        x, y = 0.01 * (right - left), 0.01 * (bottom - top)
        dx, dy = random.uniform(-x, x), random.uniform(-y, y)
        return replace(track, xyxy=(left + dx, top + dy, right + dx, bottom + dy))

    views = list(exact(play(name, seed), 10))
    shaken = fired([changed(view, shake) for view in views])
    check(shaken)
    assert begun(shaken) == begun(fired(views))


@settings(max_examples=10, deadline=None)
@given(names, seeds, st.lists(st.floats(0, 40), min_size=1, max_size=5))
def test_a_new_track_id_makes_no_second_event(name: str, seed: int, times: list[float]) -> None:
    """At any moment all ids may change: every event goes on as it was."""
    views = list(exact(play(name, seed), 10))

    def switched() -> Iterable[View]:
        for view in views:
            before = [time for time in times if time <= view.captured_at]
            step, fresh = 1000 * len(before), max(before, default=-1.0)

            def renamed(track: Track, step: int = step, fresh: float = fresh) -> Track:
                return replace(track, id=track.id + step, first_seen=max(track.first_seen, fresh))

            yield changed(view, renamed)

    firings = fired(list(switched()))
    check(firings)


@settings(max_examples=10, deadline=None)
@given(names, seeds, st.floats(0.05, 0.3))
def test_missing_frames_take_no_event_apart(name: str, seed: int, share: float) -> None:
    """Frames that never came, and objects missed in some."""
    random = Random(seed)
    views = [view for view in exact(play(name, seed), 10) if random.random() >= share]
    check(fired(views))
    missed = [
        changed(view, lambda track: track if random.random() > share else None) for view in views
    ]
    check(fired(missed))


@settings(max_examples=10, deadline=None)
@given(
    names,
    seeds,
    st.lists(st.tuples(st.integers(0, 300), st.floats(-20, 40)), min_size=1, max_size=3),
)
def test_a_clock_that_jumps_takes_nothing_back(
    name: str, seed: int, jumps: list[tuple[int, float]]
) -> None:
    """Whatever the clock does, no event is twice there, none lasts less than nothing."""

    def jumping() -> Iterable[View]:
        for number, view in enumerate(exact(play(name, seed), 10)):
            off = 100.0 + sum(jump for frame, jump in jumps if frame <= number)
            at = view.captured_at + off

            def later(track: Track, off: float = off) -> Track:
                seen = (track.first_seen + off, track.last_seen + off)
                return replace(track, first_seen=seen[0], last_seen=seen[1])

            yield replace(changed(view, later), captured_at=at, received_at=at)

    check(fired(list(jumping())))


@pytest.mark.parametrize("name", PLAYS)
def test_five_ten_and_thirty_frames_a_second_fire_the_same(name: str) -> None:
    """As many events of each rule, at 5 and 10 a second at most one frame apart."""
    stories = [fired(list(exact(play(name, 7), fps))) for fps in (5, 10, 30)]
    for story in stories:
        check(story)
    # Whoever is met in the same frame may be numbered differently: by rule and time, not by key.
    slow, quick, quickest = (
        sorted((one.rule, one.at) for one in story if one.phase == "begins") for story in stories
    )
    assert [rule for rule, _ in slow] == [rule for rule, _ in quick]
    assert [rule for rule, _ in slow] == [rule for rule, _ in quickest]
    for one, two in zip(slow, quick, strict=True):
        assert abs(one[1] - two[1]) <= 0.2 + 1e-6, (one, two)
