"""Who holds which slot."""

import asyncio
import os

from daemon.slots import SlotPool


async def test_each_slot_is_lent_once() -> None:
    """As many leases as slots; the next one waits until one comes back."""
    with SlotPool(2) as pool:
        first, second = await pool.lease(), await pool.lease()
        assert {first.number, second.number} == {0, 1}
        assert pool.free == 0
        third = asyncio.get_running_loop().create_task(pool.lease())
        await asyncio.sleep(0)
        assert not third.done()
        second.release()
        assert (await asyncio.wait_for(third, 1)).number == second.number


async def test_releasing_twice_gives_back_once() -> None:
    """A lease that is given back twice does not lend its slot to two."""
    with SlotPool(1) as pool:
        lease = await pool.lease()
        lease.release()
        again = await pool.lease()
        lease.release()
        assert pool.free == 0
        again.release()
        assert pool.free == 1


async def test_cancelled_lease_loses_no_slot() -> None:
    """Whoever stops waiting leaves the slot to the next."""
    with SlotPool(1) as pool:
        held = await pool.lease()
        waiting = asyncio.get_running_loop().create_task(pool.lease())
        await asyncio.sleep(0)
        waiting.cancel()
        held.release()
        await asyncio.sleep(0)
        assert pool.free == 1


async def test_many_wait_and_all_are_served() -> None:
    """Slots go round; nobody starves and none is lent twice at a time."""
    lent: set[int] = set()

    async def borrow(pool: SlotPool) -> None:
        lease = await pool.lease()
        assert lease.number not in lent
        lent.add(lease.number)
        await asyncio.sleep(0)
        lent.discard(lease.number)
        lease.release()

    with SlotPool(3) as pool:
        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            for _ in range(50):
                group.create_task(borrow(pool))
        assert pool.free == 3


def test_memory_is_given_back() -> None:
    """Leaving closes both descriptors; the one for the detector cannot write."""
    with SlotPool(2) as pool:
        own, other = pool.descriptor, pool.readonly
        assert os.fstat(own).st_ino == os.fstat(other).st_ino
        try:
            os.pwrite(other, b"x", 0)
        except OSError:
            denied = True
        else:
            denied = False
    assert denied
    for descriptor in (own, other):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        raise AssertionError(f"descriptor {descriptor} is still open")
