"""Options of the detector on Ultralytics' models."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

BUCKETS = (1, 2, 4, 8, 16, 32)
"""Batch sizes the device sees; others are filled up: nothing is tuned or allocated later."""


class UltralyticsConfig(BaseModel):
    """Options of a detector on Ultralytics' models."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Path
    """A `.pt` file of a detection model, such as yolo11n.pt, yolo26s.pt or a YOLO-World or YOLOE
    model, or a TensorRT `.engine` that Ultralytics exported on this machine. Nothing is fetched."""

    sha256: str | None = Field(default=None, pattern="^[0-9a-fA-F]{64}$")
    """What the hash of the model file must be; default none. The only guard of a `.pt` file, and
    what allows an `.engine`, which is machine code."""

    allow_pickle: bool = False
    """Whether to open a `.pt` file, which runs code when it is opened; default false."""

    classes: tuple[str, ...] | None = Field(default=None, min_length=1, max_length=4096)
    """Names of the model's classes in their order; default: as the model has them. An open
    vocabulary (YOLO-World, YOLOE) looks for these plain words instead; see `text_encoder`."""

    text_encoder: Path | None = None
    """File of the encoder that turns plain words into what an open vocabulary compares: CLIP's
    ViT-B-32.pt for YOLO-World, mobileclip_blt.ts for YOLOE; default none, which leaves the classes
    that were saved with the model. Opening it runs code, as with `.pt`."""

    labels: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Class names to report; default all. Fewer make tracking and rules cheaper."""

    min_score: float = Field(default=0.1, gt=0, lt=1)
    """Objects with a lower score are not reported; default 0.1, because the tracker uses weak
    detections to hold on to an object. Raising it loses objects that are half hidden."""

    iou: float = Field(default=0.6, gt=0, lt=1)
    """Overlap above which the weaker of two boxes of one class is dropped; default 0.6. Raising it
    keeps more neighbours in crowds and more duplicates."""

    size: tuple[int, int] = (640, 640)
    """Width and height of the input in pixels, multiples of 32; default 640 x 640. Wide pictures
    lose nothing at 640 x 384 and cost 40 % less; raising it finds smaller objects."""

    device: str = Field(default="auto", pattern="^(auto|cpu|cuda(:[0-9]+)?)$")
    """`auto` (CUDA where there is one), `cpu`, `cuda` or `cuda:1`; default auto."""

    half: bool = True
    """Whether CUDA computes in 16-bit floats, which doubles its speed; default true. The corners of
    boxes are computed in 32 bits in any case."""

    tune: bool = False
    """Whether CUDA tries out, while loading, which of its ways is the fastest for each layer and
    batch size; default false. True makes full batches about 2 % faster and loading, also after a
    fault, some 7 s longer (H100), and two loads may differ, since what won may differ."""

    fallback: Literal["cpu"] | None = "cpu"
    """Where to go on when a CUDA device has not enough memory even for half the batch, not after a
    restart either: on the CPU, slowly, or (null) nowhere until there is memory; default cpu."""

    max_batch: int = Field(default=32, ge=1, le=BUCKETS[-1])
    """Pictures in one call on CUDA; default 32. Lowering it takes less of the device's memory."""

    threads: int | None = Field(default=None, ge=1, le=256)
    """Threads on the CPU; default: as torch chooses."""
