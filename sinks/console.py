"""One readable line per revision, for people."""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import TracebackType
from typing import IO, ClassVar, Final, Literal, Self

from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.text import Text

from reasoners import Event
from sinks.errors import SinkRejected, SinkUnavailable
from sinks.message import Message, Notice
from sinks.sink import Site

_COLOURS: Final = {"info": "cyan", "warning": "yellow", "alert": "bold red"}


class ConsoleConfig(BaseModel):
    """Options of the console sink."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: Literal["stdout", "stderr"] = "stdout"
    """Where the lines go. Default `stdout`."""


class ConsoleSink:
    """Writes to the terminal, with colours where it has them and `NO_COLOR` is not set.

    Delivery: at least once, to the terminal or pipe; nothing is kept.
    """

    Config: ClassVar[type[BaseModel]] = ConsoleConfig

    def __init__(self, name: str, config: ConsoleConfig, site: Site) -> None:
        self.name = name
        self._config = config
        self._site = site
        self._thread: ThreadPoolExecutor | None = None

    async def __aenter__(self) -> Self:
        """Make ready."""
        # A terminal that was stopped with Ctrl-S blocks whoever writes; that must not be the loop.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"sink-{self.name}")
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Let go of the terminal."""
        if self._thread is not None:
            self._thread.shutdown(wait=False)
            self._thread = None

    async def deliver(self, event: Event) -> None:
        """Write one line."""
        await self._print(line(event))

    async def show(self, message: Message) -> None:
        """Write notices; everything else would only flood the screen."""
        if isinstance(message, Notice):
            await self._print(
                Text.assemble(
                    (_clock(message.at, media=False), "dim"),
                    f"  {message.camera or message.node}  ",
                    (f"{message.kind}: {plain(message.text)}", "magenta"),
                )
            )

    def wants(self, kind: type[BaseModel]) -> bool:
        """Only notices."""
        return issubclass(kind, Notice)

    async def _print(self, text: Text) -> None:
        if self._thread is None:
            raise SinkUnavailable(f"sink {self.name}: not open")
        stream = sys.stdout if self._config.to == "stdout" else sys.stderr
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, _write, stream, text)
        except (BrokenPipeError, ValueError) as exc:
            raise SinkRejected(f"{self._config.to}: nobody reads it any more") from exc
        except OSError as exc:
            raise SinkRejected(f"{self._config.to}: {exc.strerror}") from exc


def line(event: Event) -> Text:
    """Say one revision in one line: time, camera, type, what it is about, why."""
    labels = ", ".join(thing.label for thing in event.objects)
    text = Text.assemble(
        (_clock(event.updated_at, media=event.clock == "media"), "dim"),
        f"  {event.camera}  ",
        (f"{event.type:<6}", _COLOURS[event.severity]),
        (f"  {event.rule}", "bold"),
        f"  {plain(labels)}" if labels else "",
        f"  {plain(event.explanation)}",
    )
    if event.description:
        text.append(f"  “{plain(event.description)}”", "italic")
    if event.reasoning.state != "none":
        text.append(f"  [{event.reasoning.state}]", "dim")
    return text


def plain(text: str) -> str:
    """Take out what could steer a terminal: a model, or a sign in the picture, may have said it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _clock(at: float, *, media: bool) -> str:
    when = datetime.fromtimestamp(at, tz=UTC)
    return (when if media else when.astimezone()).strftime("%H:%M:%S.%f")[:-3]


def _write(stream: IO[str], text: Text) -> None:
    console = Console(file=stream, highlight=False, soft_wrap=True)
    with console.capture() as captured:
        console.print(text)
    try:
        stream.write(captured.get())
        stream.flush()
    except BrokenPipeError:
        _silence(stream)
        raise


def _silence(stream: IO[str]) -> None:
    """Point a broken stream nowhere: Python would complain once more at exit (see `signal`)."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
