"""Recordings."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from sources.errors import SourceRejected
from sources.message import Hwaccel
from sources.source import Secret, Stream

_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,flv,asf,ogg,"
    "h264,hevc,av1,ivf,obu,mjpeg,mjpeg_2000,gif,nut,mxf,wtv,rm,dv"
)
"""Containers that hold their pictures themselves: no playlists, which name other files."""


class FileConfig(BaseModel):
    """Options of a recording."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path
    """The file. A relative path counts from the working directory."""

    pace: Literal["fast", "clip"] = "fast"
    """`fast` (default): every picture in turn, as fast as it is taken, nothing is lost. `clip`: at
    the clip's own speed like a camera; the newest picture wins."""

    loop: bool = False
    """Whether it starts over at its end, its time going on. Default: it ends."""


class FileSource:
    """A recording, replayed completely or played like a camera."""

    Config: ClassVar[type[BaseModel]] = FileConfig

    def __init__(self, name: str, config: FileConfig) -> None:
        self.name = name
        self.live = config.pace == "clip"
        self.finite = not config.loop
        self.hwaccel: Hwaccel = "off"
        self._config = config

    def open(self, secret: Secret | None) -> Stream:  # noqa: ARG002 (a file has none)
        """Open the file and nothing else: no network, no playlist."""
        from sources.child.fault import Attempt  # noqa: PLC0415 (PyAV only in the child)
        from sources.child.libav import Address, LibavStream  # noqa: PLC0415 (the same)

        path = self._config.path.absolute()
        if not path.is_file():
            reason = "a folder, not a file" if path.is_dir() else "no such file"
            raise SourceRejected(f"{reason}: {path}; correct `path`")
        return LibavStream(
            Address(
                url=f"file:{path}",
                options={"protocol_whitelist": "file", "format_whitelist": _FORMATS},
                attempt=Attempt(str(path), patience=0, network=False),
                live=False,
                loop=self._config.loop,
                paced=self.live,
                hwaccel=self.hwaccel,
            )
        )
