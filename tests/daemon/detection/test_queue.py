"""Whose turn it is."""

import asyncio
from collections import Counter

from daemon.detection.looking import Held, Look
from daemon.detection.queue import Outcome, Queue
from daemon.edges import Edge


def look(camera: str, weight: float = 1.0) -> Look:
    """Make a look that nobody waits for."""
    edge: Edge[Held] = Edge(camera, 1)
    return Look(camera, edge, None, lambda: None, weight)


async def test_turns_follow_the_rates() -> None:
    """Who asks for ten a second is served ten times as often as who asks for one."""
    queue, served = Queue(), Counter[str]()
    rates = {"fast": 10.0, "slow": 1.0, "middle": 5.0}
    for camera, rate in rates.items():
        queue.put(look(camera, rate))
    for _ in range(160):
        request = queue.pop()
        served[request.look.camera] += 1
        queue.put(look(request.look.camera, rates[request.look.camera]))
    assert {name: round(count / 10) for name, count in served.items()} == {
        "fast": 10,
        "slow": 1,
        "middle": 5,
    }


async def test_who_was_away_is_owed_nothing() -> None:
    """A camera that comes back after a long time takes its turn, not all turns."""
    queue = Queue()
    for _ in range(50):
        queue.put(look("steady"))
        queue.pop()
    served = Counter[str]()
    queue.put(look("steady"))
    queue.put(look("newcomer"))
    for _ in range(10):
        request = queue.pop()
        served[request.look.camera] += 1
        queue.put(look(request.look.camera))
    assert abs(served["steady"] - served["newcomer"]) <= 1


async def test_asker_that_left_is_not_answered_and_forgotten() -> None:
    """A removed request is not served, a cancelled one takes no answer, a gone camera no room."""
    queue = Queue()
    request = queue.put(look("yard"))
    queue.remove(request)
    assert not len(queue)
    request.answer.cancel()
    request.settle(Outcome(None, "torn"))
    assert request.answer.cancelled()
    queue.put(look("yard"))
    queue.pop()
    queue.forget("yard")
    assert not queue._finish  # noqa: SLF001 (that nothing piles up is what holds)


async def test_waiting_ends_when_somebody_asks() -> None:
    """Nobody waits out the whole time for nothing."""
    queue, clock = Queue(), asyncio.get_running_loop().time
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        waiting = group.create_task(queue.wait(clock() + 60))
        await asyncio.sleep(0)
        queue.put(look("yard"))
        await waiting
    await queue.wait(clock() - 1)
