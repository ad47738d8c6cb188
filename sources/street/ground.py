"""How the fixed camera sees the flat street: metres to pixels and back."""

from dataclasses import dataclass

CAMERA_HEIGHT = 4.0
"""Metres above the ground."""

HORIZON = 0.10
"""Where the horizon is, in picture heights from the top."""

FACADE, KERB_FAR, KERB_NEAR = 0.52, 0.62, 0.80
"""Where the houses, the road and the near pavement begin, in picture heights from the top."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A flat street seen by a camera that looks across it.

    A place is `x`, metres right of the picture's middle, and `line`, the picture height (0 to 1)
    at which the ground lies there: every line is one distance from the camera.
    """

    width: int
    """Pixels across, of the picture."""

    height: int

    def scale(self, line: float) -> float:
        """Pixels per metre of what stands on the line."""
        return (line - HORIZON) * self.height / CAMERA_HEIGHT

    def pixel(self, x: float, line: float) -> tuple[float, float]:
        """Where a place on the ground is in the picture: pixels right and down."""
        return self.width / 2 + x * self.scale(line), line * self.height

    def edge(self, line: float) -> float:
        """Metres from the picture's middle to its side, along the line."""
        return self.width / 2 / self.scale(line)
