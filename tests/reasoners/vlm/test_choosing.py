"""Which frames are worth a question."""

from rig.asked import JPEG, seen

from reasoners import (
    Gallery,
    Limits,
    Pick,
    PictureTaken,
    keyframes,
    picks,
    repeats,
    requests,
    sharpest,
)
from reasoners.event import EventObject
from reasoners.scene.line import LineConfig
from reasoners.scene.zone import ZoneConfig
from reasoners.vlm.choosing import Taken, alike, crop
from reasoners.vlm.gallery import Look

SIZE = (1280, 720)
ZONES = {"step": ZoneConfig(points=((0.4, 0.5), (0.8, 0.5), (0.8, 1.0), (0.4, 1.0)))}


def visit(seconds: float, *, still: bool = False) -> Gallery:
    """Watch somebody come nearer for so long, five frames a second, after 2 s of nothing."""
    gallery = Gallery(ZONES)
    for number in range(int((2 + seconds) * 5)):
        at, objects = number / 5, tuple[EventObject, ...]()
        if at >= 2:
            near = 0.0 if still else (at - 2) / seconds * 0.3
            box = (0.4 - near / 2, 0.5 - near, 0.5 + near / 2, 0.6 + near)
            objects = (seen("t1", box=box),)
        gallery.observe(number, at, SIZE, objects)
    return gallery


def test_a_visit_is_shown_from_before_until_now() -> None:
    """The scene without, first sight, best view or latest, and something in between."""
    found = picks(visit(7.0), ("t1",))
    assert [pick.reason for pick in found][:2] == ["best_view", "first_sight"]
    assert {"spread", "before"} <= {pick.reason for pick in found}
    by_reason = {pick.reason: pick.look.at for pick in found}
    assert by_reason["before"] < 2 <= by_reason["first_sight"] < by_reason["best_view"]


def test_a_frame_that_shows_the_same_is_not_picked_twice() -> None:
    """Somebody who stands still is shown once, however long."""
    found = picks(visit(1.0, still=True), ("t1",))
    assert [pick.reason for pick in found] == ["best_view", "before"]


def test_without_a_track_there_is_nothing_to_pick() -> None:
    """The event's snapshot is all there is."""
    assert picks(visit(3.0), ("t9",)) == ()


def test_pictures_are_whole_and_cut_and_fit_the_model() -> None:
    """Both from the frame that is named, in steps of a patch, with track ids and zones marked."""
    small = seen("t1", box=(0.3, 0.4, 0.4, 0.6))
    pick = Pick(Look(7, 2.0, (small, seen("t2", "dog"))), "best_view", 0.5)
    line = {"gate": LineConfig(points=((0.1, 0.9), (0.9, 0.9)))}
    whole, cut = requests(pick, ("t1",), ZONES, line, SIZE, Limits())
    assert (whole[0], cut[0]) == ("whole", "crop")
    assert whole[1].index == cut[1].index == 7
    assert whole[1].crop is None
    assert whole[1].measure
    assert whole[1].multiple == 28
    assert whole[1].longest == 42 * 28
    assert [mark.text for mark in whole[1].marks] == ["step", "gate", "t1", "t2"]
    assert cut[1].crop is not None
    left, top, right, bottom = cut[1].crop
    assert left < 0.3
    assert right > 0.4
    assert top < 0.4
    assert bottom > 0.6
    (alone,) = requests(Pick(pick.look, "latest", 0.5), ("t1",), ZONES, line, SIZE, Limits())
    assert alone[0] == "whole"


def test_a_cut_that_shows_everything_is_not_taken() -> None:
    """Nor one around nothing, nor around what is large anyway."""
    assert crop(Look(1, 0.0, (seen("t1", box=(0.4, 0.4, 0.5, 0.8)),)), ("t1",)) is None
    assert crop(Look(1, 0.0, (seen("t1", box=(0.1, 0.1, 0.9, 0.9)),)), ("t1",)) is None
    assert crop(Look(1, 0.0, ()), ("t1",)) is None
    tiny = crop(Look(1, 0.0, (seen("t1", box=(0.98, 0.5, 1.0, 0.52)),)), ("t1",))
    assert tiny is not None
    assert tiny[2] == 1.0
    assert abs(tiny[2] - tiny[0] - 0.15) < 1e-9


def test_near_duplicates_are_known_by_their_looks() -> None:
    """Alike to the eye and nobody moved; without a fingerprint nothing is held to be alike."""
    one, near, far = (PictureTaken(JPEG, 8, 8, bits, 0.5) for bits in (0, 0b111, 0xFFFF))
    boxes = ((0.1, 0.2, 0.2, 0.6), (0.3, 0.2, 0.4, 0.6))
    here, there = (Look(1, 1.0, (seen("t1", box=box),)) for box in boxes)
    assert alike(one, near, here, here, ("t1",))
    assert not alike(one, far, here, here, ("t1",))
    assert not alike(one, near, here, there, ("t1",))
    assert not alike(one, PictureTaken(JPEG, 8, 8), here, here, ("t1",))


def test_a_frame_with_a_cut_hides_no_repetition() -> None:
    """The whole scene is held beside the whole scene, and a cut beside a cut alone."""
    here = Look(1, 1.0, (seen("t1"),))
    best, other = Pick(here, "best_view", 0.5), Pick(here, "latest", 0.5)
    scene, same, cut, waving = (
        PictureTaken(JPEG, 8, 8, bits) for bits in (0xFFFF, 0xFFFE, 0xF0F0F0F0, 0x0F0F0F0F)
    )
    first: Taken = (best, [("whole", scene), ("crop", cut)])
    bare: Taken = (other, [("whole", same)])
    moved: Taken = (other, [("whole", same), ("crop", waving)])
    assert repeats(bare, first, ("t1",))
    assert repeats(first, bare, ("t1",))
    assert not repeats(moved, first, ("t1",))
    assert not repeats((other, []), first, ("t1",))


def test_keyframes_are_named_in_order_of_time() -> None:
    """With reason, pictures, what the detector saw on them, and how good a view it is."""
    late = Pick(Look(9, 4.0, (seen("t1"),)), "best_view", 0.6)
    early = Pick(Look(3, 1.0, ()), "before", None)
    made = PictureTaken(JPEG, 56, 28, 1, 0.5)
    one, two = keyframes([(late, [("whole", made), ("crop", made)]), (early, [("whole", made)])])
    assert (one.name, one.index, one.reason, one.quality) == ("k1", 3, "before", None)
    assert (two.name, two.index, two.reason, two.quality) == ("k2", 9, "best_view", 0.3)
    assert [shot.part for shot in two.shots] == ["whole", "crop"]
    assert two.objects[0].track == "t1"


def test_the_sharper_of_two_good_views_is_the_best() -> None:
    """Size and score choose the candidates, the pixels among them."""
    best = Pick(Look(1, 1.0, (seen("t1"),)), "best_view", 0.6)
    other = Pick(Look(2, 2.0, (seen("t1"),)), "spread", 0.55)
    blurred, sharp = (PictureTaken(JPEG, 8, 8, 1, value) for value in (0.2, 0.8))
    swapped = sharpest([(best, [("whole", blurred)]), (other, [("whole", sharp)])])
    assert [pick.reason for pick, _ in swapped] == ["spread", "best_view"]
    assert [pick.reason for pick, _ in sharpest([(best, [("whole", sharp)])])] == ["best_view"]
