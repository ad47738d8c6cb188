"""A source whose pictures hold one bright spot that comes, moves and goes; needs no model to see.

Runs in a real decoder child: name it as `rig.spots:SpotSource`, with the tests on the path.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from pydantic import BaseModel

from sources.source import Packet, Picture, Rgb, Secret
from sources.testing.scripted import ScriptedConfig, ScriptedPicture, ScriptedStream


class SpotConfig(ScriptedConfig):
    """A script, and when the spot is there."""

    comes: int = 3
    """Number of the first picture that shows it."""

    goes: int = 30
    """Number of the first picture that does not show it any more."""

    still: bool = False
    """Whether every picture shows what the first with the spot does, to the last pixel."""

    again: int = 10**9
    """Pictures after which it comes once more."""


class SpotSource:
    """A scripted source with something to see."""

    Config: ClassVar[type[BaseModel]] = SpotConfig

    def __init__(self, name: str, config: SpotConfig) -> None:
        self.name = name
        self.live = config.live
        self.finite = not config.live
        self._config = config

    def open(self, secret: Secret | None) -> "SpotStream":
        """Open the script."""
        del secret
        return SpotStream(self._config)


class SpotStream(ScriptedStream):
    """The script's pictures, with the spot."""

    def __init__(self, config: SpotConfig) -> None:
        super().__init__(config)
        self._spot = config

    def decode(self, packet: Packet | None) -> Iterable[Picture]:
        """Make the picture, or the fault."""
        return [self._with_spot(picture) for picture in super().decode(packet)]

    def _with_spot(self, picture: Picture) -> Picture:
        assert isinstance(picture, ScriptedPicture)
        if self._spot.still:
            picture = replace(picture, number=self._spot.comes)
        number = picture.number % self._spot.again
        if not self._spot.comes <= number < self._spot.goes:
            return picture
        moved = (number - self._spot.comes) / max(self._spot.goes - self._spot.comes, 1)
        return Spotted(picture, moved)


class Spotted:
    """One picture with the spot, at any size."""

    def __init__(self, picture: ScriptedPicture, moved: float) -> None:
        self.width, self.height = picture.width, picture.height
        self.time, self.captured = picture.time, picture.captured
        self.corrupt = picture.corrupt
        self._picture = picture
        self._moved = moved

    def rgb(self, width: int, height: int) -> Rgb:
        """Draw it: a fifth of the width, a third of the height, from left to right."""
        picture = self._picture.rgb(width, height)
        left = round(self._moved * width * 0.6)
        picture[height // 3 : 2 * height // 3, left : left + width // 5] = 255
        return picture
