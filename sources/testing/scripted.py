"""A source that does what a script says, faults included."""

import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from sources.errors import SourceRejected, SourceUnavailable
from sources.message import StreamInfo
from sources.source import DecodeFault, Packet, Picture, Rgb, Secret, Stream
from sources.testing.truth import burn

_SHADES = ((70, 96, 84), (96, 76, 110), (110, 100, 70), (76, 104, 116))


class ScriptedFault(BaseModel):
    """Something that goes wrong, at a picture's number or as soon as a file exists."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Literal[
        "hang",
        "crash",
        "exit",
        "corrupt",
        "undecodable",
        "unavailable",
        "rejected",
        "resize",
        "freeze",
        "grow",
    ]
    """`hang` sleeps for ever, `crash` is a SIGSEGV, `exit` leaves with code 3, `corrupt` and
    `undecodable` spoil one picture, `unavailable` and `rejected` raise, `resize` halves the size
    from then on, `freeze` shows the same picture from then on, `grow` takes 32 MB for good."""

    at: int | None = None
    """Number of the picture at which it happens."""

    flag: Path | None = None
    """File whose existence makes it happen; looked for at every picture."""

    def due(self, number: int) -> bool:
        """Tell whether it happens now."""
        return number == self.at or (self.flag is not None and self.flag.exists())


class ScriptedConfig(BaseModel):
    """Options of the scripted source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = Field(default=320, ge=16)
    height: int = Field(default=240, ge=16)

    fps: float = Field(default=25.0, gt=0)
    """Pictures per second, of the stream's time and, if live, of the clock."""

    frames: int | None = None
    """Pictures until the end; None never ends."""

    live: bool = True
    """Whether it comes in real time and does not wait."""

    camera: int = Field(default=1, ge=0, le=255)
    """What is burned into the pictures beside their number."""

    gop: int = Field(default=1, ge=1)
    """Pictures from one at which decoding can start to the next."""

    joined_at: int = Field(default=0, ge=0)
    """Number of the first packet: a camera is joined in the middle of a GOP."""

    hang_in_open: bool = False
    """Whether opening never returns."""

    delay: float | None = Field(default=None, ge=0)
    """Seconds every picture was on its way, by the camera's own account; None says nothing."""

    faults: tuple[ScriptedFault, ...] = ()


class ScriptedSource:
    """Numbered pictures (see `burn`), and faults where the script has them."""

    Config: ClassVar[type[BaseModel]] = ScriptedConfig

    def __init__(self, name: str, config: ScriptedConfig) -> None:
        self.name = name
        self.live = config.live
        self.finite = not config.live
        self._config = config

    def open(self, secret: Secret | None) -> Stream:  # noqa: ARG002 (nothing to log in to)
        """Open, or hang."""
        if self._config.hang_in_open:
            _hang()
        return ScriptedStream(self._config)


@dataclass(frozen=True, slots=True)
class ScriptedPacket:
    """Stands for one picture."""

    payload: int
    time: float
    arrival: float
    size: int = 100
    idr: bool = True


@dataclass(frozen=True, slots=True)
class ScriptedPicture:
    """One numbered picture; drawn at the size that is asked for."""

    camera: int
    number: int
    width: int
    height: int
    time: float | None
    corrupt: bool
    captured: float | None = None

    def rgb(self, width: int, height: int) -> Rgb:
        """Draw it."""
        picture = np.empty((height, width, 3), np.uint8)
        picture[:] = _SHADES[self.number % len(_SHADES)]
        burn(picture, self.camera, self.number)
        return picture


class ScriptedStream:
    """The open script."""

    def __init__(self, config: ScriptedConfig) -> None:
        self._config = config
        self._started = False
        self._frozen_at: int | None = None
        self._taken: list[bytes] = []
        self._size = config.width, config.height
        self.info = StreamInfo(
            codec="scripted", width=config.width, height=config.height, fps=config.fps
        )

    def packets(self) -> Iterator[Packet]:
        """Yield a packet per picture, when it is due."""
        config = self._config
        first = number = config.joined_at
        begin = time.monotonic()
        while config.frames is None or number < config.frames:
            early = begin + (number - first) / config.fps - time.monotonic()
            if config.live and early > 0:
                time.sleep(early)
            now, idr = time.monotonic(), number % config.gop == 0
            yield ScriptedPacket(number, number / config.fps, now, idr=idr)
            number += 1

    def decode(self, packet: Packet | None) -> Iterable[Picture]:
        """Make the picture, or the fault."""
        if packet is None:
            return ()
        number: int = packet.payload
        self._started |= packet.idr
        if not self._started:
            return ()
        actions = {fault.action for fault in self._config.faults if fault.due(number)}
        for action in actions:
            self._act(action, number)
        corrupt = "corrupt" in actions
        width, height = self._size
        shown = number if self._frozen_at is None else self._frozen_at
        delay = self._config.delay
        picture = ScriptedPicture(
            self._config.camera,
            shown,
            width,
            height,
            packet.time,
            corrupt=corrupt,
            captured=None if delay is None else packet.arrival - delay,
        )
        return (picture,)

    def close(self) -> None:
        """Nothing to release."""

    def _act(self, action: str, number: int) -> None:
        match action:
            case "hang":
                _hang()
            case "crash":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "exit":
                os._exit(3)
            case "undecodable":
                raise DecodeFault(f"picture {number}")
            case "unavailable":
                raise SourceUnavailable(f"as scripted, at picture {number}")
            case "rejected":
                raise SourceRejected(f"as scripted, at picture {number}")
            case "freeze":
                self._frozen_at = number if self._frozen_at is None else self._frozen_at
            case "grow":
                self._taken.append(b"x" * (32 << 20))
            case "resize":
                self._size = max(16, self._config.width // 2), max(16, self._config.height // 2)


def _hang() -> None:
    threading.Event().wait()
