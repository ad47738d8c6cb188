"""What is drawn on a film."""

from typing import Any

import pytest

from detectors import Track
from reasoners import LineConfig, Overlay, View, ZoneConfig

ZONES = {"step": ZoneConfig(points=((0, 0), (1, 0), (1, 1)), title="The step")}


def track(number: int, left: float, **more: Any) -> Track:
    """Make a track whose box begins at `left`."""
    box = (left, 0.2, left + 0.1, 0.6)
    return Track(number, "person", 0.9, box, (0, 0), 0.0, 0.0, 3, **more)


def view(at: float, *tracks: Track) -> View:
    """Show tracks at a time."""
    return View(round(at * 10), at, at, 640, 480, tracks)


def test_zones_boxes_names_and_time_are_drawn() -> None:
    """Each frame has its zones, a box with label, id and score per object, and its time.

    Who is lost has no words, who is carried a dashed box.
    """
    tracks = (track(4, 0.1), track(5, 0.5, lost=True), track(6, 0.7, carried=True))
    request = Overlay(ZONES).frame(view(1.5, *tracks))
    assert request.index == 15
    assert [(mark.shape, mark.text, mark.dashed) for mark in request.marks] == [
        ("polygon", "The step", False),
        ("box", "person t4 0.90", False),
        ("box", "", False),
        ("box", "person t6 0.90", True),
        ("text", "1.50 s", False),
    ]


def test_a_tail_follows_its_track_and_ends() -> None:
    """The way of the last three seconds is a line; a track that is gone is forgotten."""
    overlay = Overlay({})
    for step in range(60):
        request = overlay.frame(view(step / 10, track(1, step / 100)))
    (tail,) = [mark for mark in request.marks if mark.shape == "line"]
    assert len(tail.points) in {30, 31}
    assert tail.points[-1] == pytest.approx((0.64, 0.6))
    assert [mark.shape for mark in overlay.frame(view(20.0)).marks] == ["text"]
    assert len(overlay.frame(view(20.1, track(1, 0.0))).marks) == 2


def test_crowds_stay_within_what_may_be_asked() -> None:
    """A hundred objects on the move, some beyond the border, are a valid request."""
    overlay = Overlay(ZONES)
    for moment in range(2):
        crowd = [track(number, (number + 2 * moment) / 100 - 0.05) for number in range(100)]
        request = overlay.frame(view(0.1 * moment, *crowd))
    assert len(request.marks) == 1 + 2 * 50 + 1


def test_lines_are_drawn_under_their_titles() -> None:
    """As faintly as zones, with the name where there is no title."""
    lines = {
        "gate": LineConfig(points=((0.1, 0.9), (0.9, 0.9)), title="Garden gate"),
        "kerb": LineConfig(points=((0.1, 0.5), (0.5, 0.5), (0.9, 0.4))),
    }
    gate, kerb, _ = Overlay({}, lines).frame(view(1.5)).marks
    assert (gate.shape, gate.text, gate.points) == ("line", "Garden gate", lines["gate"].points)
    assert (kerb.shape, kerb.text) == ("line", "kerb")
