"""A generated street scene in place of a camera; needs nothing."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import cv2
from pydantic import BaseModel, ConfigDict, Field

from sources.message import StreamInfo
from sources.source import Packet, Picture, Rgb, Secret
from sources.street import Street

_BEHIND = 1.0
"""Seconds after which pictures that nobody fetched are left out, as a camera's would be lost."""


class SyntheticConfig(BaseModel):
    """Options of the synthetic source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = Field(default=960, ge=160, le=3840)
    """Pixels across; default 960. Raising it shows more detail and costs time."""

    height: int = Field(default=540, ge=90, le=2160)
    """Pixels down; default 540. People are about a fifth to a third of it tall."""

    fps: float = Field(default=10.0, ge=0.5, le=60)
    """Pictures per second; default 10."""

    seed: int = Field(default=0, ge=0, le=2**32 - 1)
    """Which street and which people; default 0. The same seed gives the same pictures, bit for
    bit."""

    duration: float | None = Field(default=None, gt=0, le=86400)
    """Seconds until the scene is over, as of a recording; default None: it never ends, and like a
    camera it does not wait for who is slow."""

    pace: Literal["fast", "clip"] = "clip"
    """How a scene with a `duration` comes: `clip` (default) in real time, `fast` as soon as it is
    asked for. A scene without end always comes in real time."""

    people: float = Field(default=1.0, ge=0, le=4)
    """How busy people are; default 1: one story after the other, with pauses in which nobody is
    there. 0 leaves the street empty, 4 crowds it."""

    vehicles: float = Field(default=1.0, ge=0, le=4)
    """How busy the road is; default 1: some three vehicles a minute. 0 leaves it empty."""


class SyntheticSource:
    """A fixed camera's view of a street in which people and vehicles come and go."""

    Config: ClassVar[type[BaseModel]] = SyntheticConfig

    def __init__(self, name: str, config: SyntheticConfig) -> None:
        self.name = name
        self.live = config.duration is None
        self.finite = not self.live
        self._config = config

    def open(self, secret: Secret | None) -> "SyntheticStream":
        """Draw the street's backdrop. A secret is not needed and not looked at."""
        del secret
        return SyntheticStream(self._config)


@dataclass(frozen=True, slots=True)
class Tick:
    """A packet that only says which picture is due."""

    payload: int
    """Number of the picture."""

    time: float | None
    arrival: float
    size: int = 8
    idr: bool = True


class SyntheticStream:
    """The open street. Pictures are drawn when their pixels are asked for, not before."""

    def __init__(
        self,
        config: SyntheticConfig,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._config = config
        self._clock = clock
        self._sleep = sleep
        self._open = True
        self._street = Street(
            config.width,
            config.height,
            config.fps,
            seed=config.seed,
            people=config.people,
            vehicles=config.vehicles,
        )
        self.info = StreamInfo(
            codec="synthetic",
            width=config.width,
            height=config.height,
            fps=config.fps,
            duration=config.duration,
            details={"seed": config.seed, "people": config.people, "vehicles": config.vehicles},
        )

    def packets(self) -> Iterator[Packet]:
        """Yield a tick per picture, each when it is due."""
        duration, fps = self._config.duration, self._config.fps
        paced = duration is None or self._config.pace == "clip"
        last = None if duration is None else max(round(duration * fps), 1)
        begin, number = self._clock(), 0
        while self._open and (last is None or number < last):
            now = self._clock()
            if paced:
                late = now - (begin + number / fps)
                if late < 0:
                    self._sleep(-late)
                    now = self._clock()
                elif duration is None and late > _BEHIND:
                    number = int((now - begin) * fps)
            yield Tick(number, number / fps, now)
            number += 1

    def decode(self, packet: Packet | None) -> Iterable[Picture]:
        """Give the picture that a tick stands for; nothing is ever held back."""
        return () if packet is None else (StreetPicture(self._street, self.info, packet),)

    def close(self) -> None:
        """End `packets` at its next step."""
        self._open = False


class StreetPicture:
    """One picture of the street; drawn at the first look."""

    def __init__(self, street: Street, info: StreamInfo, packet: Any) -> None:  # noqa: ANN401 (a Tick)
        self.width, self.height = info.width, info.height
        self.time: float | None = packet.time
        self.captured: float | None = None
        self.corrupt = False
        self._street = street
        self._number: int = packet.payload
        self._drawn: Rgb | None = None

    def rgb(self, width: int, height: int) -> Rgb:
        """Draw if need be and scale; the array is the caller's."""
        if self._drawn is None:
            self._drawn = self._street.draw(self._number)
        if (width, height) == (self.width, self.height):
            return self._drawn.copy()
        how = cv2.INTER_AREA if width < self.width else cv2.INTER_LINEAR
        scaled: Rgb = cv2.resize(self._drawn, (width, height), interpolation=how).astype("uint8")
        return scaled
