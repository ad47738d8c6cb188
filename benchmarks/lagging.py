"""A sink that takes events and, beside that, notes how late the daemon's event loop is.

It runs in the daemon under measurement, by `type: "benchmarks.lagging:LagSink"`: nothing of the
daemon is changed to be measured. How late the loop is means how much later than asked a call comes
that was asked for in 5 ms.
"""

import asyncio
import json
from array import array
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict

from reasoners import Event
from sinks import Site
from sinks.message import Message

TICK = 0.005


class LagConfig(BaseModel):
    """Where it is written down."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    record: Path
    """JSON file: monotonic seconds of each call, and milliseconds it came late."""


class LagSink:
    """Takes everything, keeps nothing but the times of its own calls."""

    Config: ClassVar[type[BaseModel]] = LagConfig

    def __init__(self, name: str, config: LagConfig, site: Site) -> None:  # noqa: ARG002 (its interface)
        self._record = config.record
        self._at = array("d")
        self._late = array("d")
        self._due = 0.0
        self._next: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        self._again()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Stop, and write down what was noted."""
        if self._next is not None:
            self._next.cancel()
        self._record.write_text(json.dumps({"at": list(self._at), "late_ms": list(self._late)}))

    async def deliver(self, event: Event) -> None:
        """Take one revision."""

    async def show(self, message: Message) -> None:
        """Take nothing else."""

    def wants(self, kind: type[BaseModel]) -> bool:  # noqa: ARG002 (its interface)
        """Nothing else."""
        return False

    def _again(self) -> None:
        loop = asyncio.get_running_loop()
        self._due = loop.time() + TICK
        self._next = loop.call_at(self._due, self._called)

    def _called(self) -> None:
        now = asyncio.get_running_loop().time()
        self._at.append(now)
        self._late.append(1000 * (now - self._due))
        self._again()
