"""The value every other room receives."""

from dataclasses import dataclass

from sources.road import Road


@dataclass(frozen=True, slots=True)
class Pixels:
    """Where a converted picture lies: a slot of the camera's shared memory.

    The picture is RGB, 8 bit, row-major, scaled to fit the size that was asked for with its
    aspect ratio kept. It is valid while the slot's generation is unchanged (see `sources.slot`).
    """

    slot: int
    generation: int
    width: int
    """Pixels across, of the converted picture."""

    height: int
    """Pixels down, of the converted picture."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a picture that was converted by itself, at a better scale than the whole."""

    region: tuple[float, float, float, float]
    """Left, top, right, bottom of what it shows; relative to the camera's picture."""

    place: tuple[int, int, int, int]
    """Left, top, width and height of where it lies in the slot's picture; pixels."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture: which, when, and where its pixels are."""

    camera: str
    """Name of the camera, as in the configuration. Checked at each hand-over."""

    index: int
    """Number of the picture within its camera and run. Gaps are visible drops; none is used
    twice, not even by a new decoder child."""

    captured_at: float
    """Unix time in seconds at which the camera took the picture, as well as we know it; of a
    recording: media time plus the start asked for. Never decreases within a camera."""

    received_at: float
    """Unix time in seconds at which its last packet arrived; of a recording: `captured_at`."""

    arrival: float
    """Monotonic seconds at which its last packet arrived. Ages are computed from this."""

    width: int
    """Pixels across of the camera's picture, after rotation and crop."""

    height: int
    """Pixels down of the camera's picture, after rotation and crop."""

    pixels: Pixels

    parts: tuple[Part, ...] | None = None
    """What lies in the slot. None: the whole picture. Empty: nothing, for nothing moved and
    nothing was due."""

    moved: tuple[tuple[float, float, float, float], ...] = ()
    """Where something moved, where that was asked for; relative boxes."""

    road: Road | None = None
    """What is seen of the road, where that was asked for."""

    still: int | None = None
    """Number of the still it shows; None in a stream. Nobody is followed from one into the next."""
