"""What is remembered of the recent past."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from rig.asked import seen

from reasoners import ZoneConfig
from reasoners.event import EventObject
from reasoners.vlm.gallery import BEST, CHANGES, TRACKS, Gallery, quality

SIZE = (1280, 720)
STEP = ZoneConfig(points=((0.4, 0.5), (0.8, 0.5), (0.8, 1.0), (0.4, 1.0)))


def walker(at: float, **more: Any) -> EventObject:
    """Return somebody who walks to the right, a tenth of the picture a second."""
    left = min(0.85, 0.1 * at)
    inside = ("step",) if 0.4 < left + 0.05 < 0.8 else ()
    value = {"box": (left, 0.3, left + 0.1, 0.7), "zones": inside}
    moving = {"speed": 0.1, "heading": 90, "state": "moving"}
    return seen("t1", **{**value, "motion": moving, **more})


def walked(seconds: float = 8.0) -> Gallery:
    """Watch somebody walk past, ten frames a second, from second 2 on."""
    gallery = Gallery({"step": STEP})
    for number in range(int(seconds * 10)):
        at = number / 10
        gallery.observe(number, at, SIZE, (walker(at),) if at >= 2 else ())
    return gallery


def test_first_latest_best_and_changes_are_remembered() -> None:
    """First and latest frame, the best views, and when zone or motion changed."""
    course = walked().course("t1")
    assert course is not None
    assert (course.first.index, course.latest.index) == (20, 79)
    assert 1 <= len(course.best) <= BEST
    assert [look.index for look in course.changes] == [36, 75]
    assert list(course.zones) == ["step"]


def test_a_cut_off_or_doubtful_view_is_worth_less() -> None:
    """Half at the border, as much as its score, and more the larger it is."""
    whole, small = quality(seen()), quality(seen(box=(0.3, 0.2, 0.35, 0.4)))
    assert whole > small > 0
    assert quality(seen(box=(0.0, 0.2, 0.15, 0.8))) < quality(seen(box=(0.2, 0.2, 0.35, 0.8)))
    assert quality(seen(score=0.4)) < whole <= 1


def test_the_scene_before_is_found_without_the_object() -> None:
    """The frame nearest to so many seconds before; none where the camera saw nothing else."""
    gallery = walked()
    before = gallery.before(2.0, 1.5, ("t1",))
    assert before is not None
    assert before.at == 0.4
    assert walked(1.0).before(0.0, 1.5, ()) is None


def test_sightings_tell_the_order_zones_and_motion() -> None:
    """Of every track from the first frame to the last, in order of first sight."""
    gallery = walked()
    gallery.observe(90, 9.0, SIZE, (walker(9.0), seen("t2", "dog", score=0.3)))
    looks = [look for track in ("t1", "t2") if (c := gallery.course(track)) for look in (c.first,)]
    one, two = gallery.sightings(looks)
    assert (one.track, one.label, one.zones, one.moved, one.rested, one.sure) == (
        "t1",
        "person",
        ("step",),
        True,
        False,
        True,
    )
    assert (two.track, two.sure, two.first_seen) == ("t2", False, 9.0)


def test_a_label_that_wavers_is_noted() -> None:
    """Whatever single frames took it for may be right."""
    gallery = Gallery({})
    for number in range(6):
        label = "truck" if number == 2 else "car"
        gallery.observe(number, number / 5, SIZE, (seen("t1", label),))
    course = gallery.course("t1")
    assert course is not None
    (sighting,) = gallery.sightings([course.first])
    assert (sighting.label, sighting.other_labels) == ("car", ("truck",))


def test_who_stands_at_a_border_is_neither_in_nor_out() -> None:
    """A foot within the margin of a zone's outline."""
    gallery = Gallery({"step": STEP})
    gallery.observe(1, 1.0, SIZE, (seen("t1", box=(0.35, 0.4, 0.44, 0.8)),))
    course = gallery.course("t1")
    assert course is not None
    assert gallery.sightings([course.first])[0].near_zones == ("step",)


@given(st.lists(st.tuples(st.integers(1, 400), st.floats(0.01, 0.4)), max_size=80))
@settings(max_examples=15, deadline=None)
def test_nothing_grows_without_bound(frames: list[tuple[int, float]]) -> None:
    """However many tracks come and go, and however fast."""
    gallery, at = Gallery({}, seconds=2.0), 0.0
    for number, (first, pause) in enumerate(frames):
        at += pause
        objects = tuple(seen(f"t{first + other}") for other in range(9))
        gallery.observe(number, at, SIZE, objects)
    assert len(gallery) <= TRACKS
    assert len(gallery._looks) <= 12  # noqa: SLF001 (the very bound)
    assert all(len(c.changes) <= CHANGES for c in gallery._courses.values())  # noqa: SLF001
