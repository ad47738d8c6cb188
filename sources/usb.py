"""Cameras at this machine: USB and whatever else Video4Linux knows."""

import errno
import os
import stat
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sources.errors import SourceError, SourceRejected, SourceUnavailable
from sources.source import Secret, Stream

_MAJOR = 81
"""Number of the kernel's video devices (Documentation/admin-guide/devices.txt)."""

_INPUTS = {"mjpeg": "mjpeg", "yuyv": "yuyv422", "h264": "h264"}
_DECODERS = frozenset({"h264", "mjpeg", "rawvideo"})


class UsbConfig(BaseModel):
    """Options of a camera at this machine (Video4Linux)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    device: Path = Path("/dev/video0")
    """The device; default `/dev/video0`. The names below `/dev/v4l/by-id` stay the same whichever
    camera is plugged in first."""

    format: Literal["auto", "mjpeg", "yuyv", "h264"] = "auto"
    """How pictures come: `mjpeg` (many pixels, some work to decode), `yuyv` (no work, few pixels:
    USB is too slow for more), `h264` where the camera has it. Default `auto`: the driver's own."""

    width: int | None = Field(default=None, ge=16, le=16384)
    """Pixels across; default what the driver is set to. The nearest the camera has is not taken:
    it must have just this."""

    height: int | None = Field(default=None, ge=16, le=16384)
    """Pixels down; goes with `width`."""

    fps: float | None = Field(default=None, gt=0, le=240)
    """Pictures per second that are asked of the camera; default the driver's own. In the dark many
    cameras send fewer."""

    @model_validator(mode="after")
    def _both_sides(self) -> "UsbConfig":
        if (self.width is None) != (self.height is None):
            raise ValueError("`width` and `height` go together")
        if not self.device.is_absolute() or self.device.parts[1:2] != ("dev",):
            raise ValueError("`device` must be below /dev, such as /dev/video0")
        return self


class UsbSource:
    """Follows a camera of this machine; one that is plugged in again is opened again."""

    Config: ClassVar[type[BaseModel]] = UsbConfig

    def __init__(self, name: str, config: UsbConfig) -> None:
        self.name = name
        self.live = True
        self.finite = False
        self._config = config

    def open(self, secret: Secret | None) -> Stream:  # noqa: ARG002 (a device has none)
        """Open the device, which must be one of the kernel's video devices."""
        from sources.child.libav import LibavStream  # noqa: PLC0415 (PyAV only in the child)

        device = self._config.device
        _check(device)
        try:
            return LibavStream(self.address(device))
        except SourceError as error:
            raise SourceUnavailable(
                f"{device} does not give pictures as asked for ({error}): another program may use "
                "it, or it lacks this format, size or rate: see `v4l2-ctl --list-formats-ext`"
            ) from None

    def address(self, device: Path) -> Any:  # noqa: ANN401 (sources.child.libav.Address: PyAV)
        """Say how the device is read."""
        from sources.child.fault import Attempt  # noqa: PLC0415 (PyAV only in the child)
        from sources.child.libav import Address  # noqa: PLC0415 (the same)

        config = self._config
        options = {"protocol_whitelist": "file"}
        if config.format != "auto":
            options["input_format"] = _INPUTS[config.format]
        if config.width is not None:
            options["video_size"] = f"{config.width}x{config.height}"
        if config.fps is not None:
            options["framerate"] = f"{config.fps:g}"
        return Address(
            url=str(device),
            options=options,
            attempt=Attempt(str(device), patience=0, network=False),
            format="v4l2",
            codecs=_DECODERS,
            low_delay=True,
        )


def _check(device: Path) -> None:
    try:
        status = device.stat()
    except FileNotFoundError:
        raise SourceUnavailable(f"no such device: {device}; is the camera plugged in?") from None
    except OSError as error:
        raise SourceRejected(f"{device}: {error.strerror}") from None
    if not stat.S_ISCHR(status.st_mode) or os.major(status.st_rdev) != _MAJOR:
        raise SourceRejected(f"{device} is no video device; correct `device`")
    if not os.access(device, os.R_OK | os.W_OK):
        reason = os.strerror(errno.EACCES)
        raise SourceRejected(f"{device}: {reason}; add the user of the daemon to the group `video`")
