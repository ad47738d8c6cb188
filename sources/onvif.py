"""IP cameras that are asked over ONVIF where their streams are."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import BaseModel, Field, field_validator

from sources.address import checked
from sources.device import Device, DeviceConfig, Profile
from sources.errors import SourceRejected
from sources.message import Details, Hwaccel
from sources.rtsp import RtspConfig, RtspSource
from sources.source import Noted, Secret, Stream

_SMALL = 320
"""Pixels across below which a stream is too small to find anything in."""

_QUESTIONS = 2
"""Times the patience with one answer that may pass until the stream opens."""


class OnvifConfig(DeviceConfig):
    """Options of a camera that is asked over ONVIF."""

    profile: str = Field(default="main", min_length=1, max_length=80)
    """Which of its streams: `main` (default) is the one with the largest picture, `sub` the
    smallest that shows enough; else the name or the token of a profile, as `lookout probe` lists
    them."""

    transport: Literal["tcp", "udp"] = "tcp"
    """How the stream comes; see the source `rtsp`."""

    reader: Literal["auto", "own", "libav"] = "auto"
    """Who reads the stream; see the source `rtsp`."""


class _LedConfig(RtspConfig):
    """The stream to which a camera leads: how it writes its own address is its own business."""

    @field_validator("url")
    @classmethod
    def _camera_url(cls, url: str) -> str:
        return checked(url, ("rtsp", "rtsps"))


class OnvifSource:
    """Asks the camera where its stream is, each time it is opened, and follows that."""

    Config: ClassVar[type[BaseModel]] = OnvifConfig

    def __init__(self, name: str, config: OnvifConfig) -> None:
        self.name = name
        self.live = True
        self.finite = False
        self.open_timeout = _QUESTIONS * config.open_timeout
        self.read_timeout = config.read_timeout
        self.hwaccel: Hwaccel = "off"
        self._config = config

    def open(self, secret: Secret | None) -> Stream:
        """Ask, choose, and open the stream; only on the camera's own host, or one of `hosts`."""
        from sources.child.onvif.camera import Camera  # noqa: PLC0415 (an extra, and child only)

        config = self._config
        where = config.model_dump(include=set(DeviceConfig.model_fields))
        camera = Camera(DeviceConfig.model_validate(where), secret)
        try:
            device = camera.read()
        finally:
            camera.close()
        profile = chosen(device.profiles, config.profile)
        if profile.url is None:
            raise SourceRejected(profile.refused or "its ONVIF gives no address of this profile")
        rtsp = _LedConfig(
            url=profile.url,
            transport=config.transport,
            reader=config.reader,
            open_timeout=config.open_timeout,
            read_timeout=config.read_timeout,
            ca=config.ca,
            insecure=config.insecure,
        )
        source = RtspSource(self.name, rtsp)
        source.hwaccel = self.hwaccel
        stream = source.open(secret)
        if isinstance(stream, Noted):
            stream.note(_details(device, profile))
        return stream


def chosen(profiles: Sequence[Profile], wanted: str) -> Profile:
    """Choose one of a camera's streams.

    Raises:
        SourceRejected: There is none of this name.
    """
    seen = [one for one in profiles if one.codec.upper() in {"H264", "H265", "JPEG", ""}]
    named = [one for one in seen if wanted in {one.token, one.name}]
    if named:
        return named[0]
    if not seen or wanted not in {"main", "sub"}:
        offered = ", ".join(one.words for one in profiles)[:200] or "none that can be watched"
        raise SourceRejected(f"its ONVIF has no profile {wanted[:40]!r}; it has {offered}")
    by_size = sorted(seen, key=lambda one: one.width * one.height)
    if wanted == "main":
        return by_size[-1]
    return next((one for one in by_size if one.width >= _SMALL), by_size[-1])


def _details(device: Device, profile: Profile) -> Details:
    return {
        "device": f"{device.manufacturer} {device.model}".strip()[:100],
        "profile_name": profile.name or profile.token,
        "profiles": "; ".join(one.words for one in device.profiles)[:400],
        "device_clock_ahead": device.clock_ahead,
    }
