"""A model in a process of its own, seen as any other: started, spoken to, started anew."""

import asyncio
import logging
import time
from contextlib import AsyncExitStack
from types import TracebackType
from typing import ClassVar, Self

from pydantic import BaseModel, ValidationError

from daemon.process import Process, ProcessGone
from daemon.supervisor import Failure, Retry, keep_alive
from reasoners import (
    Prompt,
    QuestionTooLong,
    ReasonerError,
    ReasonerRejected,
    ReasonerUnavailable,
    ReplyTruncated,
    Said,
)
from reasoners.local.config import LocalConfig
from reasoners.local.message import Answered, Cancel, Failed, Load, Loaded, from_worker, packed
from sources import ChannelBroken

logger = logging.getLogger(__name__)

Answer = asyncio.Future[Answered | Failed]


class HostedReasoner:
    """Keeps the process of one model, or of a parser, alive and asks it.

    Args:
        name: Shown in logs and in the command line of the process.
        load: What is loaded there.
        module: What the process runs.
        model: Name of the model, as answers carry it.
        loads: Seconds that loading may take.
    """

    Config: ClassVar[type[BaseModel]] = LocalConfig
    enforces = True

    def __init__(self, name: str, load: Load, module: str, *, model: str, loads: float) -> None:
        self.name = name
        self.description = ""
        """What it is, once it is loaded."""

        self.starts = 0
        self.failed = False
        """Whether its last life ended badly, and no other has begun to serve."""

        self._load = load
        self._module = module
        self._model = model
        self._loads = loads
        self._process: Process | None = None
        self.why = "the model is being loaded"
        """Why it does not serve, where it does not."""

        self._broken = False
        self._loaded = asyncio.Event()
        self._asked: dict[int, Answer] = {}
        self._number = 0
        self._stack = AsyncExitStack()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to load; does not wait for it."""
        retry = Retry((ReasonerUnavailable, ProcessGone, ChannelBroken), (ReasonerRejected,))
        group = await self._stack.enter_async_context(asyncio.TaskGroup())
        keep = keep_alive(f"reasoner {self.name}", self._once, retry, told=self._failed)
        self._task = group.create_task(keep, name=f"reasoner-{self.name}-process")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """End the process."""
        if self._task is not None:
            self._task.cancel()
        await self._stack.aclose()

    @property
    def serves(self) -> bool:
        """Whether it is loaded, and answers at once."""
        return self._process is not None and self._loaded.is_set()

    async def settled(self) -> None:
        """Wait until it is loaded, or until it is known that it will not be.

        Raises:
            ReasonerRejected: It will not be before a person has seen to it.
        """
        while not self.serves:
            if self._broken:
                raise ReasonerRejected(self.why)
            await self._loaded.wait()

    def restart(self) -> None:
        """Kill a process that does not answer; another is started."""
        if self._process is not None:
            self._process.kill()

    async def complete(self, prompt: Prompt) -> Said:
        """Return what the model says; see `Reasoner.complete` for what is raised."""
        started = time.monotonic()
        await self.settled()
        process = self._process
        if process is None:
            raise ReasonerUnavailable(self.why)
        self._number += 1
        number = self._number
        question, pictures = packed(number, prompt)
        answer: Answer = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        try:
            await process.send(question, pictures)
            said = await answer
        except ProcessGone as exc:
            raise ReasonerUnavailable(str(exc)) from exc
        except asyncio.CancelledError:
            await self._cancel(process, number)
            raise
        finally:
            self._asked.pop(number, None)
        return self._said(said, started, len(pictures))

    def _said(self, said: Answered | Failed, started: float, size: int) -> Said:
        if isinstance(said, Failed):
            raise _error(said)
        if said.truncated:
            raise ReplyTruncated("the reply was cut off by the token limit (truncated)")
        took = round(time.monotonic() - started, 3)
        return Said(said.text, self._model, said.asked, said.answered, said.first_s, took, size)

    async def _cancel(self, process: Process, number: int) -> None:
        """Free the model; it stops before the next token."""
        try:
            await process.send(Cancel(id=number))
        except ProcessGone:
            return

    async def _once(self) -> None:
        """Run one process from its start to its end."""
        self._loaded.clear()
        self.starts += 1
        why = "the model's process ended"
        try:
            async with Process(self._module, self.name, grace=0.5) as process:
                await process.send(self._load)
                async with asyncio.timeout(self._loads):
                    first = from_worker.validate_json((await process.receive()).text)
                if isinstance(first, Failed):
                    raise _error(first)
                if not isinstance(first, Loaded):
                    raise ChannelBroken("answered before it was asked")
                self.description, self._process = first.description, process
                self._broken = self.failed = False
                logger.info("reasoner %s ready: %s", self.name, first.description)
                self._loaded.set()
                await self._hear(process)
        except ReasonerError as exc:
            why = str(exc)
            raise
        except TimeoutError:
            raise ReasonerUnavailable(f"not loaded within {self._loads:g} s") from None
        except ValidationError:
            raise ChannelBroken("said what no honest process says") from None
        finally:
            self._process = None
            self._loaded.clear()
            gone = Failed(remedy="unavailable", reason=why)
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_result(gone)

    async def _hear(self, process: Process) -> None:
        while True:
            message = from_worker.validate_json((await process.receive()).text)
            if isinstance(message, Loaded):
                raise ChannelBroken("loaded twice")
            if isinstance(message, Failed) and message.id is None:
                raise _error(message)
            answer = self._asked.get(message.id or 0)
            if answer is not None and not answer.done():
                answer.set_result(message)

    async def _failed(self, failure: Failure) -> None:
        self.why, self._broken, self.failed = failure.reason, failure.parked, True
        if failure.parked:
            # Whoever waits is to hear why.
            self._loaded.set()


def _error(failed: Failed) -> ReasonerError:
    match failed.remedy:
        case "rejected":
            return ReasonerRejected(failed.reason)
        case "too_long":
            return QuestionTooLong(failed.reason)
        case _:
            return ReasonerUnavailable(failed.reason)
