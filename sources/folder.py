"""A folder of still images: what a camera uploads, what a scanner leaves, what one collects."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from sources.source import Secret, Stream


class FolderConfig(BaseModel):
    """Options of a folder of still images: PNG, JPEG, TIFF, and DICOM with the extra `dicom`.

    A text beside a still, that of `dock.txt` beside `dock.jpg`, goes along with questions about it:
    a reading, an order number, a note. It must be there before the still; 1000 characters of it are
    read, and stand in no event.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path
    """The folder; what lies in folders below it does not count. A relative path counts from the
    working directory."""

    begin: Literal["new", "all"] = "new"
    """`new` (default): what lies there at the start is not shown. `all`: it is, oldest first; after
    a restart once more."""

    watch: bool = True
    """Whether to wait for new files (default). Otherwise it is a recording of what lies there, and
    ends."""

    interval: float = Field(default=1.0, ge=0.05, le=3600)
    """Seconds between two looks into the folder; default 1. A file is shown when two looks find it
    the same. Raising it shows files later and spares slow disks and networks."""

    looks: int = Field(default=2, ge=1, le=100)
    """Frames that each still gives; default 2, for a tracker believes an object that it sees twice.
    Raising it costs the detector time."""


class FolderSource:
    """Shows every still once, loses none, and then waits for more."""

    Config: ClassVar[type[BaseModel]] = FolderConfig

    def __init__(self, name: str, config: FolderConfig) -> None:
        self.name = name
        self.live = False
        self.finite = not config.watch
        self.quiet = float("inf") if config.watch else config.interval
        self._config = config

    def open(self, secret: Secret | None) -> Stream:  # noqa: ARG002 (a folder has none)
        """Look into the folder for the first time."""
        from sources.child.stills import Folder, StillStream  # noqa: PLC0415 (only in the child)

        config = self._config
        skip = config.watch and config.begin == "new"
        folder = Folder(config.path.absolute(), skip=skip)
        return StillStream(folder, interval=config.interval, looks=config.looks, watch=config.watch)
