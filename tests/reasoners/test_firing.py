"""What any engine says becomes events: one of all that carry the same rule and key."""

from collections.abc import Callable, Iterable, Sequence

import pytest

from detectors import Track
from reasoners import (
    Answer,
    Asking,
    Chronicle,
    Inquiry,
    Question,
    SceneConfig,
    Verdict,
    View,
    after_restart,
    shifted,
)
from reasoners.firing import Firing, Ground, Moment, Phase
from reasoners.scene.presence import PresenceConfig

MakeTrack = Callable[..., Track]
MakeView = Callable[..., View]
Script = Callable[[Moment], Iterable[Firing]]


class Scripted:
    """An engine that says what a script tells it to."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.resets = 0

    def observe(self, moment: Moment) -> Iterable[Firing]:
        """Take one moment."""
        return self.script(moment)

    def reset(self) -> None:
        """Count how often all was to be forgotten."""
        self.resets += 1


def chronicle(
    *engines: Scripted, config: SceneConfig | None = None, ask: Asking | None = None
) -> Chronicle:
    """Make a chronicle of some engines."""
    return Chronicle(
        node="box1",
        camera="porch",
        config=config or SceneConfig(),
        new_id=lambda camera, ordinal, _: f"{camera}-{ordinal}",
        clock="media",
        ask=ask,
        engines=engines,
    )


def ground(at: float, *, value: float = 1.0, word: str = "closes_in") -> Ground:
    """Make a condition."""
    return Ground(word, f"{word} on the camera", at, at, value=value, unit="s")


def watch(
    script: Script, moments: Sequence[float], *tracks: Track, view: MakeView
) -> list[tuple[str, int, float]]:
    """Show views; return type, revision and time of what is told."""
    porch = chronicle(Scripted(script))
    told = [r.event for at in moments for r in porch.observe(view(at, *tracks))]
    return [(event.type, event.revision, event.updated_at) for event in told]


def test_a_firing_is_an_event_with_its_conditions(track: MakeTrack, view: MakeView) -> None:
    """Any rule's name, severity, objects and conditions stand in the event, from new to end."""

    def script(moment: Moment) -> Iterable[Firing]:
        who = tuple(moment.scene.things.values())
        grounds = (ground(moment.now),)
        if moment.now == 1.0:
            yield Firing("closing", "a", "begins", 0.9, who, "alert", grounds)
        if moment.now == 4.0:
            yield Firing("closing", "a", "ends", 3.5)

    porch = chronicle(Scripted(script))
    events = [r.event for at in (0.0, 1.0, 2.0, 4.0, 5.0) for r in porch.observe(view(at, track()))]
    new, end = events
    assert (new.type, new.rule, new.severity, new.started_at) == ("new", "closing", "alert", 0.9)
    assert [thing.track for thing in new.objects] == ["t17"]
    assert [(one.kind, one.since, one.until) for one in new.conditions] == [
        ("closes_in", 1.0, None)
    ]
    assert (end.type, end.ended_at, end.end_reason) == ("end", 3.5, "left")
    assert end.conditions[0].until == 3.5
    assert new.id == end.id


def test_a_change_of_what_is_measured_alone_is_no_news(track: MakeTrack, view: MakeView) -> None:
    """An update comes when conditions or objects are others, not with every new number."""

    def script(moment: Moment) -> Iterable[Firing]:
        who = tuple(moment.scene.things.values())
        phase: Phase = "begins" if moment.now == 0 else "changes"
        word = "closes_in" if moment.now < 5 else "is_near"
        yield Firing("r", 1, phase, 0.0, who, "info", (ground(0.0, value=moment.now, word=word),))

    moments = [tenth / 10 for tenth in range(80)]
    assert watch(script, moments, track(), view=view) == [("new", 1, 0.0), ("update", 2, 5.0)]


def test_an_event_may_be_about_nobody(view: MakeView) -> None:
    """An empty scene can be worth an event; its frame is the latest, its picture shows no boxes."""

    def script(moment: Moment) -> Iterable[Firing]:
        if moment.now == 1.0:
            yield Firing("empty", None, "begins", 1.0)

    porch = chronicle(Scripted(script))
    (revision,) = porch.observe(view(1.0))
    assert revision.event.objects == ()
    assert revision.picture is not None
    assert revision.picture.marks == ()
    porch.observe(view(2.0))
    (end,) = porch.close(3.0, "camera_lost")
    assert (end.event.ended_at, end.event.frame.index) == (2.0, 20)
    assert "camera was lost" in end.event.explanation


