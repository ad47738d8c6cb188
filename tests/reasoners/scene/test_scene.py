"""The scene: tracks in, changes out."""

from collections.abc import Callable, Sequence

import pytest

from detectors import Track
from reasoners import SceneConfig, View, ZoneConfig
from reasoners.scene.change import (
    Appeared,
    Change,
    Counted,
    Dwelt,
    Entered,
    Left,
    MovedOff,
    Reappeared,
    Relabelled,
    Stopped,
    Vanished,
)
from reasoners.scene.scene import Scene

MakeTrack = Callable[..., Track]
MakeView = Callable[..., View]

STEP = ZoneConfig(points=((0.4, 0.3), (0.8, 0.3), (0.8, 0.9), (0.4, 0.9)))


def kinds(changes: Sequence[Change]) -> list[type]:
    """Name the kinds of changes."""
    return [type(change) for change in changes]


def observed(scene: Scene, seen: View) -> list[Change]:
    """Show a scene one frame; counts have tests of their own."""
    return [change for change in scene.observe(seen) if not isinstance(change, Counted)]


def lapsed(scene: Scene, at: float) -> list[Change]:
    """Let time pass; counts have tests of their own."""
    return [change for change in scene.lapse(at) if not isinstance(change, Counted)]


def test_an_object_appears_once_and_vanishes_after_hold(track: MakeTrack, view: MakeView) -> None:
    """It is given up only when hold is over, and that change names the frame that showed it."""
    scene = Scene(SceneConfig())
    assert kinds(observed(scene, view(0.0, track()))) == [Appeared]
    for tenth in range(1, 10):
        assert observed(scene, view(tenth / 10, track())) == []
    assert observed(scene, view(2.8)) == []
    (gone,) = observed(scene, view(3.0))
    assert gone == Vanished(index=9, at=0.9, thing=1, track=17)
    assert scene.things == {}


def test_a_lost_track_counts_as_out_of_sight(track: MakeTrack, view: MakeView) -> None:
    """A tracker that still guesses does not keep an object alive."""
    scene = Scene(SceneConfig())
    observed(scene, view(0.0, track()))
    assert observed(scene, view(1.0, track(lost=True))) == []
    assert kinds(observed(scene, view(2.1, track(lost=True)))) == [Vanished]
    assert observed(scene, view(2.2, track(99, lost=True))) == []


def test_an_object_keeps_its_identity_across_a_new_track_id(
    track: MakeTrack, view: MakeView
) -> None:
    """Same label, similar size, where it was to be expected: the same object."""
    scene = Scene(SceneConfig())
    observed(scene, view(0.0, track(x=0.2, velocity=(0.2, 0.0))))
    observed(scene, view(0.1, track(x=0.22, velocity=(0.2, 0.0))))
    (change,) = observed(scene, view(1.1, track(19, x=0.42, first_seen=1.0)))
    assert isinstance(change, Reappeared)
    assert (change.index, change.at, change.thing) == (11, 1.1, 1)
    assert (change.track, change.previous) == (19, 17)
    assert change.away == pytest.approx(1.0)
    assert [thing.track for thing in scene.things.values()] == [19]


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"label": "dog", "first_seen": 1.0}, "another label"),
        ({"x": 0.95, "first_seen": 1.0}, "too far away"),
        ({"width": 0.02, "height": 0.1, "first_seen": 1.0}, "another size"),
        ({"first_seen": 0.0}, "seen beside the old track"),
    ],
)
def test_another_object_is_not_taken_for_the_old_one(
    track: MakeTrack, view: MakeView, other: dict[str, object], why: str
) -> None:
    """What differs in label, place, size or was there at the same time is another object."""
    scene = Scene(SceneConfig())
    observed(scene, view(0.0, track(x=0.2)))
    changes = observed(scene, view(1.0, track(19, **{"x": 0.2, **other})))
    assert kinds(changes) == [Appeared], why
    assert len(scene.things) == 2


