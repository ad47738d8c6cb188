"""The hand-over between stages: bounded, counted, closable."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.edges import Edge, EdgeClosed


async def settled() -> None:
    """Let every task that can run, run."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_slot_keeps_the_newest_when_full() -> None:
    """Of what is put into an edge of capacity one, the newest is taken and the rest counted."""
    dropped: list[int] = []
    edge: Edge[int] = Edge("x", 1, on_drop=dropped.append)
    for number in range(4):
        await edge.put(number)
    assert await edge.take() == 3
    assert (dropped, edge.dropped, edge.passed) == ([0, 1, 2], 3, 1)


async def test_waiting_edge_holds_its_producer_back() -> None:
    """With `wait` nothing is dropped: the producer goes on when there is room."""
    edge: Edge[int] = Edge("x", 2, "wait")
    await edge.put(1)
    await edge.put(2)
    third = asyncio.get_running_loop().create_task(edge.put(3))
    await settled()
    assert not third.done()
    assert await edge.take() == 1
    await asyncio.wait_for(third, 1)
    assert [await edge.take(), await edge.take()] == [2, 3]
    assert edge.dropped == 0


async def test_cancelled_take_loses_nothing() -> None:
    """Whoever stops waiting leaves the item to the next."""
    edge: Edge[int] = Edge("x", 1)
    waiting = asyncio.get_running_loop().create_task(edge.take())
    await settled()
    waiting.cancel()
    await edge.put(1)
    await settled()
    assert await edge.take_waiting() == 1


async def test_what_is_not_wanted_stays() -> None:
    """An item is taken if it is wanted; else it waits on for somebody who does want it."""
    edge: Edge[int] = Edge("x", 1)
    assert await edge.take_if(lambda _: True) is None
    await edge.put(1)
    assert await edge.take_if(lambda number: number > 1) is None
    assert await edge.take_if(lambda number: number == 1) == 1
    assert (len(edge), edge.passed, edge.dropped) == (0, 1, 0)


async def test_closed_edge_is_emptied_and_then_ends() -> None:
    """What waits is still taken; then iteration ends, and takers and putters are told."""
    edge: Edge[int] = Edge("x", 4)
    await edge.put(1)
    await edge.put(2)
    await edge.close()
    assert edge.closed
    assert [item async for item in edge] == [1, 2]
    assert not await edge.ready()
    with pytest.raises(EdgeClosed):
        await edge.take()
    with pytest.raises(EdgeClosed):
        await edge.put(3)


async def test_closing_wakes_everybody_who_waits() -> None:
    """A taker of an empty edge and a putter into a full one end when it is closed."""
    loop = asyncio.get_running_loop()
    empty: Edge[int] = Edge("x", 1)
    full: Edge[int] = Edge("y", 1, "wait")
    await full.put(1)
    tasks = [loop.create_task(empty.take()), loop.create_task(full.put(2))]
    await settled()
    await empty.close()
    await full.close()
    for task in tasks:
        with pytest.raises(EdgeClosed):
            await asyncio.wait_for(task, 1)


async def test_ready_takes_nothing() -> None:
    """Looking whether something is there leaves it there."""
    edge: Edge[int] = Edge("x", 1)
    await edge.put(1)
    assert await edge.ready()
    assert len(edge) == 1
    assert await edge.take_waiting() == 1
    assert await edge.take_waiting() is None


async def test_drained_items_are_counted_and_given_back() -> None:
    """Whoever holds something for an item is told that it will not be taken."""
    dropped: list[int] = []
    edge: Edge[int] = Edge("x", 4, on_drop=dropped.append)
    for number in range(3):
        await edge.put(number)
    edge.drain()
    assert (dropped, edge.dropped, len(edge)) == ([0, 1, 2], 3, 0)


async def test_several_consumers_share_the_items() -> None:
    """Each item goes to exactly one of them."""
    edge: Edge[int] = Edge("x", 4, "wait")

    async def consume() -> list[int]:
        return [item async for item in edge]

    async with asyncio.TaskGroup() as group:
        consumers = [group.create_task(consume()) for _ in range(3)]
        for number in range(50):
            await edge.put(number)
        await edge.close()
    assert sorted(item for task in consumers for item in task.result()) == list(range(50))


@given(st.integers(1, 5), st.lists(st.sampled_from(("put", "take", "drain")), max_size=60))
@settings(max_examples=200, deadline=None)
def test_accounts_balance_after_any_story(capacity: int, story: list[str]) -> None:
    """What was put is taken, dropped or waiting, in order, and never more than fits."""
    asyncio.run(_tell(capacity, story))


async def _tell(capacity: int, story: list[str]) -> None:
    taken: list[int] = []
    edge: Edge[int] = Edge("x", capacity)
    put = 0
    for action in story:
        if action == "put":
            await edge.put(put)
            put += 1
        elif action == "take" and (item := await edge.take_waiting()) is not None:
            taken.append(item)
        elif action == "drain":
            edge.drain()
        assert len(edge) <= capacity
        assert put == edge.passed + edge.dropped + len(edge)
    assert taken == sorted(taken)
    assert len(taken) == edge.passed
