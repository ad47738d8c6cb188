"""Fits a picture of any shape into a model's input, and brings boxes back."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detectors.families.candidates import Numbers

GRAY = 114
"""The padding that the YOLO families were trained with."""


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture lies inside the input; all values in pixels of the input."""

    left: int
    top: int
    width: int
    """Of the picture inside the input."""

    height: int

    @classmethod
    def fit(
        cls, picture: tuple[int, int], canvas: tuple[int, int], *, centred: bool
    ) -> "Letterbox":
        """Find the largest place that keeps the picture's shape.

        Args:
            picture: Width and height of the picture.
            canvas: Width and height of the model's input.
            centred: Padding on both sides (Ultralytics) or right and below only (YOLOX).
        """
        scale = min(canvas[0] / picture[0], canvas[1] / picture[1])
        width = max(1, min(canvas[0], round(picture[0] * scale)))
        height = max(1, min(canvas[1], round(picture[1] * scale)))
        if not centred:
            return cls(0, 0, width, height)
        return cls((canvas[0] - width) // 2, (canvas[1] - height) // 2, width, height)

    @classmethod
    def stretch(cls, canvas: tuple[int, int]) -> "Letterbox":
        """Fill the whole input and give up the picture's shape."""
        return cls(0, 0, *canvas)

    def place(
        self, rgb: npt.NDArray[np.uint8], canvas: npt.NDArray[np.uint8], *, swapped: bool = False
    ) -> None:
        """Write the picture into its place; what lies around it stays untouched.

        Args:
            rgb: Height x width x 3; scaled if it has another size than its place.
            canvas: Height x width x 3, of the input's size.
            swapped: Whether the canvas wants blue first.
        """
        inside = canvas[self.top : self.top + self.height, self.left : self.left + self.width]
        if rgb.shape == inside.shape and not swapped:
            inside[:] = rgb
            return
        import cv2  # noqa: PLC0415 (the daemon imports backends to check options, never OpenCV)

        if rgb.shape != inside.shape:
            rgb = self._scaled(rgb)
        inside[:] = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR) if swapped else rgb

    def _scaled(self, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        import cv2  # noqa: PLC0415 (as above)

        smaller = rgb.shape[0] > self.height or rgb.shape[1] > self.width
        scaled: npt.NDArray[np.uint8] = cv2.resize(
            rgb,
            (self.width, self.height),
            interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR,
        ).astype(np.uint8, copy=False)
        return scaled

    def relative(self, xyxy: Numbers) -> Numbers:
        """Turn boxes in pixels of the input into boxes relative to the picture, clipped to 0..1."""
        offset = np.array((self.left, self.top) * 2, np.float32)
        size = np.array((self.width, self.height) * 2, np.float32)
        boxes: Numbers = np.clip((xyxy - offset) / size, np.float32(0), np.float32(1))
        return boxes

    def absolute(self, xyxy: Numbers) -> Numbers:
        """Turn boxes relative to the picture into pixels of the input."""
        offset = np.array((self.left, self.top) * 2, np.float32)
        size = np.array((self.width, self.height) * 2, np.float32)
        return xyxy * size + offset
