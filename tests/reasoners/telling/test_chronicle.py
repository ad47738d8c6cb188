"""The engine of one camera: which revisions come, when, and what they say."""

import itertools
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detectors import Track
from reasoners import (
    TERMINAL,
    Answer,
    AskConfig,
    Asking,
    Chronicle,
    Event,
    PresenceConfig,
    Question,
    Revision,
    SceneConfig,
    Verdict,
    View,
    ZoneConfig,
    default_question,
)

MakeTrack = Callable[..., Track]
MakeView = Callable[..., View]
MakeChronicle = Callable[..., Chronicle]

STEP = ZoneConfig(points=((0.4, 0.3), (0.8, 0.3), (0.8, 0.9), (0.4, 0.9)))
ASKING = Asking(model="qwen3-vl-4b", deadline=10.0)
YES = Verdict("verified", answers=(Answer(question="presence", answer="yes", confidence=0.9),))


def told(revisions: list[Revision]) -> list[tuple[str, int]]:
    """Name types and revision numbers."""
    return [(revision.event.type, revision.event.revision) for revision in revisions]


def test_a_person_is_new_at_once(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """The first view of a confirmed track opens the event, with a picture of that frame."""
    (revision,) = chronicle().observe(view(5.0, track(first_seen=4.6), index=50))
    event = revision.event
    assert (event.type, event.revision, event.rule, event.seq) == ("new", 1, "presence", None)
    assert (event.id, event.node, event.camera) == ("porch-1", "box1", "porch")
    assert (event.started_at, event.updated_at, event.ended_at) == (4.6, 5.0, None)
    assert event.frame.index == 50
    assert event.reasoning.state == "none"
    assert revision.questions is None
    assert revision.picture is not None
    assert revision.picture.index == 50
    assert [thing.track for thing in event.objects] == ["t17"]


def test_labels_decide_what_opens_an_event(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """A chair is followed and counted, but nobody is told of it."""
    porch = chronicle()
    revisions = porch.observe(view(0.0, track(1, x=0.2, label="chair"), track(2, x=0.7)))
    assert [revision.event.objects[0].track for revision in revisions] == ["t2"]
    assert [shown.track for shown in porch.objects()] == ["t1", "t2"]
    assert porch.counts() == {"chair": 1, "person": 1}


def test_a_quiet_object_makes_no_updates(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """Standing there for a minute is one event with one revision, until it is gone."""
    porch = chronicle()
    revisions = [r for tenth in range(600) for r in porch.observe(view(tenth / 10, track()))]
    assert told(revisions) == [("new", 1)]
    revisions += porch.observe(view(61.0))
    assert told(revisions) == [("new", 1)]
    revisions += porch.observe(view(62.0))
    assert told(revisions) == [("new", 1), ("end", 2)]
    end = revisions[-1].event
    assert (end.ended_at, end.updated_at, end.end_reason) == (59.9, 62.0, "left")
    assert end.frame.index == 599


def test_a_change_too_soon_comes_with_the_next_allowed_update(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """Entering and leaving a zone within a second is told once the second is over."""
    porch = chronicle(SceneConfig(zones={"step": STEP}))
    revisions = porch.observe(view(0.0, track(x=0.1)))
    revisions += porch.observe(view(0.2, track(x=0.5)))
    revisions += porch.observe(view(0.4, track(x=0.1)))
    assert told(revisions) == [("new", 1)]
    (update,) = porch.observe(view(1.0, track(x=0.1)))
    assert (update.event.type, update.event.updated_at) == ("update", 1.0)
    (relation,) = update.event.relations
    assert (relation.since, relation.until) == (0.2, 0.4)
    assert porch.observe(view(2.5, track(x=0.1))) == []


def test_a_held_back_change_is_told_without_frames_too(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """When frames stay away, `lapse` says what was held back, then the end."""
    porch = chronicle(SceneConfig(zones={"step": STEP}))
    porch.observe(view(0.0, track(x=0.1)))
    porch.observe(view(0.2, track(x=0.5)))
    assert porch.lapse(0.9) == []
    (update,) = porch.lapse(1.0)
    assert update.event.objects[0].zones == ("step",)
    assert update.event.frame.index == 2
    assert told(porch.lapse(5.0)) == [("end", 3)]


def test_a_new_track_id_within_hold_keeps_the_event(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """The update names the new track and says in words what happened."""
    porch = chronicle()
    porch.observe(view(0.0, track()))
    assert porch.observe(view(1.0)) == []
    (update,) = porch.observe(view(1.5, track(19, first_seen=1.4)))
    assert (update.event.id, update.event.type) == ("porch-1", "update")
    assert update.event.objects[0].track == "t19"
    assert "recognised again as t19 (before: t17)" in update.event.explanation


def test_coming_back_after_hold_is_another_event(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """The first event has ended; the second has its own id."""
    porch = chronicle()
    porch.observe(view(0.0, track()))
    revisions = porch.observe(view(2.5)) + porch.observe(view(2.6, track(19, first_seen=2.6)))
    assert [(r.event.id, r.event.type) for r in revisions] == [
        ("porch-1", "end"),
        ("porch-2", "new"),
    ]


def test_a_clearly_better_view_brings_a_picture(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """Somewhat better is not enough; the picture is of the frame at hand."""
    porch = chronicle()
    (new,) = porch.observe(view(0.0, track(width=0.1)))
    porch.illustrate(new.event, "a.jpg")
    assert porch.observe(view(2.0, track(width=0.12))) == []
    (update,) = porch.observe(view(3.0, track(width=0.14)))
    assert update.picture is not None
    assert update.picture.index == update.event.frame.index == 30
    assert update.event.media.snapshot == "a.jpg"


def test_a_stored_picture_stays_with_the_event(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """The reference is in the revision it was taken for and in every later one."""
    porch = chronicle()
    (new,) = porch.observe(view(0.0, track(), index=7))
    shown = porch.illustrate(new.event, "porch-1/1.jpg")
    assert (shown.media.snapshot, shown.media.snapshot_frame) == ("porch-1/1.jpg", 7)
    assert shown.model_copy(update={"media": new.event.media}) == new.event
    (end,) = porch.lapse(9.0)
    assert end.event.media == shown.media
    assert end.picture is None


def test_a_picture_that_was_not_to_be_had_is_taken_later(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """The next update that comes anyway tries again; the lack alone makes no update."""
    porch = chronicle(SceneConfig(zones={"step": STEP}))
    porch.observe(view(0.0, track(x=0.1)))
    assert porch.observe(view(2.0, track(x=0.1))) == []
    (update,) = porch.observe(view(3.0, track(x=0.6)))
    assert update.picture is not None


def test_a_late_picture_does_not_replace_a_newer_one(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """Pictures may be stored out of order; later revisions show the latest frame."""
    porch = chronicle()
    (new,) = porch.observe(view(0.0, track(width=0.1)))
    (update,) = porch.observe(view(1.0, track(width=0.2)))
    porch.illustrate(update.event, "b.jpg")
    assert porch.illustrate(new.event, "a.jpg").media.snapshot == "a.jpg"
    (end,) = porch.lapse(9.0)
    assert end.event.media.snapshot == "b.jpg"


@pytest.mark.parametrize("reason", ["camera_lost", "restart", "reconfigured", "left"])
def test_closing_ends_every_open_event(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle, reason: str
) -> None:
    """Each gets its end with that reason; afterwards nothing is left, and watching can go on."""
    porch = chronicle()
    porch.observe(view(0.0, track(1, x=0.2), track(2, x=0.7)))
    ends = porch.close(0.5, reason)  # type: ignore[arg-type]  # the literals above
    assert [(r.event.type, r.event.end_reason, r.event.ended_at) for r in ends] == [
        ("end", reason, 0.0)
    ] * 2
    assert porch.close(0.6, "restart") == []
    assert porch.objects() == ()
    (again,) = porch.observe(view(9.0, track(1, x=0.2)))
    assert (again.event.type, again.event.id) == ("new", "porch-3")


def test_a_question_goes_with_the_new_revision_only(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """It is pending with a deadline, and asked once."""
    porch = chronicle(SceneConfig(zones={"step": STEP}), ASKING)
    (new,) = porch.observe(view(4.0, track(x=0.1)))
    assert new.questions == (
        Question("presence", "Is the marked object really a person?", verifies=True),
    )
    assert (new.event.reasoning.state, new.event.reasoning.deadline_at) == ("pending", 14.0)
    assert porch.pending() == ("porch-1",)
    (update,) = porch.observe(view(5.0, track(x=0.6)))
    assert update.questions is None
    assert update.event.reasoning.state == "pending"


def test_whose_question_is_asked(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """The rule's own, else the one for all, else the built-in one."""
    general = Asking("m", 5.0, "Is it raining?")
    special = SceneConfig(presence=PresenceConfig(ask=(AskConfig(question="Is it a courier?"),)))
    (ruled,) = chronicle(special, general).observe(view(0.0, track()))
    (asked,) = chronicle(None, general).observe(view(0.0, track()))
    assert ruled.questions == (Question("presence", "Is it a courier?"),)
    assert asked.questions == (Question("presence", "Is it raining?"),)
    assert default_question("object").startswith("Is the marked object really there")
    assert default_question("elephant") == "Is the marked object really an elephant?"


def test_a_verdict_is_one_more_revision(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """It comes at once, carries the answer in fields and in words, and comes only once."""
    porch = chronicle(ask=ASKING)
    porch.observe(view(0.0, track()))
    revision = porch.conclude("porch-1", YES, 0.2)
    assert revision is not None
    event = revision.event
    assert (event.type, event.revision, event.updated_at) == ("update", 2, 0.2)
    assert event.reasoning.state == "verified"
    assert event.reasoning.model == "qwen3-vl-4b"
    assert event.reasoning.deadline_at == 10.0
    assert event.answers == YES.answers
    assert "answered yes (confidence 90%)" in event.explanation
    assert porch.conclude("porch-1", YES, 0.3) is None
    assert porch.conclude("porch-9", YES, 0.3) is None
    assert porch.pending() == ()
    (end,) = porch.lapse(5.0)
    assert end.event.answers == YES.answers


def test_a_verdict_after_the_end_is_the_end_again(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """The event is kept until it has its answer, then forgotten."""
    porch = chronicle(ask=ASKING)
    porch.observe(view(0.0, track()))
    (end,) = porch.lapse(5.0)
    assert end.event.reasoning.state == "pending"
    assert porch.pending() == ("porch-1",)
    revision = porch.conclude("porch-1", Verdict("timeout"), 10.0)
    assert revision is not None
    again = revision.event
    assert (again.type, again.revision, again.ended_at) == ("end", 3, 0.0)
    assert (again.end_reason, again.updated_at) == ("left", 10.0)
    assert again.explanation.endswith("The model qwen3-vl-4b did not answer in time.")
    assert porch.pending() == ()
    assert porch.conclude("porch-1", Verdict("timeout"), 11.0) is None


def test_a_rejection_changes_no_more_than_the_verdict(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """F28: the event was out already, stays open, and keeps its severity."""
    config = SceneConfig(presence=PresenceConfig(severity="alert"))
    porch = chronicle(config, ASKING)
    (new,) = porch.observe(view(0.0, track()))
    revision = porch.conclude("porch-1", Verdict("rejected"), 1.0)
    assert revision is not None
    assert revision.event.severity == new.event.severity == "alert"
    assert (revision.event.type, revision.event.ended_at) == ("update", None)
    assert told(porch.lapse(9.0)) == [("end", 3)]


def test_a_verdict_must_be_terminal(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """`pending` is no answer."""
    porch = chronicle(ask=ASKING)
    porch.observe(view(0.0, track()))
    with pytest.raises(ValueError, match="no terminal state"):
        porch.conclude("porch-1", Verdict("pending"), 1.0)


def test_too_many_questions_are_skipped_at_once(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """Beyond the limit an event is born with its terminal state, and its reason."""
    porch = chronicle(SceneConfig(max_pending=2), ASKING)
    crowd = [track(number, x=number / 10) for number in range(1, 5)]
    revisions = porch.observe(view(0.0, *crowd))
    states = [revision.event.reasoning.state for revision in revisions]
    assert states == ["pending", "pending", "skipped_budget", "skipped_budget"]
    assert [revision.questions is not None for revision in revisions] == [True, True, False, False]
    assert revisions[3].event.reasoning.reason == "2 questions of this camera are open already"


def test_too_many_events_are_refused_and_counted(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """An object is refused once; when there is room again, it gets its event."""
    porch = chronicle(SceneConfig(max_events=2))
    crowd = [track(number, x=number / 10) for number in range(1, 5)]
    for tenth in range(10):
        porch.observe(view(tenth / 10, *crowd))
    assert porch.refused == 2
    revisions = porch.observe(view(5.0, *crowd[2:]))
    assert [(r.event.type, r.event.objects[0].track) for r in revisions] == [
        ("end", "t1"),
        ("end", "t2"),
        ("new", "t3"),
        ("new", "t4"),
    ]


def test_whatever_finds_no_room_is_counted_by_what_it_is(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """Events, objects and belongings count once each, pairs in every frame."""
    porch = chronicle(SceneConfig(max_events=1, max_objects=132))
    heap = [
        track(number, x=0.4 + number / 1000, label="suitcase", height=0.2) for number in range(131)
    ]
    porch.observe(view(0.0, *heap))
    first = porch.refusals()
    assert [first[what] for what in ("events", "objects", "belongings")] == [0, 0, 3]
    assert first["pairs"] > 0
    porch.observe(view(0.1, *heap, *(track(number, x=0.9) for number in (200, 201, 202))))
    second = porch.refusals()
    assert [second[what] for what in ("events", "objects", "belongings")] == [0, 2, 3]
    assert second["pairs"] > first["pairs"]


def test_relations_are_the_strongest_and_the_rest_is_counted(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """Of fifty visits to a zone, 32 are in the event, clearest first."""
    porch = chronicle(SceneConfig(zones={"step": STEP}))
    for number in range(101):
        x = 0.6 if number % 2 else 0.1
        porch.observe(view(number / 10, track(x=x)))
    (end,) = porch.lapse(20.0)
    assert (len(end.event.relations), end.event.relations_left_out) == (32, 18)


# Any sequence of views, verdicts and silences.

tracks = st.builds(
    Track,
    id=st.integers(1, 6),
    label=st.sampled_from(["person", "car", "chair"]),
    score=st.floats(0, 1),
    xyxy=st.tuples(
        st.floats(-0.2, 0.6), st.floats(-0.2, 0.6), st.floats(0.5, 1.3), st.floats(0.5, 1.3)
    ),
    velocity=st.tuples(st.floats(-2, 2), st.floats(-2, 2)),
    first_seen=st.just(0.0),
    last_seen=st.just(0.0),
    hits=st.integers(1, 9),
    lost=st.booleans(),
)
steps: st.SearchStrategy[tuple[str, float, list[Track]]] = st.one_of(
    st.tuples(
        st.just("observe"),
        st.floats(0, 3, allow_nan=False),
        st.lists(tracks, max_size=4, unique_by=lambda track: track.id),
    ),
    st.tuples(st.just("lapse"), st.floats(0, 5), st.just([])),
    st.tuples(st.just("conclude"), st.floats(0, 1), st.just([])),
    st.tuples(st.just("close"), st.floats(0, 1), st.just([])),
)


def play(
    porch: Chronicle, script: list[tuple[str, float, list[Track]]]
) -> list[tuple[bool, Event]]:
    """Play a script and close; return every event, and whether it is a verdict."""
    at, said = 100.0, []
    for index, (what, pause, shown) in enumerate(script):
        at += pause
        if what == "observe":
            seen = [
                Track(t.id, t.label, t.score, t.xyxy, t.velocity, at, at, t.hits, t.lost)
                for t in shown
            ]
            revisions = porch.observe(View(index, at, at, 1600, 900, seen))
        elif what == "lapse":
            revisions = porch.lapse(at)
        elif what == "close":
            revisions = porch.close(at, "camera_lost")
        else:
            concluded = [porch.conclude(event, YES, at) for event in porch.pending()[:1]]
            said += [(True, revision.event) for revision in concluded if revision]
            revisions = []
        for number, revision in enumerate(revisions):
            event = revision.event
            if revision.picture is not None and number % 2:
                event = porch.illustrate(event, f"{event.id}/{index}.jpg")
            said.append((False, event))
    said += [(False, revision.event) for revision in porch.close(at + 1, "restart")]
    for pending in porch.pending():
        concluded_last = porch.conclude(pending, YES, at + 2)
        assert concluded_last is not None
        said.append((True, concluded_last.event))
    return said


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(script=st.lists(steps, max_size=30), asking=st.booleans())
def test_every_event_has_one_beginning_and_one_end(
    chronicle: MakeChronicle, script: list[tuple[str, float, list[Track]]], asking: bool
) -> None:
    """Whatever is seen: new, updates at most once a second, end, one verdict; all valid."""
    config = SceneConfig(zones={"step": STEP}, max_events=3, max_pending=2)
    porch = chronicle(config, ASKING if asking else None)
    said = play(porch, script)
    stories: dict[str, list[tuple[bool, Event]]] = {}
    for verdict, event in said:
        stories.setdefault(event.id, []).append((verdict, event))
    for story in stories.values():
        events = [event for _, event in story]
        assert [event.revision for event in events] == list(range(1, len(events) + 1))
        types = [event.type for event in events]
        assert types[0] == "new"
        assert types.count("new") == 1
        own = Counter(event.type for verdict, event in story if not verdict)
        assert own["end"] == 1
        first_end = types.index("end")
        assert all(verdict for verdict, _ in story[first_end + 1 :])
        assert sum(verdict for verdict, _ in story) <= 1
        for (_, before), (verdict, event) in itertools.pairwise(story):
            assert event.updated_at >= before.updated_at
            if event.type == "update" and not verdict:
                assert round(event.updated_at - before.updated_at, 3) >= 1.0
        last = events[-1]
        assert last.ended_at is not None
        assert last.started_at <= last.ended_at <= last.updated_at
        assert last.reasoning.state in (TERMINAL if asking else {"none"})
        for event in events:
            assert Event.model_validate_json(event.wire()) == event
            assert event.explanation.startswith("Rule presence: ")
    assert porch.pending() == ()
    assert porch.close(1e6, "left") == []


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(script=st.lists(steps, max_size=20))
def test_the_same_views_give_the_same_bytes(
    chronicle: MakeChronicle, script: list[tuple[str, float, list[Track]]]
) -> None:
    """A replay of a recording says the same, byte for byte."""
    config = SceneConfig(zones={"step": STEP})
    once, twice = (
        [event.wire() for _, event in play(chronicle(config, ASKING), script)] for _ in range(2)
    )
    assert once == twice


def test_numbers_on_the_wire_are_short(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """No float has more than four digits behind the point."""
    porch = chronicle(SceneConfig(zones={"step": STEP}))
    (new,) = porch.observe(view(1 / 3, track(x=2 / 3, velocity=(1 / 7, 1 / 9), score=1 / 3)))

    def digits(text: str) -> float:
        assert len(text.partition(".")[2]) <= 4
        return float(text)

    assert json.loads(new.event.wire(), parse_float=digits)["type"] == "new"


def test_what_is_carried_is_marked_pictured_never_and_ends_when_it_was_seen(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """Carried boxes reach zones at once, say that they are carried, and make no picture.

    The end names the time of the last look that showed the object.
    """
    porch = chronicle(SceneConfig(zones={"step": STEP}))
    (new,) = porch.observe(view(0.0, track(x=0.3)))
    assert "carried" not in new.event.wire()
    told: list[Revision] = []
    for tenth in range(1, 20):
        box = track(x=0.3 + 0.02 * tenth, width=0.2, score=0.99, carried=True)
        told += porch.observe(replace(view(tenth / 10, box), looked=False))
    (update,) = told
    assert update.event.objects[0].zones == ("step",)
    assert update.event.objects[0].carried
    assert update.picture is None
    assert porch.objects()[0].carried
    (end,) = porch.observe(view(5.0))
    assert (end.event.type, end.event.ended_at) == ("end", 0.0)


def test_nobody_is_met_whom_nobody_looked_for(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """A carried box of an unknown track opens nothing; the next look does."""
    porch = chronicle()
    assert porch.observe(view(0.0, track(carried=True))) == []
    assert porch.objects() == ()
    assert told(porch.observe(view(0.2, track()))) == [("new", 1)]


def test_frames_between_looks_do_not_shorten_hold(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """Of a camera looked at every 5 s an object may be missed once, however many frames between."""
    porch = chronicle()
    told = []
    for second in range(16):
        seen = second in {0, 5, 15}
        lost = second > 9 and not seen
        one = track(carried=second % 5 != 0 and not lost, lost=lost)
        moment = replace(view(float(second), one), looked=second % 5 == 0)
        told += [revision.event.type for revision in porch.observe(moment)]
    assert told == ["new"]


def test_a_clip_is_one_more_revision_after_the_end(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """It is the end again, once, with all that the end said."""
    porch = chronicle()
    porch.observe(view(0.0, track()))
    porch.filming("porch-1")
    (end,) = porch.close(1.0, "left")
    revision = porch.film("porch-1", "/events/porch-1/clip.mp4", -5.0, 6.0)
    assert revision is not None
    event = revision.event
    assert told([revision]) == [("end", 3)]
    assert (event.media.clip, event.media.clip_started_at) == ("/events/porch-1/clip.mp4", -5.0)
    assert (event.end_reason, event.ended_at) == ("left", end.event.ended_at)
    assert event.explanation == end.event.explanation
    assert porch.film("porch-1", "/events/porch-1/clip.mp4", -5.0, 7.0) is None


def test_a_clip_of_an_open_event_stays_with_it(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """A clip that reached its longest is an update; the end still names it."""
    porch = chronicle()
    porch.observe(view(0.0, track()))
    porch.filming("porch-1")
    revision = porch.film("porch-1", "/events/porch-1/clip.mp4", -5.0, 60.0)
    assert revision is not None
    (end,) = porch.close(61.0, "left")
    assert told([revision, end]) == [("update", 2), ("end", 3)]
    assert end.event.media.clip == "/events/porch-1/clip.mp4"


def test_verdict_and_clip_come_in_any_order(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """An ended event is kept until it waits for neither; a clip that failed tells nothing."""
    for clip_first in (True, False):
        porch = chronicle(ask=ASKING)
        porch.observe(view(0.0, track()))
        porch.filming("porch-1")
        porch.close(1.0, "left")
        if clip_first:
            porch.film("porch-1", "/events/porch-1/clip.mp4", 0.0, 2.0)
        verdict = porch.conclude("porch-1", YES, 3.0)
        assert verdict is not None
        assert (verdict.event.media.clip is not None) == clip_first
        assert verdict.event.type == "end"
        if not clip_first:
            assert porch.film("porch-1", None, None, 4.0) is None
        assert porch.pending() == ()
        assert porch.conclude("porch-1", YES, 5.0) is None


def test_nobody_is_told_of_a_clip_that_was_not_awaited(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """Of an unknown event, or of one without a clip in the making."""
    porch = chronicle()
    porch.observe(view(0.0, track()))
    porch.filming("porch-9")
    assert porch.film("porch-9", "/events/porch-9/clip.mp4", 0.0, 1.0) is None
    assert porch.film("porch-1", "/events/porch-1/clip.mp4", 0.0, 1.0) is None


def test_the_live_graph_can_be_asked_for_at_any_moment(
    track: MakeTrack, view: MakeView, chronicle: MakeChronicle
) -> None:
    """What holds between all that is there, by track, whether it has an event or not."""
    told = chronicle(
        SceneConfig(zones={"all": ZoneConfig(points=((0, 0), (1, 0), (1, 1), (0, 1)))})
    )
    assert told.relations() == ()
    for tenth in range(8):
        told.observe(view(tenth / 10, track(17, x=0.4), track(18, x=0.6, label="teapot")))
    holds = [(one.subject, one.predicate, one.object) for one in told.relations()]
    assert holds == [
        ("t17", "inside", "zone:all"),
        ("t18", "inside", "zone:all"),
        ("t17", "near", "t18"),
        ("t17", "left_of", "t18"),
    ]
    assert all(one.until is None for one in told.relations())
