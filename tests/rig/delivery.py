"""The smallest loop that carries events from a journal to a sink, for tests of sinks."""

import asyncio
from dataclasses import dataclass, field

from sinks import EventRejected, Sink, SinkUnavailable
from sinks.journal import Entry, Journal

WINDOW = 20
"""Deliveries on their way at a time, and at most one per camera."""

REFUSALS = 3
"""So often an event is offered before it is put aside."""


@dataclass(slots=True)
class Delivery:
    """Carries; knows what was acknowledged, and how often it had to connect anew."""

    journal: Journal
    sink: Sink
    name: str = "mqtt"
    connects: int = 0
    acknowledged: list[tuple[float, str]] = field(default_factory=list)
    """Loop time and event id of each success."""

    refusals: dict[int, int] = field(default_factory=dict)
    moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def reaches(self, count: int) -> None:
        """Wait until so many deliveries were acknowledged."""
        async with self.moved:
            await self.moved.wait_for(lambda: len(self.acknowledged) >= count)

    async def drain(self, until: int) -> None:
        """Deliver everything up to a position, through any number of broken connections."""
        while self.journal.cursor(self.name) < until:
            try:
                async with self.sink:
                    self.connects += 1
                    while self.journal.cursor(self.name) < until:
                        await self._batch()
            except SinkUnavailable:
                await asyncio.sleep(0.05)

    async def _batch(self) -> None:
        """Deliver the next entries; the cursor moves over those settled without a gap."""
        entries = self.journal.after(self.journal.cursor(self.name), WINDOW)
        cameras: dict[str, list[Entry]] = {}
        for entry in entries:
            cameras.setdefault(entry.event.camera, []).append(entry)
        results = {entry.position: False for entry in entries}
        failures: list[SinkUnavailable] = []

        async def follow(queue: list[Entry]) -> None:
            for entry in queue:
                try:
                    await self._offer(entry)
                except SinkUnavailable as exc:
                    failures.append(exc)
                    return
                results[entry.position] = True

        async with asyncio.TaskGroup() as group:
            for queue in cameras.values():
                group.create_task(follow(queue))
        settled = 0
        for entry in entries:
            if not results[entry.position]:
                break
            settled = entry.position
        if settled:
            delivered = sum(results.values())
            self.journal.advance({self.name: settled}, {self.name: delivered})
        if failures:
            raise failures[0]

    async def _offer(self, entry: Entry) -> None:
        while True:
            try:
                await self.sink.deliver(entry.event)
            except EventRejected as exc:
                refusals = self.refusals.get(entry.position, 0) + 1
                self.refusals[entry.position] = refusals
                if refusals >= REFUSALS:
                    self.journal.dead_letter(self.name, entry, str(exc))
                    return
            else:
                now = asyncio.get_running_loop().time()
                self.acknowledged.append((now, entry.event.id))
                async with self.moved:
                    self.moved.notify_all()
                return
