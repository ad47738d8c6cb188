"""What is warned of on roads whose truth is known, and what is not."""

import math
import statistics
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors import Track
from reasoners import View
from reasoners.driving.assist import Assist
from reasoners.driving.config import DrivingConfig
from reasoners.testing import DRIVES, drive
from sources import LaneMark, Road

Watch = Callable[..., Iterator[tuple[View, dict[int, str]]]]
SAFE = ("receding", "following", "parked", "bumpy_parked", "oncoming", "passing", "pavement")


@pytest.mark.parametrize("name", SAFE)
def test_nothing_is_warned_of_where_nothing_is_reached(name: str, watch: Watch) -> None:
    """Receding, parallel, oncoming and parked things, people beside the road, bumps: silence."""
    for seed in range(2):
        assist = Assist(DrivingConfig())
        assert [one.kind for view, _ in watch(name, seed) for one in assist.observe(view)] == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("approach", "collision"),
        ("bumpy_approach", "collision"),
        ("cyclist_ahead", "collision"),
        ("braking_lead", "collision"),
        ("crossing_walker", "person_in_path"),
    ],
)
def test_what_would_be_hit_is_warned_of_in_time(name: str, kind: str, watch: Watch) -> None:
    """A warning comes once, about the right one, with a second and more to go."""
    road, assist, told = drive(name, 3), Assist(DrivingConfig()), []
    for view, names in watch(name, 3):
        for advice in assist.observe(view):
            if advice.kind == kind:
                told.append(road.users[0].ttc(view.captured_at))
                assert names[advice.track or 0] == "ahead"
                assert advice.contact is not None
                assert advice.since <= view.captured_at
    assert len(told) == 1
    assert told[0] is not None
    assert told[0] > 1.0


def test_time_to_contact_is_right_within_a_tenth(watch: Watch) -> None:
    """From four seconds down to one, with boxes off by 2 %, the median error is below 10 %."""
    errors = []
    for seed in range(4):
        road, assist = drive("approach", seed), Assist(DrivingConfig())
        for view, names in watch("approach", seed):
            assist.observe(view)
            truth = road.users[0].ttc(view.captured_at)
            for track, contact in assist.contacts.items():
                ours = names.get(track) == "ahead" and truth is not None and 1 <= truth <= 4
                if ours and truth is not None and contact.ttc is not None:
                    errors.append(abs(contact.ttc - truth) / truth)
    assert len(errors) > 50
    assert statistics.median(errors) <= 0.10


def test_a_zoom_of_the_whole_picture_is_nobodys_approach(watch: Watch) -> None:
    """What swells with everything else at once is taken off where three and more agree."""
    assist = Assist(DrivingConfig())
    for view, _ in watch("parked", 1, noise=0.0):
        shaken = replace(view, tracks=[_swollen(track, view.index) for track in view.tracks])
        assert assist.observe(shaken) == []


def _swollen(track: Track, index: int) -> Track:
    if track.found is None:
        return track
    left, top, right, bottom = track.found
    share = 0.02 * (1 if index % 2 else -1)
    wide, high = share * (right - left) / 2, share * (bottom - top) / 2
    return replace(track, found=(left - wide, top - high, right + wide, bottom + high))


def test_the_lead_moves_off_while_we_stand() -> None:
    """Told once, only where the picture around is known to stand still."""
    for still, wanted in ((True, ["lead_moved_off"]), (None, []), (False, [])):
        assist, told = Assist(DrivingConfig()), []
        for number in range(120):
            at = number / 10
            gap = 6.0 + max(0.0, at - 7.0) ** 2
            high = 2.1 / gap
            box = (0.5 - 0.3 * high, 0.5 + 1.8 / gap - high, 0.5 + 0.3 * high, 0.5 + 1.8 / gap)
            track = Track(5, "car", 0.9, box, (0.0, 0.0), 0.0, at, 9)
            view = View(number, at, at, 1920, 1080, (track,))
            told += [one.kind for one in assist.observe(view, Road((), still))]
        assert told == wanted


def test_a_lane_departure_is_told_and_over_again() -> None:
    """Drifting over a mark warns; a second later nothing is warned of any more."""
    assist, told = Assist(DrivingConfig()), []
    for number in range(100):
        offset = 0.4 - 0.5 * min(number / 20, 3.0)
        marks = (
            LaneMark("left", 0.5 + (-1.75 - offset) / 4.6, 0.5, 0.9),
            LaneMark("right", 0.5 + (1.75 - offset) / 4.6, 0.5, 0.9),
        )
        view = View(number, number / 20, number / 20, 1920, 1080, ())
        told += [one.kind for one in assist.observe(view, Road(marks, False))]
    assert told == ["lane_departure"]
    assert assist.active == []


def test_what_is_not_wanted_is_not_said(watch: Watch) -> None:
    """A kind that is not among `warn` is never given."""
    assist = Assist(DrivingConfig(warn=("closing_fast",)))
    told = [one.kind for view, _ in watch("approach", 3) for one in assist.observe(view)]
    assert set(told) <= {"closing_fast"}


def test_clearing_forgets(watch: Watch) -> None:
    """After the camera was away nothing is warned of, or known, until it is seen anew."""
    assist = Assist(DrivingConfig())
    for view, _ in watch("approach", 3):
        assist.observe(view)
    assert assist.active
    assist.clear()
    assert assist.active == []
    assert assist.contacts == {}


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_whatever_is_seen_nothing_breaks_and_what_is_said_has_evidence(data: st.DataObject) -> None:
    """Boxes of any place and size, at any rate, with gaps: times rise, and figures are numbers."""
    assist, at = Assist(DrivingConfig()), 0.0
    side = st.floats(0, 1)
    for number in range(data.draw(st.integers(1, 25))):
        at += data.draw(st.sampled_from([0.0, 0.03, 0.1, 0.2, 3.0]))
        tracks = [
            Track(one, label, 0.9, (min(x), min(y), max(x), max(y)), (0.0, 0.0), 0.0, at, 3)
            for one, label, x, y in data.draw(
                st.lists(
                    st.tuples(
                        st.integers(1, 4),
                        st.sampled_from(["car", "person", "bicycle", "cup"]),
                        st.tuples(side, side),
                        st.tuples(side, side),
                    ),
                    max_size=4,
                    unique_by=lambda row: row[0],
                )
            )
        ]
        road = data.draw(st.sampled_from([None, Road((), True), Road((), False)]))
        for advice in assist.observe(View(number, at, at, 1920, 1080, tracks), road):
            assert advice.since <= advice.at == at
            assert advice.said.gaps
        for contact in assist.contacts.values():
            assert math.isfinite(contact.growth)
            assert contact.ttc is None or contact.ttc > 0


def test_every_drive_can_be_had_again() -> None:
    """The same name and seed give the same road."""
    for name in DRIVES:
        one, two = drive(name, 5), drive(name, 5)
        assert [u.way(1.0) for u in one.users] == [u.way(1.0) for u in two.users]
