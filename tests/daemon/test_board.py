"""What is shown beside events: the latest of each state, paced counts, bounded notices."""

import asyncio
from typing import Any, Literal

import pytest
from rig.revisions import revision
from rig.waiting import running

from daemon.board import FRAMES, NOTICES, PACE, Board, Listener
from sinks import (
    Arrangement,
    CameraStatus,
    Forecast,
    FrameReport,
    Message,
    Notice,
    ObjectCounts,
    Place,
    RuleState,
    Snapshot,
    State,
    Stats,
    SwitchState,
    ZoneCounts,
)


def status(state: Literal["online", "stalled"] = "online", camera: str = "yard") -> CameraStatus:
    """Return a state of a camera."""
    return CameraStatus(camera=camera, state=state, since=1.0)


def counts(people: int, camera: str = "yard", at: float = 1.0) -> ObjectCounts:
    """Return how many people a camera sees."""
    return ObjectCounts(camera=camera, at=at, counts={"person": people})


def notice(text: str) -> Notice:
    """Return something said once."""
    return Notice(kind="degraded", at=1.0, node="box1", text=text)


def report(index: int) -> FrameReport:
    """Return what was seen in a frame."""
    return FrameReport(camera="yard", index=index, captured_at=1, received_at=1, published_at=1)


async def next_of(listener: Listener, within: float = 1.0) -> Message | Arrangement | None:
    """Return what is shown next; None if there is nothing."""
    try:
        async with asyncio.timeout(within):
            return await listener.next()
    except TimeoutError:
        return None


async def test_only_the_latest_of_a_state_is_shown() -> None:
    """A sink that was slow sees the present, not the past."""
    board = Board()
    listener = board.listen()
    board.show(status("stalled"))
    board.show(status("online"))
    board.show(status("stalled", "porch"))
    shown = [await next_of(listener), await next_of(listener), await next_of(listener, 0.05)]
    assert shown == [status("online"), status("stalled", "porch"), None]


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (status(), CameraStatus(camera="yard", state="online", since=2.0)),
        (counts(1), counts(1, at=2.0)),
        (
            ZoneCounts(camera="yard", zone="step", at=1, counts={}),
            ZoneCounts(camera="yard", zone="step", at=2, counts={}),
        ),
    ],
)
async def test_what_is_known_is_not_shown_again(first: Any, again: Any) -> None:
    """The same value at a later time is no news."""
    board = Board()
    listener = board.listen()
    board.show(first)
    assert await next_of(listener) == first
    board.show(again)
    assert await next_of(listener, PACE + 0.2) is None


async def test_counts_are_paced_and_the_last_one_wins() -> None:
    """Counts of a camera come at most once a second; those of another do not wait for them."""
    loop = asyncio.get_running_loop()
    board = Board()
    listener = board.listen()
    board.show(counts(1))
    assert await next_of(listener) == counts(1)
    began = loop.time()
    board.show(counts(2))
    board.show(counts(3))
    board.show(counts(7, "porch"))
    assert await next_of(listener) == counts(7, "porch")
    assert loop.time() - began < PACE / 2
    assert await next_of(listener, 2 * PACE) == counts(3)
    assert loop.time() - began >= PACE * 0.9


async def test_states_do_not_wait_for_paced_counts() -> None:
    """While counts wait for their time, a camera's state is shown at once."""
    board = Board()
    listener = board.listen()
    board.show(counts(1))
    await next_of(listener)
    board.show(counts(2))
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(listener.next())
        await asyncio.sleep(0)
        board.show(status())
    assert waiting.result() == status()


async def test_notices_come_in_order_and_are_bounded() -> None:
    """A sink that is away gets the newest hundred; what had to go is counted."""
    board = Board()
    listener = board.listen()
    for number in range(NOTICES + 5):
        board.tell(notice(str(number)))
    shown = [await next_of(listener) for _ in range(NOTICES)]
    assert shown == [notice(str(number)) for number in range(5, NOTICES + 5)]
    assert listener.dropped == 5
    assert await next_of(listener, 0.05) is None


async def test_frame_reports_are_few_and_fresh() -> None:
    """Of frame reports only the newest wait; the others are counted."""
    board = Board()
    listener = board.listen()
    for index in range(FRAMES + 3):
        board.tell(report(index))
    assert await next_of(listener) == report(3)
    assert listener.dropped == 3