def test_two_rules_about_one_object_are_two_events(track: MakeTrack, view: MakeView) -> None:
    """Rule and key tell events apart; what changes about the object is told in both."""

    def script(moment: Moment) -> Iterable[Firing]:
        if moment.now == 0.0:
            who = tuple(moment.scene.things.values())
            for rule in ("one", "two"):
                yield Firing(rule, 1, "begins", 0.0, who)

    porch = chronicle(Scripted(script))
    events = [r.event for r in porch.observe(view(0.0, track()))]
    moving = track(velocity=(0.5, 0.0))
    events += [r.event for tenth in range(1, 20) for r in porch.observe(view(tenth / 10, moving))]
    assert [(event.rule, event.type) for event in events] == [
        ("one", "new"),
        ("two", "new"),
        ("one", "update"),
        ("two", "update"),
    ]


def test_what_finds_no_room_waits_for_it_and_is_counted(track: MakeTrack, view: MakeView) -> None:
    """Beyond the limit an event begins as soon as another has ended, if it still holds then."""

    def script(moment: Moment) -> Iterable[Firing]:
        if moment.now == 0.0:
            yield from (Firing("r", key, "begins", 0.0) for key in "abc")
        if moment.now == 1.0:
            yield Firing("r", "b", "ends", 1.0)
            yield Firing("r", "a", "ends", 1.0)

    porch = chronicle(Scripted(script), config=SceneConfig(max_events=1))
    told = [
        (r.event.id, r.event.type) for at in (0.0, 0.5, 1.0, 2.0) for r in porch.observe(view(at))
    ]
    assert told == [("porch-1", "new"), ("porch-1", "end"), ("porch-2", "new")]
    assert porch.refused == 2


@pytest.mark.parametrize("asked", [(), (Question("r", "Is the way clear?"),)])
def test_only_a_rule_that_asks_is_asked_about(
    asked: tuple[Question, ...], view: MakeView, track: MakeTrack
) -> None:
    """The question of a rule is its own; without one no model is asked."""

    def script(moment: Moment) -> Iterable[Firing]:
        if moment.now == 0.0:
            yield Firing("r", 1, "begins", 0.0, ask=Inquiry(asked))

    porch = chronicle(Scripted(script), ask=Asking(model="m", deadline=5.0, question="Really?"))
    (revision,) = porch.observe(view(0.0, track()))
    assert revision.questions == (asked or None)
    assert revision.event.reasoning.state == ("pending" if asked else "none")


def test_engines_forget_when_the_camera_goes(view: MakeView) -> None:
    """Whatever closes the chronicle resets its engines: they say nothing of what was before."""
    engine = Scripted(lambda _: ())
    porch = chronicle(engine)
    porch.observe(view(0.0))
    porch.close(1.0, "camera_lost")
    assert engine.resets == 1


def test_conditions_move_and_end_with_their_event(view: MakeView) -> None:
    """A step of the clock moves their times; a restart ends what still held."""

    def script(moment: Moment) -> Iterable[Firing]:
        if moment.now == 1.0:
            yield Firing("r", 1, "begins", 1.0, grounds=(ground(0.5),))

    (revision,) = chronicle(Scripted(script)).observe(view(1.0))
    (later,) = shifted(revision.event, 10.0).conditions
    assert (later.since, later.until) == (10.5, None)
    (closed,) = after_restart(revision.event, 9.0).conditions
    assert (closed.since, closed.until) == (0.5, 1.0)


def test_an_event_without_conditions_does_not_mention_them(
    track: MakeTrack, view: MakeView
) -> None:
    """Events of the built-in rule are written as they always were."""
    porch = Chronicle(
        node="box1",
        camera="porch",
        config=SceneConfig(presence=PresenceConfig()),
        new_id=lambda camera, ordinal, _: f"{camera}-{ordinal}",
        clock="media",
        ask=None,
    )
    (revision,) = porch.observe(view(0.0, track()))
    assert "conditions" not in revision.event.wire()


