"""What the daemon and a detector worker say to each other.

The daemon speaks first, with `Load`; the worker answers `Loaded` or `Failed`. `Map` comes with one
read-only descriptor of a camera's slots, `Unmap` takes it back. `Detect` is answered by `Found`,
whose bytes hold one float32 row (left, top, right, bottom, score, label number) per object, items
one after the other. The worker says `Failed` as its last word. End of file on the socket ends it.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

ROW = 6
"""Numbers per object."""

MOST = 1024
"""Objects per picture, the strongest; a worker that says more would stall who follows them."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Load(_Message):
    """Daemon to worker: which detector, with what."""

    kind: Literal["load"] = "load"
    name: str
    backend: str
    """Where the detector's class is: `module:attribute`."""

    config: dict[str, JsonValue]
    fallback: bool = False
    """Whether to run on the device that the option `fallback` names, instead of `device`."""


class Map(_Message):
    """Daemon to worker: the slots of a camera; their descriptor comes along."""

    kind: Literal["map"] = "map"
    camera: str
    slots: int = Field(ge=1, le=64)


class Unmap(_Message):
    """Daemon to worker: a camera's slots are not used any more."""

    kind: Literal["unmap"] = "unmap"
    camera: str


Relative = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Pixel = Annotated[int, Field(ge=0, le=16384)]


class ItemPart(_Message):
    """A part of a camera's picture, as it lies in the slot's."""

    region: tuple[Relative, Relative, Relative, Relative]
    """Left, top, right, bottom of what it shows; relative to the camera's picture."""

    place: tuple[Pixel, Pixel, Pixel, Pixel]
    """Left, top, width and height of where it lies; pixels of the slot's picture."""


class Item(_Message):
    """One picture of a batch."""

    camera: str
    index: int
    slot: int
    generation: int
    width: int
    height: int
    parts: tuple[ItemPart, ...] = Field(default=(), max_length=16)
    """What the slot's picture is made of; none: it is the camera's whole picture. Boxes come back
    relative to the camera's picture either way."""


class Detect(_Message):
    """Daemon to worker: look at these pictures."""

    kind: Literal["detect"] = "detect"
    id: int
    items: tuple[Item, ...] = Field(min_length=1, max_length=64)


class Loaded(_Message):
    """Worker to daemon: ready; see `detectors.Profile`."""

    kind: Literal["loaded"] = "loaded"
    width: int = Field(ge=16, le=1536)
    height: int = Field(ge=16, le=1536)
    labels: tuple[str, ...] = Field(max_length=4096)
    description: str = Field(max_length=2000)
    max_batch: int = Field(ge=1, le=64)
    window: float = Field(ge=0, le=1)
    parts: bool = False
    """Whether parts of a picture may be given."""

    seconds: float = Field(ge=0)
    """How long loading took."""


class Found(_Message):
    """Worker to daemon: the answer to one `Detect`; the rows follow as bytes."""

    kind: Literal["found"] = "found"
    id: int
    rows: tuple[int, ...] = Field(max_length=64)
    """Objects per item; -1 where the picture was torn or gone."""

    seconds: float = Field(ge=0)
    """How long the detector took."""

    rss: int = Field(default=0, ge=0)
    """Bytes of memory the worker holds."""


class Failed(_Message):
    """Worker to daemon, its last word: why it ends."""

    kind: Literal["failed"] = "failed"
    remedy: Literal["unavailable", "rejected"]
    reason: str = Field(max_length=2000)
    exhausted: bool = False
    """Whether the device had no memory left; see `DetectorExhausted`."""


FromDaemon = Annotated[Load | Map | Unmap | Detect, Field(discriminator="kind")]
FromWorker = Annotated[Loaded | Found | Failed, Field(discriminator="kind")]
from_daemon: TypeAdapter[Load | Map | Unmap | Detect] = TypeAdapter(FromDaemon)
from_worker: TypeAdapter[Loaded | Found | Failed] = TypeAdapter(FromWorker)