async def test_anew_shows_every_state_again_but_no_stale_report() -> None:
    """After a reconnect all present states come, at once; notices that wait still come."""
    board = Board()
    listener = board.listen()
    board.show(status())
    board.show(counts(2))
    for _ in range(2):
        await next_of(listener)
    board.tell(report(1))
    board.tell(notice("while away"))
    listener.anew()
    shown = [await next_of(listener, 0.3) for _ in range(4)]
    assert shown == [notice("while away"), status(), counts(2), None]
    assert listener.dropped == 1


async def test_cancelled_next_loses_nothing() -> None:
    """A message that comes as the waiting ends is there for the next one."""
    board = Board()
    listener = board.listen()
    async with running(_wait(listener)):
        await asyncio.sleep(0)
    board.show(status())
    assert await next_of(listener) == status()


async def _wait(listener: Listener) -> None:
    await listener.next()


async def test_states_are_kept_once_per_key() -> None:
    """However long it runs, the board is as large as cameras and zones are many."""
    board = Board()
    listener = board.listen()
    for number in range(50):
        board.show(counts(number))
        board.show(ZoneCounts(camera="yard", zone="step", at=number, counts={"dog": number}))
        board.show(Stats(at=number, node="box1", uptime_s=number))
        board.pictures(revision(number), b"jpeg%d" % number, b"then%d" % number)
    assert len(board.states) == 5
    shown = [await next_of(listener) for _ in range(5)]
    assert Snapshot(camera="porch", event="e49", jpeg=b"jpeg49") in shown
    assert Forecast(camera="porch", event="e49", jpeg=b"then49") in shown
    assert await next_of(listener, 0.05) is None


async def test_what_a_sink_has_no_use_for_does_not_reach_it() -> None:
    """Neither a state nor a frame report wakes it, nor do they come after a reconnection."""
    board = Board()
    listener = board.listen(lambda kind: kind is Notice)
    for index in range(2 * FRAMES):
        board.tell(report(index))
    board.show(status())
    listener.anew()
    board.tell(notice("said"))
    assert [await next_of(listener), await next_of(listener, 0.05)] == [notice("said"), None]
    assert listener.dropped == 0


async def test_what_is_not_configured_any_more_is_not_shown() -> None:
    """The news comes first, then nothing of what is gone, though it was waiting or comes late."""
    board = Board()
    listener = board.listen()
    states: tuple[State, ...] = (
        *(status(), counts(1), ZoneCounts(camera="yard", zone="step", at=1, counts={})),
        *(status(camera="porch"), ZoneCounts(camera="porch", zone="step", at=1, counts={})),
        *(RuleState(camera="porch", rule=rule, active=1, at=1) for rule in ("gate", "seat")),
        SwitchState(camera="porch", switch="rule/seat", on=True, at=1),
        SwitchState(camera="porch", switch="detect", on=True, at=1),
        Forecast(camera="porch", event="e1", jpeg=b"then"),
        Stats(at=1, node="box1", uptime_s=1),
    )
    for state in states:
        board.show(state)
    news = Arrangement((Place("porch", "Porch", rules={"gate": "Gate"}),), gone=("yard",))
    board.arrange(news)
    for state in states:
        board.show(state.model_copy(update={"at": 2} if hasattr(state, "at") else {}))
    shown = [await next_of(listener) for _ in range(5)]
    assert shown[0] == news
    left = {("camera", "porch"), ("rule", "porch", "gate"), ("switch", "porch", "detect")}
    assert board.states.keys() == left | {("stats",)}
    assert {type(one) for one in shown[1:]} == {CameraStatus, RuleState, SwitchState, Stats}
    assert await next_of(listener, 0.05) is None


async def test_who_was_away_hears_of_the_last_arrangement_once() -> None:
    """It is handed out before the connection, and then not shown again."""
    board = Board()
    listener = board.listen()
    board.arrange(Arrangement(gone=("yard",)))
    board.arrange(Arrangement(gone=("shed",)))
    assert listener.arranged() == Arrangement(gone=("shed",))
    assert listener.arranged() is None
    assert await next_of(listener, 0.05) is None


def test_reports_are_made_where_one_sink_wants_them() -> None:
    """With nobody there, or only such as have no use for them, none need be."""
    board = Board()
    assert not board.wanted(FrameReport)
    board.listen(lambda kind: kind is Notice)
    assert not board.wanted(FrameReport)
    board.listen()
    assert board.wanted(FrameReport)
