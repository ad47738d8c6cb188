"""Nothing of what failed or was cancelled waits for the garbage collector."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from daemon.parting import forget, let_go


class Known:
    """What a frame knew."""


@pytest.fixture(autouse=True)
def _uncollected() -> Iterator[None]:
    """Let no collection help."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


async def fail(_: Known, failure: Exception) -> None:
    """Know something, and fail."""
    raise failure


async def fallen(known: Known) -> BaseExceptionGroup:
    """Fail in a group within a group, with a cause and a context."""
    try:
        async with asyncio.TaskGroup() as outer:
            outer.create_task(asyncio.sleep(9))
            async with asyncio.TaskGroup() as inner:
                cause = KeyError("cause")
                cause.__context__ = OSError("context")
                failure = ValueError("failed")
                failure.__cause__ = cause
                inner.create_task(fail(known, failure))
                await asyncio.sleep(9)
    except BaseExceptionGroup as group:
        return group
    raise AssertionError


async def test_what_a_failure_held_is_gone() -> None:
    """Groups, causes and contexts lose their tracebacks, and with them the frames."""
    known = Known()
    held = weakref.ref(known)
    group = await fallen(known)
    del known
    assert held() is not None
    let_go(group)
    assert held() is None
    assert [str(one) for one in group.exceptions] == [
        "unhandled errors in a TaskGroup (1 sub-exception)"
    ]


def test_a_failure_that_is_its_own_cause_is_no_endless_way() -> None:
    """A leaf whose cause is the group it came in ends the walk."""
    leaf = ValueError("leaf")
    group = ExceptionGroup("all", [leaf])
    leaf.__cause__ = group
    let_go(group)
    assert leaf.__cause__ is None


def test_what_was_only_wrapped_is_reached() -> None:
    """A group that nobody raised hides no leaf that somebody did."""
    with pytest.raises(ValueError, match="leaf") as raised:
        int("leaf")
    leaf = raised.value
    assert leaf.__traceback__ is not None
    let_go(ExceptionGroup("outer", [ExceptionGroup("inner", [leaf])]))
    assert leaf.__traceback__ is None


async def test_what_a_cancelled_task_held_is_gone() -> None:
    """A task that was cancelled within a group of its own keeps nothing, nor does its group."""
    known = Known()
    held = weakref.ref(known)

    async def wait(_: Known) -> None:
        async with asyncio.TaskGroup() as group:
            await group.create_task(asyncio.sleep(9))

    async with asyncio.TaskGroup() as group:
        task = group.create_task(wait(known))
        task.add_done_callback(forget)
        await asyncio.sleep(0)
        task.cancel()
    del known
    assert task.cancelled()
    assert held() is None
