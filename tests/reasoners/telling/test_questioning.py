"""Whose questions are asked about an event."""

from collections.abc import Callable

import pytest

from detectors import Track
from reasoners import (
    AskConfig,
    Asking,
    Chronicle,
    Inquiry,
    PresenceConfig,
    Question,
    ReasoningState,
    Revision,
    SceneConfig,
    Verdict,
    View,
    ZoneConfig,
)
from reasoners.firing import Firing
from reasoners.telling.questioning import asked

MakeTrack = Callable[..., Track]
MakeView = Callable[..., View]
MakeChronicle = Callable[..., Chronicle]
ASKING = Asking("m", 10.0)
PERSON = "Is the marked object really a person?"


def asks(
    presence: PresenceConfig, track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> tuple[Question, ...] | None:
    """Return what is asked about a person that comes."""
    (new,) = chronicle(SceneConfig(presence=presence), ASKING).observe(view(0.0, track()))
    return new.questions


def test_verify_comes_behind_the_questions_of_a_rule(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """The first question decides; the built-in one is asked besides under a name of its own."""
    both = PresenceConfig.model_validate({"ask": ["Masked?", "Alone?"], "verify": True})
    assert asks(both, track, view, chronicle) == (
        Question("presence", "Masked?"),
        Question("presence_2", "Alone?"),
        Question("presence_verify", PERSON, verifies=True),
    )


def test_describe_asks_nothing_and_is_asked_all_the_same(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """A job without questions; `verify` makes it one with the built-in question."""
    assert asks(PresenceConfig(describe=True), track, view, chronicle) == ()
    told = asks(PresenceConfig(describe=True, verify=True), track, view, chronicle)
    assert told == (Question("presence", PERSON, verifies=True),)


def test_a_rule_without_wishes_asks_nobody() -> None:
    """Only the built-in rule has a question of its own; nothing can be verified of no object."""
    assert asked(Firing("r", 1, "begins", 0.0), ASKING) is None
    assert asked(Firing("r", 1, "begins", 0.0, ask=Inquiry(verify=True)), ASKING) is None
    assert asked(Firing("r", 1, "begins", 0.0, ask=Inquiry(describe=True)), ASKING) == ()


PARCEL = (AskConfig(question="Does it leave a parcel?"),)
STEP = ZoneConfig(points=((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)))
AGAIN = PresenceConfig(ask=PARCEL, again=3.0)


def walked(
    config: PresenceConfig, track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> tuple[Chronicle, list[Revision]]:
    """Let a person come, be asked about, and walk into a zone 4 s later."""
    porch = chronicle(SceneConfig(zones={"step": STEP}, presence=config), ASKING)
    porch.observe(view(0.0, track(x=0.1)))
    porch.conclude("porch-1", Verdict("rejected"), 1.0)
    told = []
    for second in (2.0, 3.0, 4.0, 4.2, 4.4, 4.6):
        told += porch.observe(view(second, track(x=0.1 if second < 4 else 0.7)))
    return porch, [revision for revision in told if revision.questions is not None]


def test_another_look_is_taken_once_something_changes(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """With the update that tells the change, and from when the last look was; state stays."""
    porch, (again,) = walked(AGAIN, track, view, chronicle)
    assert again.questions == (Question("presence", "Does it leave a parcel?"),)
    assert (again.since, again.event.type) == (0.0, "update")
    assert again.event.reasoning.state == "rejected"
    assert porch.pending() == ()
    better = porch.conclude("porch-1", Verdict("verified"), 6.0)
    assert better is not None
    assert (better.event.reasoning.state, better.event.reasoning.looks) == ("verified", 2)
    assert porch.conclude("porch-1", Verdict("verified"), 6.1) is None


def changing(
    at: float, answered: float, track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> list[float]:
    """Let a person walk into a zone at a time, and say no; return when further looks begin."""
    porch = chronicle(SceneConfig(zones={"step": STEP}, presence=AGAIN), ASKING)
    looks = []
    for tenth in range(100):
        now = tenth / 10
        if now == answered:
            porch.conclude("porch-1", Verdict("rejected"), now)
        told = porch.observe(view(now, track(x=0.1 if now < at else 0.7)))
        looks += [now for one in told if one.since is not None]
    return looks


def test_what_changes_before_its_time_is_looked_at_when_that_has_come(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """While the answer is awaited, or too soon after it; told at once, and not forgotten.

    It comes with an update, and that a second after the one with the answer at the earliest.
    """
    assert changing(1.5, 2.0, track, view, chronicle) == [3.0]
    assert changing(1.5, 6.0, track, view, chronicle) == [7.0]


def test_what_changes_at_once_is_on_the_first_pictures(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """They are taken until a second after the event began: nothing is asked twice about it."""
    assert changing(0.5, 2.0, track, view, chronicle) == []


@pytest.mark.parametrize("state", ["uncertain", "timeout", "skipped_budget", "error", "rejected"])
def test_a_look_that_brings_nothing_better_changes_nothing(
    state: ReasoningState, track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """What was answered stays answered, and the event goes on."""
    porch, (_,) = walked(AGAIN, track, view, chronicle)
    assert porch.conclude("porch-1", Verdict(state), 6.0) is None
    ends = porch.lapse(30.0)
    assert [revision.event.reasoning.state for revision in ends] == ["rejected"]


@pytest.mark.parametrize("again", [None, 60.0])
def test_nobody_looks_again_unasked(
    again: float | None, track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """Only where the rule says so, and not before its time."""
    _, looks = walked(PresenceConfig(ask=PARCEL, again=again), track, view, chronicle)
    assert looks == []


def test_what_is_verified_is_not_asked_again(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """A yes that was found stays one; what is only described is described anew."""
    for config, looks in ((AGAIN, 0), (PresenceConfig(describe=True, again=3.0), 1)):
        porch = chronicle(SceneConfig(zones={"step": STEP}, presence=config), ASKING)
        porch.observe(view(0.0, track(x=0.1)))
        porch.conclude("porch-1", Verdict("verified"), 1.0)
        told = [porch.observe(view(4.0 + n / 5, track(x=0.7))) for n in range(5)]
        asked_again = [one for group in told for one in group if one.questions is not None]
        assert len(asked_again) == looks


def test_an_event_that_ends_meanwhile_waits_for_its_look(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """The answer comes as the end again."""
    porch, (_,) = walked(AGAIN, track, view, chronicle)
    (end,) = porch.lapse(30.0)
    assert end.event.type == "end"
    late = porch.conclude("porch-1", Verdict("verified"), 31.0)
    assert late is not None
    assert (late.event.type, late.event.reasoning.state) == ("end", "verified")
    assert porch.conclude("porch-1", Verdict("verified"), 32.0) is None
