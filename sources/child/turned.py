"""A picture that is to be seen turned: phones record lying and write down how to hold it."""

import numpy as np

from sources.source import Picture, Rgb


def turn(rotation: float) -> int:
    """Return by how many degrees clockwise a picture is to be turned.

    Args:
        rotation: What it says of itself, in a display matrix or as EXIF; runs against the clock.
    """
    return round(-rotation / 90) * 90 % 360


class TurnedPicture:
    """Another picture, turned.

    Args:
        picture: As it was decoded.
        turn: Degrees clockwise: 90, 180 or 270.
    """

    def __init__(self, picture: Picture, turn: int) -> None:
        self._picture = picture
        self._turn = turn
        lying = turn % 180 != 0
        self.width = picture.height if lying else picture.width
        self.height = picture.width if lying else picture.height
        self.time = picture.time
        self.captured = picture.captured
        self.corrupt = picture.corrupt
        self.still: int | None = getattr(picture, "still", None)
        self.beside: str = getattr(picture, "beside", "")

    def rgb(self, width: int, height: int) -> Rgb:
        """Convert and scale in one pass, then turn what is small already."""
        across, down = (height, width) if self._turn % 180 else (width, height)
        lying = self._picture.rgb(across, down)
        return np.ascontiguousarray(np.rot90(lying, -self._turn // 90))
