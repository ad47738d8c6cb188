"""Closing what a crash left open."""

from collections.abc import Callable

import pytest

from detectors import Track
from reasoners import (
    Answer,
    AskConfig,
    Asking,
    Chronicle,
    Event,
    Job,
    PresenceConfig,
    SceneConfig,
    Verdict,
    View,
    ZoneConfig,
    after_restart,
    answered_late,
    awaits,
)

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


def looked_at_twice(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle, *, describe: bool = False
) -> tuple[Event, Job]:
    """Make what a crash leaves during another look: the event, answered with no, and the look."""
    ask = () if describe else (AskConfig(question="Does it leave a parcel?"),)
    presence = PresenceConfig(ask=ask, describe=describe, again=3.0)
    porch = chronicle(SceneConfig(zones={"step": STEP}, presence=presence), Asking("m", 10.0))
    porch.observe(view(0.0, track(x=0.1)))
    answers = () if describe else (Answer(question="presence", answer="no", confidence=0.9),)
    porch.conclude("porch-1", Verdict("rejected", "m", answers, "Somebody waits."), 1.0)
    told = [one for n in range(5) for one in porch.observe(view(4.0 + n / 5, track(x=0.5)))]
    (look,) = [one for one in told if one.questions is not None]
    job = Job(look.event, "", (), 10.0, questions=look.questions or (), since=look.since)
    return after_restart(told[-1].event, 60.0), job


YES = (Answer(question="presence", answer="yes", confidence=0.9),)


def test_another_look_of_an_earlier_run_takes_the_place_of_the_first(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """One answer is told, not both, beside what became of the event."""
    before, job = looked_at_twice(track, view, chronicle)
    assert awaits(before, job)
    assert "answered no (confidence 90%)" in before.explanation
    after = answered_late(before, job, Verdict("verified", "m", YES, "A parcel lies there."), 61.0)
    assert after is not None
    assert (after.reasoning.state, after.reasoning.looks, after.revision) == (
        "verified",
        2,
        before.revision + 1,
    )
    assert after.explanation.count("Does it leave a parcel?") == 1
    assert "Somebody waits" not in after.explanation
    assert "the event was closed when it started again" in after.explanation
    assert "A parcel lies there" in after.explanation
    assert not awaits(after, job)


def test_another_look_of_an_earlier_run_that_brings_nothing_better_changes_nothing(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """As in a run of one piece; what is only described is described anew."""
    before, job = looked_at_twice(track, view, chronicle)
    for state in ("uncertain", "error", "rejected"):
        assert answered_late(before, job, Verdict(state), 61.0) is None
    before, job = looked_at_twice(track, view, chronicle, describe=True)
    after = answered_late(before, job, Verdict("uncertain", "m", (), "It has left."), 61.0)
    assert after is not None
    assert (after.description, after.reasoning.looks) == ("It has left.", 2)


def test_a_clock_set_back_does_not_turn_time_around(
    left_open: Callable[[bool, bool], Event],
) -> None:
    """The new revision is never older than the one before it."""
    assert after_restart(left_open(False, False), 1.0).updated_at == 5.0


def test_what_needs_no_closing_is_refused(left_open: Callable[[bool, bool], Event]) -> None:
    """An event that has ended and waits for nothing gets no further revision."""
    with pytest.raises(ValueError, match="has ended and waits for no answer"):
        after_restart(left_open(False, True), 60.0)
