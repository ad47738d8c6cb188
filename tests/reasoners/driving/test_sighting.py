"""What is seen ahead."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from detectors import Track
from reasoners import View
from reasoners.driving.config import DrivingConfig
from reasoners.driving.sighting import MOST, Sightings

Watch = Callable[..., Iterator[tuple[View, dict[int, str]]]]


def shifted(track: Track, by: float) -> Track:
    """Move a box to the right."""
    left, top, right, bottom = track.found or track.xyxy
    return replace(track, found=(left + by, top, right + by, bottom))


def test_our_turning_is_taken_off_what_drifts(watch: Watch) -> None:
    """Among parked cars that all pass to the right beyond their way, none walks to the right."""
    sightings, turns, drifts = Sightings(DrivingConfig()), [], []
    for view, _ in watch("parked", 2, noise=0.0):
        turned = [shifted(one, 0.03 * view.captured_at) for one in view.tracks]
        seen = sightings.observe(replace(view, tracks=turned))
        if sightings.yaw and view.captured_at < 5:
            turns.append(sightings.yaw)
            drifts += [abs(one.contact.drift) for one in seen if one.contact is not None]
    assert len(turns) > 5
    assert sorted(turns)[len(turns) // 2] > 0.03
    assert sorted(drifts)[len(drifts) // 2] < 0.6


def test_what_is_cut_or_small_or_no_road_user_is_not_measured(watch: Watch) -> None:
    """Its size is not its own, or it is nothing that a driver asks for."""
    sightings = Sightings(DrivingConfig())
    for view, _ in watch("receding", 1):
        for track in view.tracks:
            cut = replace(track, id=90, found=(0.0, 0.4, 0.2, 0.8))
            tiny = replace(track, id=91, found=(0.5, 0.5, 0.51, 0.51))
            clock = replace(track, id=92, label="clock")
            own = replace(track, id=93, xyxy=(0.05, 0.8, 0.95, 1.0))
            seen = sightings.observe(replace(view, tracks=[track, cut, tiny, clock, own]))
            assert [one.track for one in seen] == [track.id, 90, 91]
            assert [one.contact for one in seen[1:]] == [None, None]


def test_no_more_than_so_many_are_followed(watch: Watch) -> None:
    """A crowd without end costs no memory without end."""
    sightings = Sightings(DrivingConfig())
    view, _ = list(watch("receding", 1))[20]
    crowd = [replace(view.tracks[0], id=number) for number in range(1, MOST + 40)]
    assert len(sightings.observe(replace(view, tracks=crowd))) == MOST
