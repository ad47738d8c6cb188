"""What the command line and an exporting process say to each other.

The command line speaks first, with `Export`. The process says `Step` as it goes, then `Exported`,
or `detectors.message.Failed` as its last word. End of file on the socket ends it.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from detectors.message import Failed

Format = Literal["onnx", "openvino", "tensorrt"]
Side = Annotated[int, Field(ge=32, le=1536, multiple_of=32)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Export(_Message):
    """What to turn into what."""

    kind: Literal["export"] = "export"
    model: Path
    format: Format
    folder: Path
    """An empty folder of this export's own; everything is written there."""

    size: tuple[Side, Side]
    """Width and height of the input in pixels."""

    half: bool = False
    """Whether to write 16-bit floats."""

    batch: int = Field(default=1, ge=1, le=32)
    """Pictures that one call takes at most; above 1 their number is left open."""

    allow_pickle: bool = False


class Step(_Message):
    """What is being done now."""

    kind: Literal["step"] = "step"
    doing: str = Field(max_length=200)


class Agreement(_Message):
    """How the written model compares with the source on a generated picture."""

    boxes: int = Field(ge=0)
    """Boxes of the source that were looked for in the written model's answer."""

    twins: int = Field(ge=0)
    """Those of them that are there: the same label, and nearly the same place."""

    score: float = Field(ge=0)
    """Largest difference of two scores, over the whole output."""

    pixels: float = Field(ge=0)
    """Largest difference of two coordinates where the outputs can be compared row by row."""


class Exported(_Message):
    """It is written, and reads back as it should."""

    kind: Literal["exported"] = "exported"
    files: tuple[str, ...] = Field(min_length=1, max_length=4)
    """Names in the folder, the model first."""

    source_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    family: str = Field(max_length=40)
    names: tuple[str, ...] = Field(max_length=4096)
    licence: str | None = Field(default=None, max_length=200)
    """As the source states it."""

    made_with: dict[str, str] = Field(max_length=16)
    """Versions of what took part."""

    agreement: Agreement | None
    """None where this machine cannot run what it wrote."""


FromExport = Annotated[Step | Exported | Failed, Field(discriminator="kind")]
from_export: TypeAdapter[Step | Exported | Failed] = TypeAdapter(FromExport)
