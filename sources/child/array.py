"""A picture that came as an array of pixels and not out of libav."""

import cv2

from sources.source import Rgb


class ArrayPicture:
    """One picture in memory.

    Args:
        pixels: Height x width x 3, RGB, 8 bit.
        when: Media time in seconds.
        still: Number of the still it shows; None where it is one of many.
        beside: What came with it in words.
    """

    def __init__(
        self, pixels: Rgb, when: float | None, still: int | None = None, beside: str = ""
    ) -> None:
        self.height, self.width = pixels.shape[:2]
        self.time = when
        self.captured: float | None = None
        self.corrupt = False
        self.still = still
        self.beside = beside
        self._pixels = pixels

    def rgb(self, width: int, height: int) -> Rgb:
        """Scale; the array is the caller's."""
        if (width, height) == (self.width, self.height):
            return self._pixels.copy()
        how = cv2.INTER_AREA if width < self.width else cv2.INTER_LINEAR
        return cv2.resize(self._pixels, (width, height), interpolation=how).astype("uint8")
