"""Clips in which only one thing is wrong: nothing moves, or the size of the picture changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rig.camera_b.payload import Footage, footage
from rig.clip import Clip

from sources.source import Rgb
from sources.testing import burn


@dataclass(frozen=True, slots=True)
class Still(Clip):
    """The same picture over and over, encoded each time, as a camera does whose sensor hangs."""

    def picture(self, number: int) -> Rgb:
        """Draw the first one."""
        del number
        return Clip.picture(self, 0)


@dataclass(frozen=True, slots=True)
class Steps(Clip):
    """A bright square that goes to and fro in eight steps, at the same relative place in any size.

    Its edges lie between pixels if the width is a multiple of 40 and the height one of 10.
    """

    def box(self, number: int) -> tuple[float, float, float, float]:
        """Return where the square is, 0 to 1: left, top, right, bottom."""
        left = 0.5 + 0.025 * (number % 8)
        return left, 0.3, left + 0.2, 0.6

    def picture(self, number: int) -> Rgb:
        """Draw one picture."""
        picture = np.full((self.height, self.width, 3), 64, np.uint8)
        left, top, right, bottom = self.box(number)
        rows = slice(round(top * self.height), round(bottom * self.height))
        picture[rows, round(left * self.width) : round(right * self.width)] = 250
        burn(picture, self.camera, number)
        return picture


def settled(clip: Clip, folder: Path) -> Footage:
    """Return the last group of pictures of a clip alone: its encoder had time to come to rest."""
    whole = footage(clip.write(folder / "settling.mp4"))
    last = max(number for number, idr in enumerate(whole.idr) if idr)
    return replace(whole, units=whole.units[last:], idr=whole.idr[last:])


def joined(clips: Sequence[Clip], folder: Path) -> Footage:
    """Join clips into one stream, each beginning with parameter sets of its own.

    To be served with `Script(sets_from=None)`: they are in the pictures already.
    """
    parts = [
        footage(clip.write(folder / f"part-{number}.mp4")) for number, clip in enumerate(clips)
    ]
    units = tuple(
        part.sets + nals if idr else nals
        for part in parts
        for nals, idr in zip(part.units, part.idr, strict=True)
    )
    idr = tuple(flag for part in parts for flag in part.idr)
    return replace(parts[0], units=units, idr=idr)
