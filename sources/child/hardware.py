"""Decoding on a device, where there is one that can: by name, proven by its first picture.

The decoder on the processor stays at hand. Whatever a device cannot do, refuse to open, fail at the
first packets, give no picture, ends with that decoder and with the reason why. PyAV takes a device
type that its FFmpeg does not know for any at all, so the lists are looked at first.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error
from av.codec.codec import UnknownCodecError
from av.codec.hwaccel import HWAccel, HWDeviceType, hwdevices_available
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from sources.message import Hwaccel

ORDER: tuple[Hwaccel, ...] = ("cuda", "vaapi", "qsv", "v4l2m2m")
"""Which is tried first under `auto`."""

SILENT = 60
"""Packets without a picture after which a device is given up."""

SOFTWARE = "software"

_OWN_DECODERS = ("qsv", "v4l2m2m")
"""Those that are decoders of their own, `h264_qsv`; the others help the usual one."""

_NODES = {
    "cuda": ("nvidia[0-9]*", "nvidiactl"),
    "vaapi": ("dri/renderD*",),
    "qsv": ("dri/renderD*",),
    "v4l2m2m": ("video1[0-9]*",),
}
_DEVICES = Path("/dev")


@dataclass(frozen=True, slots=True)
class Way:
    """How a codec can be decoded on a device."""

    name: Hwaccel
    decoder: str
    device: str | None
    """Type of device that helps the decoder; None if it is one of its own."""


@dataclass(frozen=True, slots=True)
class Build:
    """What this build of FFmpeg, and this machine, have for one codec."""

    devices: frozenset[str]
    """Types of devices the build knows."""

    helpers: frozenset[str]
    """Those that can help the codec's usual decoder."""

    decoders: frozenset[str]
    """Decoders of their own: `h264_qsv`."""

    present: frozenset[str]
    """Names for which this machine has a device file."""


def build(codec: str, devices: Path = _DEVICES) -> Build:
    """Look at the lists that PyAV gives."""
    known = hwdevices_available()
    types = {int(kind): kind.name for kind in HWDeviceType}
    helpers = {
        types.get(int(config.device_type), "")
        for config in av.codec.Codec(codec, "r").hardware_configs
        if config.is_supported
    }
    own = (f"{codec}_{name}" for name in _OWN_DECODERS)
    return Build(
        devices=frozenset(known),
        helpers=frozenset(helpers & set(known)),
        decoders=frozenset(name for name in own if _exists(name)),
        present=frozenset(
            name
            for name, patterns in _NODES.items()
            if any(True for pattern in patterns for _ in devices.glob(pattern))
        ),
    )


def ways(wanted: Hwaccel, codec: str, has: Build) -> tuple[list[Way], str]:
    """Choose what to try, in order.

    Returns:
        The ways, and why there is none.
    """
    if wanted == "off":
        return [], ""
    if wanted == "auto":
        found = [way for name in ORDER if name in has.present for way in _way(name, codec, has)]
        return found, "" if found else f"auto: this machine has no device that decodes {codec} here"
    found = list(_way(wanted, codec, has))
    return found, "" if found else f"{wanted}: this build of FFmpeg has none for {codec}"


def choice(wanted: Hwaccel, codec: str) -> tuple[list[Way], str]:
    """Choose by what this build and this machine have; see `ways`."""
    return ([], "") if wanted == "off" else ways(wanted, codec, build(codec))


class Decoding:
    """Decodes one stream, on a device if that was asked for and works.

    Args:
        software: The stream's decoder on the processor, settled.
        choice: What to try, in order, and why there is nothing; see `choice`.
        settle: Makes a decoder frugal.
    """

    def __init__(
        self,
        software: VideoCodecContext,
        choice: tuple[list[Way], str],
        settle: Callable[[VideoCodecContext], None],
    ) -> None:
        self.software = software
        self.used: str | None = SOFTWARE
        """Name of the device, once it gave a picture; None while that is not known."""

        self.reason = ""
        """Why it is not the device asked for."""

        self._way: Way | None = None
        self._device: VideoCodecContext | None = None
        self._packets = 0
        self._choose(*choice, settle)

    def decode(self, payload: Any) -> list[VideoFrame]:  # noqa: ANN401 (generic in stubs alone)
        """Decode one of PyAV's packets; None flushes.

        Raises:
            av.error.FFmpegError: It cannot be decoded, on the processor either.
        """
        if self._device is None or self._way is None:
            return self.software.decode(payload)
        try:
            frames = self._device.decode(payload)
        except av.error.EOFError:
            raise
        except av.error.FFmpegError as error:
            if self.used is not None:
                raise
            self._give_up(f"fails at the first pictures ({type(error).__name__})")
            return self.software.decode(payload)
        if frames and self.used is None:
            self.used = self._way.name
        self._packets += 1
        if self.used is None and self._packets >= SILENT:
            self._give_up(f"gave no picture for {SILENT} packets")
        return frames

    def flush_buffers(self) -> None:
        """Forget what is held back."""
        (self._device or self.software).flush_buffers()

    def _choose(
        self,
        found: Iterable[Way],
        reason: str,
        settle: Callable[[VideoCodecContext], None],
    ) -> None:
        reasons = [reason] if reason else []
        for way in found:
            try:
                device = _opened(way, self.software, settle)
            except (av.error.FFmpegError, NotImplementedError, RuntimeError) as error:
                reasons.append(f"{way.name}: its device cannot be opened ({type(error).__name__})")
                continue
            self._way, self._device, self.used = way, device, None
            break
        self.reason = "; ".join(reasons)[:200]

    def _give_up(self, why: str) -> None:
        name = self._way.name if self._way else ""
        self.reason = "; ".join(filter(None, (self.reason, f"{name}: {why}")))[:200]
        self._way = self._device = None
        self.used = SOFTWARE


def report(devices: Path = _DEVICES) -> str:
    """Say in one line what could decode on a device here."""
    found = []
    for codec in ("h264", "hevc", "mjpeg"):
        has = build(codec, devices)
        names = [name for name in ORDER if list(_way(name, codec, has))]
        said = ", ".join(f"{name}{'' if name in has.present else ' (no device)'}" for name in names)
        found.append(f"{codec}: {said or 'none'}")
    return "; ".join(found)


def _way(name: Hwaccel, codec: str, has: Build) -> Iterable[Way]:
    if name in _OWN_DECODERS:
        if f"{codec}_{name}" in has.decoders:
            yield Way(name, f"{codec}_{name}", None)
    elif name in has.devices and name in has.helpers:
        yield Way(name, codec, name)


def _opened(
    way: Way, software: VideoCodecContext, settle: Callable[[VideoCodecContext], None]
) -> VideoCodecContext:
    helper = HWAccel(way.device, allow_software_fallback=False) if way.device else None
    device = av.CodecContext.create(way.decoder, "r", hwaccel=helper)
    if not isinstance(device, VideoCodecContext):
        raise RuntimeError(f"{way.decoder} decodes no video")  # noqa: TRY004 (told as any failure)
    if software.extradata:
        device.extradata = software.extradata
    if software.width and software.height:
        device.width, device.height = software.width, software.height
    settle(device)
    device.open()
    return device


def _exists(name: str) -> bool:
    try:
        av.codec.Codec(name, "r")
    except UnknownCodecError:
        return False
    return True