def test_a_track_that_returns_after_hold_is_a_new_object(track: MakeTrack, view: MakeView) -> None:
    """The same track id does not lengthen hold."""
    scene = Scene(SceneConfig())
    observed(scene, view(0.0, track()))
    observed(scene, view(0.1))
    observed(scene, view(0.2))
    assert kinds(observed(scene, view(2.5, track()))) == [Vanished, Appeared]
    assert [thing.first_seen for thing in scene.things.values()] == [2.5]


def test_a_slow_source_does_not_split_its_objects(track: MakeTrack, view: MakeView) -> None:
    """With 5 s from frame to frame, one missed frame is no absence."""
    scene = Scene(SceneConfig())
    changes: list[Change] = []
    for number in range(6):
        shown = [] if number == 4 else [track()]
        changes += observed(scene, view(number * 5.0, *shown, index=number))
        changes += lapsed(scene, number * 5.0 + 4.0) if number > 2 else []
    assert kinds(changes) == [Appeared]


def test_one_stall_does_not_lengthen_hold(track: MakeTrack, view: MakeView) -> None:
    """A single gap between frames leaves hold as it is."""
    scene = Scene(SceneConfig())
    for at in (0.0, 0.1, 0.2, 8.0):
        observed(scene, view(at, track()))
    assert scene.patience == 2.0


def test_stopping_and_moving_off_need_time(track: MakeTrack, view: MakeView) -> None:
    """A walk that ends is `stopped` once, a start `moved_off` once; trembling is neither."""
    scene = Scene(SceneConfig())
    changes: list[tuple[float, Change]] = []
    for tenth in range(100):
        at = tenth / 10
        walking = at < 2 or at >= 6
        trembling = 0.02 if tenth % 2 else -0.02
        speed = 0.25 if walking else trembling
        seen = observed(scene, view(at, track(velocity=(speed, 0.0))))
        changes += [(at, change) for change in seen]
    told = [(type(change), at) for at, change in changes[1:]]
    assert [kind for kind, _ in told] == [Stopped, MovedOff]
    assert 3.0 <= told[0][1] <= 4.5
    assert 6.2 <= told[1][1] <= 7.0


def test_distance_does_not_make_an_object_slow(track: MakeTrack, view: MakeView) -> None:
    """Motion is judged by the object's own size, not by pixels."""
    scene = Scene(SceneConfig())
    far = track(1, x=0.2, width=0.01, height=0.04, velocity=(0.02, 0.0))
    near = track(2, x=0.7, width=0.3, height=0.8, velocity=(0.02, 0.0))
    observed(scene, view(0.0, far, near))
    assert [thing.moving for thing in scene.things.values()] == [True, False]


def test_zones_are_entered_dwelt_in_and_left(track: MakeTrack, view: MakeView) -> None:
    """Walking through a zone gives each change once, in order, with the times of the frames."""
    scene = Scene(SceneConfig(zones={"step": STEP}, dwell=(1.0, 3.0)))
    changes: list[Change] = []
    for tenth in range(100):
        changes += observed(scene, view(tenth / 10, track(x=tenth / 100, y=0.5)))
    about = [change for change in changes if not isinstance(change, Appeared)]
    assert kinds(about) == [Entered, Dwelt, Dwelt, Left]
    entered, first, second, left = about
    assert isinstance(left, Left)
    assert entered.at == pytest.approx(4.1, abs=0.2)
    assert first.at - entered.at == pytest.approx(1.0)
    assert second.at - entered.at == pytest.approx(3.0)
    assert left.at == pytest.approx(8.1, abs=0.2)
    assert left.since == entered.at


def test_trembling_on_a_border_enters_once(track: MakeTrack, view: MakeView) -> None:
    """A foot that jumps to and fro over the border by a little is inside or outside, not both."""
    scene = Scene(SceneConfig(zones={"step": STEP}))
    changes: list[Change] = []
    for tenth in range(50):
        x = 0.402 if tenth % 2 else 0.398
        changes += observed(scene, view(tenth / 10, track(x=x, y=0.5)))
    assert kinds(changes) == [Appeared]