def test_a_rule_that_is_switched_off_ends_and_begins_anew(view: MakeView, track: MakeTrack) -> None:
    """What goes on meanwhile is one event before and another after; nothing is between."""

    def script(moment: Moment) -> Iterable[Firing]:
        if moment.now == 0.0:
            yield Firing("r", 1, "begins", 0.0, tuple(moment.scene.things.values()))

    porch = chronicle(Scripted(script))
    told = []
    for at in (0.0, 1.0, 2.0, 3.0, 4.0):
        porch.off = {"r"} if at in {1.0, 2.0} else ()
        told += [r.event for r in porch.observe(view(at, track()))]
    assert [(event.id, event.type, event.started_at, event.ended_at) for event in told] == [
        ("porch-1", "new", 0.0, None),
        ("porch-1", "end", 0.0, 1.0),
        ("porch-2", "new", 3.0, None),
    ]


def test_engines_know_what_the_clock_on_the_wall_says(view: MakeView) -> None:
    """It may have been set since the story began."""
    seen: list[float | None] = []

    def script(moment: Moment) -> Iterable[Firing]:
        seen.append(moment.wall)
        return ()

    porch = chronicle(Scripted(script))
    porch.observe(view(1.0))
    porch.shift = 3600.0
    porch.observe(view(2.0))
    assert seen == [1.0, 3602.0]


def held(moment: Moment) -> Iterable[Firing]:
    """Begin at once, held back until the verdict; end after three seconds."""
    if moment.now == 0.0:
        who = tuple(moment.scene.things.values())
        yield Firing("r", 1, "begins", 0.0, who, ask=REALLY, notify="when_verified")
    if moment.now == 3.0:
        yield Firing("r", 1, "ends", 3.0)


YES = Verdict("verified", answers=(Answer(question="r", answer="yes"),))
REALLY = Inquiry((Question("r", "Really?"),))


def test_an_event_may_wait_for_its_verdict(view: MakeView, track: MakeTrack) -> None:
    """Held, it is told of to nobody; with its verdict it is new, and goes on as any other."""
    porch = chronicle(Scripted(held), ask=Asking(model="m", deadline=5.0))
    (revision,) = porch.observe(view(0.0, track()))
    assert revision.held
    assert porch.observe(view(1.0, track(velocity=(0.5, 0.0)))) == []
    released = porch.conclude(revision.event.id, YES, 1.5)
    assert released is not None
    told = released.event
    assert (told.type, told.revision, told.reasoning.state) == ("new", 1, "verified")
    assert (told.started_at, told.updated_at, released.held) == (0.0, 1.5, False)
    assert released.after is None
    (end,) = porch.observe(view(3.0, track()))
    assert (end.event.type, end.event.revision) == ("end", 2)


def test_an_event_that_ended_while_it_waited_is_told_whole(
    view: MakeView, track: MakeTrack
) -> None:
    """New with its verdict and then its end, whatever the verdict was; the clip is in both."""
    porch = chronicle(Scripted(held), ask=Asking(model="m", deadline=5.0))
    (revision,) = porch.observe(view(0.0, track()))
    porch.filming(revision.event.id)
    assert porch.observe(view(3.0, track())) == []
    assert porch.film(revision.event.id, "/events/x.mp4", 0.0, 3.5) is None
    released = porch.conclude(revision.event.id, Verdict("timeout"), 5.0)
    assert released is not None
    assert released.after is not None
    told = [released.event, released.after]
    assert [(one.type, one.revision) for one in told] == [("new", 1), ("end", 2)]
    assert {one.reasoning.state for one in told} == {"timeout"}
    assert {one.media.clip for one in told} == {"/events/x.mp4"}
    assert released.after.ended_at == 3.0
    assert porch.pending() == ()


def test_without_a_question_nothing_waits(view: MakeView, track: MakeTrack) -> None:
    """Where no model is configured, or it may not be asked, there is no verdict to wait for."""
    (revision,) = chronicle(Scripted(held)).observe(view(0.0, track()))
    assert not revision.held
    porch = chronicle(Scripted(held), ask=Asking(model="m", deadline=5.0))
    porch.asks = False
    (revision,) = porch.observe(view(0.0, track()))
    assert not revision.held
