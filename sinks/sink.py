"""The interface of this room."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from pydantic import BaseModel

from reasoners import Event
from sinks.command import Command
from sinks.departure import Departure
from sinks.message import Message


class Credential(Protocol):
    """A user name and a password, or a key alone."""

    @property
    def user(self) -> str | None:
        """Who we are; None where the password stands alone."""
        ...

    @property
    def password(self) -> str | None:
        """What proves it."""
        ...


def _unheeded(command: Command) -> None:
    """Take no orders."""


async def _unrecorded(departure: Departure) -> None:
    """Keep no ledger."""


def _untold(host: str, content: bytes, event: str) -> None:
    """Count nothing."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a sink may know of a camera."""

    name: str
    title: str
    """For people."""

    zones: Mapping[str, str] = field(default_factory=dict)
    """Name → title."""

    rules: Mapping[str, str] = field(default_factory=dict)
    """Name → title."""

    labels: tuple[str, ...] = ()
    """What is watched for."""

    forecast: bool = False
    """Whether there are forecast pictures of it."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What is configured, as far as sinks may know, and what was once."""

    cameras: tuple[Place, ...] = ()
    profiles: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    """Names of cameras that were configured once and are not any more."""


@dataclass(frozen=True, slots=True)
class Site:
    """What a sink may know of the daemon it serves."""

    node: str
    version: str
    media: Path
    """Folder that the `media` references of events are relative to."""

    credential: Callable[[str], Credential]
    """Looks a credential up by its name."""

    now: Callable[[], float]
    """Tells the time, in Unix seconds."""

    cameras: tuple[Place, ...] = ()
    """Those that are configured."""

    profiles: tuple[str, ...] = ()
    """Of which one is active."""

    gone: tuple[str, ...] = ()
    """Names of cameras that were configured once and are not any more."""

    heed: Callable[[Command], None] = _unheeded
    """Takes what somebody says to us; returns at once."""

    trial: bool = False
    """Whether this is only a look whether the other side is there, perhaps beside a running daemon:
    a sink then connects under a name of its own and changes nothing anybody sees."""

    depart: Callable[[Departure], Awaitable[None]] = _unrecorded
    """Writes into the ledger what is about to leave the box; to be awaited before it does."""

    sent: Callable[[str, bytes, str], None] = _untold
    """Counts an event that is about to leave the box: to whom (`name:port`), as which bytes, and
    its id; returns at once. Sinks that send to nobody leave it alone."""


class Sink(Protocol):
    """Delivers events to one place. Written as if failure were final; the daemon tries again.

    Each implementation states its delivery promise in its docstring.
    """

    Config: ClassVar[type[BaseModel]]

    def __init__(self, name: str, config: Any, site: Site) -> None:  # noqa: ANN401
        ...

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            SinkUnavailable: Nobody there, for now.
            SinkRejected: Refused; a person must act.
        """
        ...

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Say goodbye and disconnect, within a second."""
        ...

    async def deliver(self, event: Event) -> None:
        """Hand one revision over; return when the other side has it.

        Called for up to 20 revisions at a time, but never for two of one camera unless the sink is
        `Pipelined`. Cancelling leaves open whether it arrived; it will then be delivered again,
        with the same id and revision.

        Raises:
            SinkUnavailable: The connection is gone; this and later events come again.
            EventRejected: This one was refused.
            SinkRejected: Everything is refused.
        """
        ...

    async def show(self, message: Message) -> None:
        """Show a state, notice or frame report. A sink without use for it returns at once.

        Raises:
            SinkUnavailable: The connection is gone; states are shown anew after reconnecting.
        """
        ...

    def wants(self, kind: type[BaseModel]) -> bool:
        """Tell whether `show` has any use for messages of this class."""
        ...


@runtime_checkable
class Connected(Protocol):
    """What a sink offers beside `Sink` when its connection can be lost while nothing is sent.

    Whoever runs the sink waits for it, so that states are shown anew as soon as the other side
    is back, and not only when the next event is due.
    """

    async def lost(self) -> None:
        """Wait until the connection is gone, then raise. Cancelling loses nothing.

        Raises:
            SinkUnavailable: It may come back.
            SinkRejected: The other side threw us out; a person must act.
        """
        ...


@runtime_checkable
class Pipelined(Protocol):
    """What a sink offers beside `Sink` when revisions of one camera may follow each other closely.

    Whatever is called first must arrive first: `deliver` hands its revision to one ordered
    connection before it waits for anything, and a connection that breaks takes along everything
    after some point, never one in the middle. A refusal in the middle is the exception, and dealt
    with by whoever calls: see `daemon.delivery`.
    """

    @property
    def ahead(self) -> int:
        """How many revisions of one camera may be under way together; at least 1."""
        ...


@runtime_checkable
class Arranged(Protocol):
    """What a sink offers beside `Sink` when the other side keeps something of each camera.

    Others learn what is configured from their `Site`, and nothing of what changes while they run.
    """

    async def arrange(self, arrangement: Arrangement) -> None:
        """Go by what is configured now, and not by the `Site` any more.

        Called between two `show`s: what is gone is to be taken back from the other side, what is
        new to be told. While there is no connection it is only noted, for the next one.

        Raises:
            SinkUnavailable: The connection is gone.
        """
        ...


@runtime_checkable
class Counting(Protocol):
    """What a sink offers beside `Sink` when it counts things that nobody else can."""

    def counts(self) -> Mapping[str, int]:
        """Return its counters of this run, by names that `stats` shows beside the others."""
        ...
