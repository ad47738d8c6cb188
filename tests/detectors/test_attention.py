"""What is known to be where nobody looked."""

from collections.abc import Sequence

from rig.walkers import detections

from detectors import Attention, Box, Detections, Glance
from detectors.attention import FORGET, RECHECK

PARKED: Box = (0.7, 0.6, 0.72, 0.65)
FAR: Box = (0.2, 0.2, 0.21, 0.25)
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
CLOSE: Box = (0.1, 0.1, 0.32, 0.49)
"""A part of 416 pixels of 1920 around `FAR`."""

NONE = Detections.none()


def look(at: float, *regions: Box, moved: Sequence[Box] = ()) -> Glance:
    """Look at parts of a picture of 1920 x 1080 with a model of 416 x 416."""
    return Glance(at, regions, moved, 1080, 1920, (416, 416))


def known(box: Box) -> Attention:
    """Remember a thing that was seen twice."""
    attention = Attention()
    for at in (0.0, 0.2):
        attention.settle(look(at, box), detections((box, 0.8, "car")))
    return attention


def test_a_parked_thing_stays_while_others_are_looked_at() -> None:
    """What does not move goes on as found where nobody looked, marked, hardly less sure."""
    found = known(PARKED).settle(look(0.4, CLOSE, moved=[FAR]), detections((FAR, 0.9, "person")))
    assert found.label == ("person", "car")
    assert [round(float(score), 2) for score in found.score] == [0.9, 0.8]
    assert found.carried is not None
    assert found.carried.tolist() == [False, True]


def test_scores_fall_as_fast_as_things_go() -> None:
    """Before a camera whose things are often found gone, what nobody looks at is believed less."""
    steady, fickle = Attention(), Attention()
    for number in range(40):
        at = 2.0 * number
        for attention, there in ((steady, True), (fickle, number % 3 < 2)):
            rows = ((PARKED, 0.8, "car"),) if there else ()
            part: Box = (0.6, 0.5, 0.82, 0.89)
            attention.settle(look(at, part), detections(*rows))
    last = [one.settle(look(at + 0.4), NONE) for one in (steady, fickle)]
    later = [one.settle(look(at + 8), NONE) for one in (steady, fickle)]
    assert all(len(found) == 1 for found in (*last, *later[:1]))
    assert float(later[0].score[0]) > 0.7
    assert float(later[0].score[0]) < float(last[0].score[0])
    assert float(last[1].score[0]) < float(last[0].score[0])


def test_a_crowd_does_not_make_it_forget_what_stands() -> None:
    """More things than are remembered are found, and the parked one still goes on."""
    attention = known(PARKED)
    crowd = [((0.1, 0.1, 0.11 + k / 1e4, 0.15), 0.9, "person") for k in range(200)]
    attention.settle(look(0.4, CLOSE, moved=[CLOSE]), detections(*crowd))
    assert "car" in attention.settle(look(0.6), NONE).label


def test_what_a_close_look_does_not_show_is_gone() -> None:
    """A part that would have shown it, and did not, ends it."""
    close: Box = (0.6, 0.5, 0.82, 0.89)
    attention = known(PARKED)
    assert len(attention.settle(look(0.4, close), NONE)) == 0
    assert len(attention.settle(look(0.6), NONE)) == 0


def test_a_coarse_look_says_nothing_about_small_things() -> None:
    """The whole picture, in which it is a few pixels tall, does not end a far thing."""
    assert len(known(FAR).settle(look(0.4, WHOLE), NONE)) == 1
    near: Box = (0.3, 0.2, 0.5, 0.9)
    assert len(known(near).settle(look(0.4, WHOLE), NONE)) == 0


def test_what_moves_out_of_sight_is_not_made_up() -> None:
    """A thing that moved where nobody looked is left to the tracker's prediction."""
    assert len(known(PARKED).settle(look(0.4, CLOSE, moved=[PARKED]), NONE)) == 0


def test_what_moved_and_is_calm_now_is_asked_for_not_assumed() -> None:
    """A walker whose place is calm has gone or stands still: it is wanted at once, not carried."""
    attention = Attention()
    for at in (0.0, 0.2):
        attention.settle(look(at, CLOSE, moved=[FAR]), detections((FAR, 0.8, "person")))
    assert len(attention.settle(look(0.4), NONE)) == 0
    assert len(attention.wanted()) == 1
    assert len(attention.settle(look(0.6, CLOSE), detections((FAR, 0.8, "person")))) == 1
    assert len(attention.settle(look(0.8), NONE)) == 1


def test_still_things_are_looked_at_again() -> None:
    """What stands is wanted again after a while, what was found once at once, longest first."""
    attention = known(PARKED)
    assert attention.wanted() == ()
    attention.settle(look(0.2 + RECHECK), detections((FAR, 0.5, "person")))
    first, second = attention.wanted()
    assert abs(first[0] - PARKED[0]) < 1e-6
    assert abs(second[0] - FAR[0]) < 1e-6


def test_nothing_is_carried_on_for_ever() -> None:
    """A thing that could not be looked at again for long is given up."""
    attention = known(PARKED)
    assert len(attention.settle(look(FORGET), NONE)) == 1
    assert len(attention.settle(look(FORGET + 0.3), NONE)) == 0


def test_weak_finds_are_not_remembered_and_all_can_be_forgotten() -> None:
    """Noise is not carried on."""
    attention = Attention()
    attention.settle(look(0.0, CLOSE), detections((FAR, 0.2, "person")))
    assert attention.wanted() == ()
    attention = known(PARKED)
    attention.forget()
    assert len(attention.settle(look(0.4), NONE)) == 0
