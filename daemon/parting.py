"""Parting from what failed or was cancelled, so that nothing of it waits for the garbage collector.

An exception holds a traceback, that the frames, and one of those often the exception again: a task
group's does. What such a frame knew, a camera's whole host, stays until a full collection; which
comes after 70,000 objects more than there were, and that is half an hour of cameras that come and
go.
"""

import asyncio
from typing import Any


def let_go(exc: BaseException) -> None:
    """Take apart a failure that nobody will look into any more: tracebacks, causes, contexts."""
    pending, met = [exc], {id(exc)}
    while pending:
        one = pending.pop()
        others = [other for other in (one.__cause__, one.__context__) if other is not None]
        if isinstance(one, BaseExceptionGroup):
            others += one.exceptions
        one.__traceback__ = one.__cause__ = one.__context__ = None
        for other in others:
            if id(other) not in met:
                met.add(id(other))
                pending.append(other)


def forget(task: asyncio.Task[Any]) -> None:
    """Take from a task that was cancelled how it ended; for `add_done_callback`.

    It keeps that for whoever asks. Of a failed one its task group takes it.
    """
    if task.cancelled():
        try:
            task.exception()
        except asyncio.CancelledError as exc:
            let_go(exc)
