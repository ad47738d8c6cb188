"""Where the reader leaves pictures and the control thread takes them."""

import threading
import time
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from rig.child import assert_balanced

from sources.child.handover import Dated, Handover
from sources.testing.scripted import ScriptedPicture


def dated(index: int) -> Dated:
    """Make the picture of an index; its time is the index."""
    picture = ScriptedPicture(1, index, 64, 48, float(index), corrupt=False)
    return Dated(picture, index, float(index), float(index))


def nothing() -> None:
    """Wake nobody."""


def test_newest_picture_wins_when_live() -> None:
    """Pictures that nobody took are superseded and counted."""
    handover = Handover(live=True, wake=nothing)
    for index in range(5):
        handover.offer(dated(index))
    taken = handover.take(None)
    assert taken is not None
    assert taken.index == 4
    assert handover.take(None) is None
    counts = handover.counts()
    assert (counts.decoded, counts.superseded, counts.handed_over) == (5, 4, 1)


def test_nothing_is_lost_of_a_recording() -> None:
    """The reader waits for each picture to be taken."""
    handover = Handover(live=False, wake=nothing)

    def read_all() -> None:
        for index in range(20):
            handover.offer(dated(index))

    reader = threading.Thread(target=read_all, daemon=True)
    reader.start()
    seen: list[int] = []
    while len(seen) < 20:
        taken = handover.take(None)
        if taken is not None:
            seen.append(taken.index)
    reader.join(5)
    assert seen == list(range(20))
    assert handover.counts().superseded == 0


def test_early_pictures_are_passed_over() -> None:
    """`not_before` supersedes what is earlier; a rounding error does not."""
    handover = Handover(live=True, wake=nothing)
    handover.offer(dated(3))
    assert handover.take(4.0) is None
    handover.offer(dated(4))
    assert handover.take(4.0 + 1e-9) is not None
    assert handover.counts().superseded == 1


def test_pictures_that_are_caught_up_with_come_one_after_the_other() -> None:
    """Each waits until the one before was taken and another is asked for; early ones do not."""
    handover = Handover(live=True, wake=nothing)
    taken: list[int] = []

    def consume() -> None:
        due = 0.0
        while len(taken) < 5:
            found = handover.take(due)
            if found is not None:
                taken.append(found.index)
                due = found.time + 2.0
            time.sleep(0.002)

    consumer = threading.Thread(target=consume, daemon=True)
    consumer.start()
    assert all(handover.offer_in_turn(dated(number), 10.0) for number in range(9))
    consumer.join(10)
    assert taken == [0, 2, 4, 6, 8]
    assert handover.counts().superseded == 4


def test_nobody_asks_and_the_picture_is_passed_over() -> None:
    """The reader goes on after its patience, and every picture is accounted for."""
    handover = Handover(live=True, wake=nothing)
    assert not handover.offer_in_turn(dated(0), 0.01)
    assert handover.counts().superseded == 1
    assert handover.take(None) is None


def test_stop_frees_a_waiting_reader() -> None:
    """A reader that waits for a picture to be taken ends when asked to."""
    handover = Handover(live=False, wake=nothing)
    handover.offer(dated(0))
    reader = threading.Thread(target=handover.offer, args=(dated(1),), daemon=True)
    reader.start()
    handover.stop()
    reader.join(5)
    assert not reader.is_alive()


def test_end_comes_after_the_last_picture() -> None:
    """A finished stream is over only once its last picture was taken."""
    handover = Handover(live=True, wake=nothing)
    handover.offer(dated(0))
    handover.finish()
    assert handover.finished
    assert not handover.over
    handover.take(None)
    assert handover.over


def spoil(handover: Handover, _: int) -> None:
    """Take a picture that turns out bad."""
    if handover.take(None) is not None:
        handover.spoiled()


STEPS: dict[str, Callable[[Handover, int], object]] = {
    "offer": lambda handover, index: handover.offer(dated(index)),
    "take": lambda handover, _: handover.take(None),
    "late": lambda handover, index: handover.take(index + 1.0),
    "corrupt": lambda handover, _: handover.corrupt(),
    "error": lambda handover, _: handover.decode_error(),
    "spoil": spoil,
}


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=60))
def test_counts_balance_whatever_happens(steps: list[str]) -> None:
    """After every step each decoded picture is accounted for."""
    handover = Handover(live=True, wake=nothing)
    for index, step in enumerate(steps):
        STEPS[step](handover, index)
        assert_balanced(handover.counts())


def test_only_pictures_that_are_waited_for_wake_anybody() -> None:
    """Live: nobody is woken before a question, for an early picture, or after the answer."""
    woken: list[int] = []
    handover = Handover(live=True, wake=lambda: woken.append(1))
    handover.offer(dated(0))
    assert not woken
    assert handover.take(3.0) is None
    handover.offer(dated(1))
    handover.offer(dated(2))
    assert not woken
    handover.offer(dated(3))
    assert len(woken) == 1
    assert handover.take(3.0) is not None
    handover.offer(dated(4))
    assert len(woken) == 1
    assert handover.counts().superseded == 3


def test_a_recording_goes_on_past_early_pictures() -> None:
    """Of a recording, too, what must be passed over wakes nobody, and holds the reader up no more.

    What comes before anybody has asked waits, early or not.
    """
    woken: list[int] = []
    handover = Handover(live=False, wake=lambda: woken.append(1))
    assert handover.take(2.0) is None
    handover.offer(dated(0))
    handover.offer(dated(1))
    assert not woken
    handover.offer(dated(2))
    assert len(woken) == 1
    taken = handover.take(2.0)
    assert taken is not None
    assert taken.index == 2
    handover.offer(dated(3))
    assert len(woken) == 1
    assert handover.take(5.0) is None
    counts = handover.counts()
    assert (counts.decoded, counts.superseded, counts.handed_over) == (4, 3, 1)
    assert_balanced(counts)