def test_the_center_of_an_object_can_count(track: MakeTrack, view: MakeView) -> None:
    """With `point: center`, an object hanging over a zone is inside."""
    points = ((0.3, 0.4), (0.7, 0.4), (0.7, 0.6), (0.3, 0.6))
    zones = {
        "shelf": ZoneConfig(points=points, point="center"),
        "floor": ZoneConfig(points=points),
    }
    scene = Scene(SceneConfig(zones=zones))
    changes = observed(scene, view(0.0, track(x=0.5, y=0.5)))
    assert [change.zone for change in changes if isinstance(change, Entered)] == ["shelf"]


def test_a_vanished_object_leaves_its_zones(track: MakeTrack, view: MakeView) -> None:
    """Its stay ends when it was last seen."""
    scene = Scene(SceneConfig(zones={"step": STEP}))
    observed(scene, view(0.0, track(y=0.5)))
    left, vanished = lapsed(scene, 2.5)
    assert isinstance(left, Left)
    assert (left.at, left.since, left.zone) == (0.0, 0.0, "step")
    assert isinstance(vanished, Vanished)


def test_a_label_may_turn(track: MakeTrack, view: MakeView) -> None:
    """The object stays the same and the change names both labels."""
    scene = Scene(SceneConfig())
    observed(scene, view(0.0, track(label="car")))
    (change,) = observed(scene, view(0.1, track(label="truck")))
    assert change == Relabelled(1, 0.1, 1, 17, "car", "truck")


def test_counts_by_label_and_zone_fall_back_to_zero(track: MakeTrack, view: MakeView) -> None:
    """Labels seen once are counted from then on, so that a reader is told of zero."""
    scene = Scene(SceneConfig(zones={"step": STEP}))
    assert (scene.counts(), scene.zone_counts()) == ({}, {"step": {}})
    observed(scene, view(0.0, track(1, y=0.5), track(2, x=0.1), track(3, x=0.2, label="dog")))
    assert scene.counts() == {"dog": 1, "person": 2}
    assert scene.zone_counts() == {"step": {"person": 1}}
    lapsed(scene, 3.0)
    assert scene.counts() == {"dog": 0, "person": 0}
    assert scene.zone_counts() == {"step": {"person": 0}}


def test_what_moves_is_counted_by_label_and_zone(track: MakeTrack, view: MakeView) -> None:
    """Of two people one walks through the zone; labels of which none moves are left out."""
    scene = Scene(SceneConfig(zones={"step": STEP}))
    for tick in range(12):
        at = tick / 10
        walker = track(1, x=0.3 + 0.2 * at, y=0.5, velocity=(0.2, 0.0))
        observed(scene, view(at, walker, track(2, x=0.1, y=0.1), track(3, x=0.8, label="dog")))
    assert scene.counts() == {"dog": 1, "person": 2}
    assert (scene.moving(), scene.moving("step")) == ({"person": 1}, {"person": 1})
    assert scene.moving("nowhere") == {}


def test_a_full_scene_refuses_and_counts(track: MakeTrack, view: MakeView) -> None:
    """What finds no room is refused once per track, not once per frame."""
    scene = Scene(SceneConfig(max_objects=2))
    crowd = [track(number, x=number / 10) for number in range(1, 6)]
    for tenth in range(5):
        observed(scene, view(tenth / 10, *crowd))
    assert len(scene.things) == 2
    assert scene.refused == 3


def test_time_never_runs_backwards(track: MakeTrack, view: MakeView) -> None:
    """A view older than what was seen counts as now."""
    scene = Scene(SceneConfig())
    observed(scene, view(10.0, track(first_seen=9.0)))
    assert observed(scene, view(4.0, track(first_seen=9.0))) == []
    assert scene.now == 10.0


def test_memory_of_stays_is_bounded(track: MakeTrack, view: MakeView) -> None:
    """Hundreds of visits to a zone keep the clearest 64 and count the rest."""
    scene = Scene(SceneConfig(zones={"step": STEP}))
    for number in range(400):
        x = 0.6 if number % 2 else 0.1
        observed(scene, view(number / 10, track(x=x, y=0.5)))
    (thing,) = scene.things.values()
    assert len(thing.past) == 64
    assert thing.forgotten == 399 // 2 - 64
