"""The only thing that lies between two stages of the daemon."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Generic, Literal, TypeVar

T = TypeVar("T")

Overflow = Literal["drop_oldest", "wait"]


class EdgeClosed(Exception):
    """Raised when putting into, or taking from, an edge that was closed."""


def _forget(_: object) -> None:
    """Drop an item that nobody has to be told about."""


class Edge(Generic[T]):
    """A bounded, counted, closable hand-over on one event loop.

    With a capacity of one and the default overflow it is a latest-value slot.

    Args:
        name: Shown in logs and figures.
        capacity: How many items may wait.
        overflow: What to do when full: forget the oldest item, or make the producer wait.
        on_drop: Told about every item that is forgotten, so that what it holds can be given back.
    """

    def __init__(
        self,
        name: str,
        capacity: int,
        overflow: Overflow = "drop_oldest",
        on_drop: Callable[[T], None] = _forget,
    ) -> None:
        self.name = name
        self.capacity = capacity
        self.overflow = overflow
        self.passed = 0
        self.dropped = 0
        self._on_drop = on_drop
        self._items: deque[T] = deque()
        self._closed = False
        self._changed = asyncio.Condition()

    def __len__(self) -> int:
        """Count the items waiting."""
        return len(self._items)

    @property
    def closed(self) -> bool:
        """Whether nothing more will be put in."""
        return self._closed

    @property
    def newest(self) -> T | None:
        """The item put in last, if it still waits."""
        return self._items[-1] if self._items else None

    async def put(self, item: T) -> None:
        """Hand an item over. Waits only if the overflow says so; cancelling then loses the item.

        Raises:
            EdgeClosed: The edge was closed; the item stays the caller's.
        """
        async with self._changed:
            while self.overflow == "wait" and len(self) >= self.capacity and not self._closed:
                await self._changed.wait()
            if self._closed:
                raise EdgeClosed(self.name)
            if len(self) >= self.capacity:
                self._drop(self._items.popleft())
            self._items.append(item)
            self._changed.notify_all()

    async def ready(self) -> bool:
        """Wait until an item can be taken; False means closed and empty. Takes nothing."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._items or self._closed)
            return bool(self._items)

    async def take(self) -> T:
        """Wait for one item. Cancelling loses nothing.

        Raises:
            EdgeClosed: Closed, and nothing is left.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: self._items or self._closed)
            return self._pop()

    async def take_waiting(self) -> T | None:
        """Take an item that is there already, or None."""
        async with self._changed:
            return self._pop() if self._items else None

    async def take_if(self, wanted: Callable[[T], bool]) -> T | None:
        """Take the item that waits longest if it is wanted; else leave it and return None."""
        async with self._changed:
            return self._pop() if self._items and wanted(self._items[0]) else None

    async def close(self) -> None:
        """Let consumers finish what is waiting, then end their iteration."""
        async with self._changed:
            self._closed = True
            self._changed.notify_all()

    def drain(self) -> None:
        """Drop what is waiting, counted."""
        while self._items:
            self._drop(self._items.popleft())

    async def __aiter__(self) -> AsyncIterator[T]:
        """Iterate until closed and empty. Several consumers share the items."""
        while await self.ready():
            item = await self.take_waiting()
            if item is not None:
                yield item

    def _pop(self) -> T:
        if not self._items:
            raise EdgeClosed(self.name)
        self.passed += 1
        self._changed.notify_all()
        return self._items.popleft()

    def _drop(self, item: T) -> None:
        self.dropped += 1
        self._on_drop(item)
