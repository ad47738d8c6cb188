"""Closing what a crash left open."""

from collections.abc import Callable

import pytest

from detectors import Track
from reasoners import Asking, Chronicle, Event, SceneConfig, View, ZoneConfig, after_restart

MakeTrack = Callable[..., Track]
MakeView = Callable[..., View]
MakeChronicle = Callable[..., Chronicle]

STEP = ZoneConfig(points=((0.3, 0.3), (0.8, 0.3), (0.8, 0.9), (0.3, 0.9)))


@pytest.fixture
def left_open(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> Callable[[bool, bool], Event]:
    """Make the last revision that a journal holds after a crash."""

    def make(asked: bool, ended: bool) -> Event:
        ask = Asking("m", 10.0) if asked else None
        porch = chronicle(SceneConfig(zones={"step": STEP}), ask)
        (revision,) = porch.observe(view(5.0, track()))
        if ended:
            (revision,) = porch.lapse(9.0)
        return revision.event.model_copy(update={"seq": 41})

    return make


def test_an_open_event_ends_with_the_restart(
    left_open: Callable[[bool, bool], Event],
) -> None:
    """It ended, as far as we know, when it was last seen; its stays end there too."""
    before = left_open(False, False)
    event = after_restart(before, 60.0)
    assert (event.type, event.end_reason, event.revision) == ("end", "restart", 2)
    assert (event.ended_at, event.updated_at, event.seq) == (5.0, 60.0, None)
    assert [relation.until for relation in event.relations] == [5.0]
    assert event.explanation == (
        f"{before.explanation} Lookout stopped before the end was seen;"
        " the event was closed when it started again."
    )
    assert event.reasoning.state == "none"
    assert Event.model_validate_json(event.wire()) == event


def test_a_pending_question_ends_as_error(left_open: Callable[[bool, bool], Event]) -> None:
    """Event and question are closed by the same revision."""
    event = after_restart(left_open(True, False), 60.0)
    assert (event.type, event.reasoning.state) == ("end", "error")
    assert event.reasoning.reason == "Lookout restarted before the answer came"
    assert "has not answered yet" not in event.explanation
    assert event.explanation.endswith("Lookout restarted before the answer came.")


def test_an_ended_event_keeps_its_end(left_open: Callable[[bool, bool], Event]) -> None:
    """Only the question is closed: how and when the event ended stays."""
    before = left_open(True, True)
    event = after_restart(before, 60.0)
    assert (event.end_reason, event.ended_at) == ("left", before.ended_at)
    assert event.reasoning.state == "error"
    assert "stopped before the end" not in event.explanation


def test_a_clock_set_back_does_not_turn_time_around(
    left_open: Callable[[bool, bool], Event],
) -> None:
    """The new revision is never older than the one before it."""
    assert after_restart(left_open(False, False), 1.0).updated_at == 5.0


def test_what_needs_no_closing_is_refused(left_open: Callable[[bool, bool], Event]) -> None:
    """An event that has ended and waits for nothing gets no further revision."""
    with pytest.raises(ValueError, match="has ended and waits for no answer"):
        after_restart(left_open(False, True), 60.0)
