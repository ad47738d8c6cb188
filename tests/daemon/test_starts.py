"""How many decoder children start at once."""

import asyncio

from daemon.starts import Start, Starts


async def test_no_more_start_than_there_are_places() -> None:
    """Others wait their turn, in order; a start that is over twice lets in one."""
    starts, began = Starts(2), list[int]()
    begun: dict[int, Start] = {}

    async def begin(number: int) -> None:
        begun[number] = await starts.begin()
        began.append(number)

    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        for number in range(4):
            group.create_task(begin(number))
        while len(began) < 2:  # noqa: ASYNC110 (the very moment)
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert began == [0, 1]
        begun[1].done()
        begun[1].done()
        while len(began) < 3:  # noqa: ASYNC110 (the very moment)
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert began == [0, 1, 2]
        begun[0].done()
    assert began == [0, 1, 2, 3]


async def test_whoever_stops_waiting_keeps_no_place() -> None:
    """A camera that is switched off before its turn leaves the turn to the next."""
    starts = Starts(1)
    first = await starts.begin()
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(starts.begin())
        await asyncio.sleep(0)
        waiting.cancel()
    first.done()
    async with asyncio.timeout(1):
        await starts.begin()
