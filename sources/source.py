"""The interfaces of this room.

A `Source` is the description of a stream: cheap to build, checked at start, opened in the decoder
child alone. What it opens is a `Stream`: two stages, *demux* and *decode*, between which the child
puts its gate and after which it puts mask, conversion and ring. All of it is plain, blocking code.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

from sources.message import ClockReport, Details, Hwaccel, StreamInfo

Rgb = npt.NDArray[np.uint8]
"""Height x width x 3, RGB, 8 bit."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of a decoded picture; left and top are even."""


class Secret(Protocol):
    """The credentials of one camera, as the child received them."""

    @property
    def user(self) -> str | None:
        """Name to log in with."""
        ...

    @property
    def password(self) -> str | None:
        """Its password."""
        ...


class Packet(Protocol):
    """One compressed access unit, before decoding."""

    @property
    def size(self) -> int:
        """Bytes; 0 says that the decoder shall give out what it holds back."""
        ...

    @property
    def idr(self) -> bool:
        """Whether decoding can start here."""
        ...

    @property
    def time(self) -> float | None:
        """Media time in seconds, if the stream says so."""
        ...

    @property
    def arrival(self) -> float:
        """Monotonic seconds at which its last byte arrived."""
        ...

    @property
    def payload(self) -> Any:  # noqa: ANN401 (what the stream's own decoder understands)
        """What the stream's own decoder understands."""
        ...


class Picture(Protocol):
    """One decoded picture, still in the decoder's own layout."""

    @property
    def width(self) -> int:
        """Pixels across, as the camera sends it."""
        ...

    @property
    def height(self) -> int:
        """Pixels down."""
        ...

    @property
    def time(self) -> float | None:
        """Media time in seconds, if the stream says so."""
        ...

    @property
    def captured(self) -> float | None:
        """Monotonic seconds at which the camera took it, if that is known better than by arrival.

        Never decreases within a stream.
        """
        ...

    @property
    def corrupt(self) -> bool:
        """Whether the decoder itself doubts it."""
        ...

    def rgb(self, width: int, height: int) -> Rgb:
        """Convert and scale in one pass. The array is the caller's; the picture stays as it is."""
        ...


class Stream(Protocol):
    """An open stream. One thread opens, reads and closes it."""

    info: StreamInfo

    def packets(self) -> Iterator[Packet]:
        """Yield packets as they come; ends when a recording is over.

        Raises:
            SourceUnavailable: The stream broke.
            SourceRejected: It carries what we cannot decode.
        """
        ...

    def decode(self, packet: Packet | None) -> Iterable[Picture]:
        """Decode one packet; None flushes what the decoder holds back.

        A packet that cannot be decoded raises `DecodeFault`; the next one may well be fine.
        """
        ...

    def close(self) -> None:
        """Say goodbye to the camera and release everything."""
        ...


@dataclass(slots=True)
class Mishaps:
    """What went wrong on the way of a stream; counts that only rise."""

    lost: int = 0
    """Packets of the network that are known to have gone missing."""

    damaged: int = 0
    """Access units not decoded because they, or what they build on, came incomplete."""

    discontinuities: int = 0
    """Times at which the camera's clock or its stamps jumped."""


@runtime_checkable
class Witness(Protocol):
    """A stream that also knows when its pictures were taken, and what got lost."""

    mishaps: Mishaps

    def align(self, wall: float) -> None:
        """Learn what Unix time was at monotonic 0, to compare the camera's clock with ours."""
        ...


@runtime_checkable
class Accelerated(Protocol):
    """A source whose stream can be decoded on a device."""

    hwaccel: Hwaccel
    """Which; set before it is opened."""


@runtime_checkable
class Noted(Protocol):
    """A stream that tells more of itself than it knows."""

    def note(self, details: Details) -> None:
        """Take what whoever opened it knows."""
        ...


@runtime_checkable
class Clocked(Protocol):
    """A stream whose camera tells the time."""

    def clock(self) -> ClockReport:
        """Say what the camera's clock is worth; any thread may ask."""
        ...


@runtime_checkable
class Resumable(Protocol):
    """A stream whose packets need not all be decoded."""

    def restart(self) -> None:
        """Forget what the decoder holds; the next packet is one at which decoding can start."""
        ...


@runtime_checkable
class Collecting(Protocol):
    """A stream whose packets need not be handed on one by one."""

    lull: float
    """Seconds for which packets may collect before they are handed on together; 0 for not at all.
    Waking for each one is most of what a camera costs of which nothing is decoded."""


class Decoder(Protocol):
    """Decodes packets of a stream beside the stream's own decoder, and knows nothing of that."""

    def decode(self, packet: Packet | None) -> Iterable[Picture]:
        """Decode as `Stream.decode` does; the first packet is one at which decoding can start."""
        ...

    @property
    def sets(self) -> bytes:
        """Parameter sets that packets may lack, as Annex B; empty if there are none such."""
        ...


@runtime_checkable
class Rereadable(Protocol):
    """A stream whose packets can be decoded again, as long as somebody keeps them."""

    def decoder(self) -> Decoder:
        """Make a decoder for another thread."""
        ...


@runtime_checkable
class Punctual(Protocol):
    """A stream that knows of packets when their pictures were taken, without decoding them."""

    def taken(self, packet: Packet) -> float | None:
        """Return the monotonic seconds, None if that is not known; asked once, in order.

        Not to be mixed with `decode`, which tells of pictures.
        """
        ...


@runtime_checkable
class Stamped(Protocol):
    """A packet, or a picture, that bears a stamp by which they are told to belong together."""

    @property
    def stamp(self) -> int | None:
        """Ticks of the stream's own clock; the same for a packet and its picture."""
        ...


@runtime_checkable
class Still(Protocol):
    """A picture that stands alone, and may have come with a text, as that of a file beside it."""

    still: int | None
    """Number of the still it is a look at, within the stream; None for one of many in a row."""

    beside: str
    """Empty where there was no text."""


class DecodeFault(Exception):  # noqa: N818 (a fault of one packet, not of the source)
    """One packet could not be decoded."""


@runtime_checkable
class Quiet(Protocol):
    """A source from which nothing may come for a while although all is well."""

    quiet: float
    """Seconds, beyond what is allowed to any camera; may be infinite."""


class Source(Protocol):
    """A kind of source with its options; see the entry points `lookout.sources`."""

    Config: ClassVar[type[BaseModel]]
    live: bool
    """Whether pictures are lost when nobody takes them. A recording waits instead."""

    finite: bool
    """Whether it has an end that is no fault: a recording that does not loop."""

    def __init__(self, name: str, config: Any) -> None:  # noqa: ANN401 (its own Config)
        ...

    def open(self, secret: Secret | None) -> Stream:
        """Open the stream; called in the decoder child only.

        Raises:
            SourceUnavailable: It may work later.
            SourceRejected: A person must change something.
        """
        ...
