"""Clips and models to measure with: the real ones where they are, else generated ones.

Real ones are looked for in the folder that LOOKOUT_MATERIAL names (default: `shared` beside this
repository). Every result says which were used.
"""

import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rig.clip import Clip
from rig.models import bright_model

MATERIAL = Path(os.environ.get("LOOKOUT_MATERIAL", Path(__file__).resolve().parents[2] / "shared"))
_CLIP = MATERIAL / "media" / "towncentre_people_1080p.mp4"
_MODEL = MATERIAL / "models" / "yolox_nano.onnx"


@dataclass(frozen=True, slots=True)
class Scenery:
    """What to look at and with what."""

    clip: Path
    """H.264, 1920 x 1080."""

    model: Path
    real: bool
    """Whether both are real ones."""

    def describe(self) -> str:
        """Say what it is."""
        kind = "real" if self.real else "generated"
        return f"{kind}: {self.clip.name}, {self.model.name}"


@cache
def folder() -> Path:
    """Return a folder for what is generated; it stays until the next restart of the machine."""
    return Path(tempfile.mkdtemp(prefix="lookout-bench-"))


@cache
def busy() -> Scenery:
    """Return a busy 1080p scene and a detector's model."""
    if _CLIP.is_file() and _MODEL.is_file():
        return Scenery(_CLIP, _MODEL, real=True)
    return Scenery(numbered(), tiny(), real=False)


@cache
def numbered(seconds: int = 10, width: int = 1920, height: int = 1080) -> Path:
    """Make a clip at 25 pictures per second, each of which says its own number."""
    path = folder() / f"numbered-{seconds}-{width}x{height}.mp4"
    return Clip(frames=25 * seconds, width=width, height=height, gop=50, crossing=5).write(path)


@cache
def tiny() -> Path:
    """Make a model of 416 x 416 that boxes what is bright; it costs next to nothing."""
    return bright_model(folder() / "bright.xml", "yolox", width=416, height=416)
