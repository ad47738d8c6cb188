"""What a camera tells of itself over ONVIF, and where it is asked.

References: ONVIF Core Specification (device service), ONVIF Media Service Specification, and
WS-Discovery (April 2005), by which cameras are found on the local network.
"""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from sources.address import WebConfig, checked

SERVICE = "/onvif/device_service"
"""Where every ONVIF camera answers first (Core Specification, 5.1.2)."""


class DeviceConfig(WebConfig):
    """Where a camera is asked."""

    host: str
    """Name or address of the camera."""

    port: int | None = Field(default=None, ge=1, le=65535)
    """Port of its web server. Default 80, or 443 if `encrypted`."""

    encrypted: bool = False
    """Whether it is asked over HTTPS; default false. Its stream may still come as it is."""

    @field_validator("host")
    @classmethod
    def _reachable(cls, host: str) -> str:
        bare = host.strip("[]")
        if any(sign in bare for sign in "/?#@ ") or not bare:
            raise ValueError("must be a name or an address alone, such as 10.0.0.7")
        checked(f"http://{bracketed(bare)}/", ("http",))
        return bare

    @property
    def url(self) -> str:
        """Address of the device service."""
        scheme = "https" if self.encrypted else "http"
        port = f":{self.port}" if self.port else ""
        return f"{scheme}://{bracketed(self.host)}{port}{SERVICE}"


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Profile(_Told):
    """One stream that a camera offers."""

    token: str = Field(max_length=80)
    name: str = Field(default="", max_length=80)
    codec: str = Field(default="", max_length=20)
    """As ONVIF writes it: `H264`, `H265`, `JPEG`."""

    width: int = Field(default=0, ge=0, le=65535)
    height: int = Field(default=0, ge=0, le=65535)
    fps: float | None = Field(default=None, ge=0, le=1000)
    url: str | None = Field(default=None, max_length=400)
    """Where it is watched, without user and password."""

    refused: str = Field(default="", max_length=400)
    """Why it has no address."""

    @property
    def words(self) -> str:
        """Name, codec and size, for people."""
        return " ".join(
            word for word in (self.name or self.token, self.codec, f"{self.width}x{self.height}")
        )


class Device(_Told):
    """A camera that was asked."""

    manufacturer: str = Field(default="", max_length=80)
    model: str = Field(default="", max_length=80)
    firmware: str = Field(default="", max_length=80)
    clock_ahead: float | None = Field(default=None, allow_inf_nan=False)
    """Seconds its clock is ahead of ours; None if it does not tell."""

    profiles: tuple[Profile, ...] = Field(default=(), max_length=32)


class Match(_Told):
    """A camera that answered on the local network. Nothing of what it says is proven."""

    host: str = Field(max_length=60)
    """Address from which the answer came."""

    port: int | None = Field(default=None, ge=1, le=65535)
    encrypted: bool = False
    name: str = Field(default="", max_length=80)
    model: str = Field(default="", max_length=80)
    refused: str = Field(default="", max_length=400)
    """Why it cannot be asked further."""


class Order(_Told):
    """What a process that speaks ONVIF is asked, in one line on its standard input."""

    seconds: float | None = Field(default=None, gt=0, le=60)
    """How long to listen for cameras; None asks one camera instead."""

    interface: str | None = None
    """Address of our own on whose network is looked; None looks on all."""

    camera: DeviceConfig | None = None
    user: str | None = None
    secret: str | None = None
    cautious: bool = False
    """Whether the password is only proven, never said (no Basic): nobody vouches for the host."""


class Answer(_Told):
    """What it answers, in one line."""

    matches: tuple[Match, ...] = Field(default=(), max_length=256)
    device: Device | None = None
    rejected: str = Field(default="", max_length=400)
    unavailable: str = Field(default="", max_length=400)


def bracketed(host: str) -> str:
    """Write a host as URLs do."""
    return f"[{host}]" if ":" in host else host
