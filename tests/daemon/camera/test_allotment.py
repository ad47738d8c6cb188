"""What a decoder child may say."""

from typing import Any

import pytest

from daemon.camera.allotment import FARTHEST, FLOOD, HEAVY, Allotment, Flood
from sources.message import Counts, Given, Next
from sources.road import Road


def given(**other: Any) -> Given:
    """Answer as an honest child does."""
    honest = {"id": 1, "slot": 0, "generation": 2, "index": 10, "time": 1.0, "arrival": 101.0}
    size = {"width": 320, "height": 240, "full_width": 640, "full_height": 480}
    return Given(**{**honest, **size, "counts": Counts(), **other})


def allotment() -> Allotment:
    """Allot to a child that was started at 100 s, and numbers from 10 on."""
    made = Allotment(10)
    made.started = 100.0
    return made


ASK = Next(id=1, slot=0, width=320, height=240)


@pytest.mark.parametrize(
    "lie",
    [
        {"slot": 1},
        {"road": Road()},
        {"index": 9},
        {"index": 10 + FARTHEST},
        {"width": 321},
        {"height": 241},
        {"time": 2e9},
        {"arrival": 98.0},
        {"arrival": 104.0},
        {"captured": 90.0},
        {"captured": 102.0},
        {"generation": 3},
        {"blank": True},
    ],
)
def test_what_was_not_allotted_is_not_admitted(lie: dict[str, Any]) -> None:
    """Another slot, index, size or time is none that was asked for, and moves no numbering."""
    one = allotment()
    assert not one.admit(ASK, given(**lie), 102.0)
    assert one.next_index == 10
    assert one.admit(ASK, given(), 102.0)
    assert one.next_index == 11


def test_indices_rise_and_times_never_fall() -> None:
    """No index comes twice, no picture is older than the last."""
    one = allotment()
    assert one.admit(ASK, given(), 102.0)
    assert not one.admit(ASK, given(), 102.0)
    assert not one.admit(ASK, given(index=11, time=0.5), 102.0)
    assert one.admit(ASK, given(index=11), 102.0)


def test_numbering_goes_on_beyond_all_that_was_decoded() -> None:
    """The next child begins after every picture the last one may have numbered."""
    one = allotment()
    one.advance(5)
    assert one.next_index == 16
    one.advance(2)
    assert one.next_index == 16


def test_flood_is_more_than_is_borne_within_a_second() -> None:
    """A new second begins anew; heavy messages count for more."""
    flood = Flood()
    assert not any(flood.swells(5.1) for _ in range(FLOOD))
    assert flood.swells(5.9)
    assert not flood.swells(6.0)
    assert flood.swells(6.1, FLOOD * HEAVY)
