"""IP cameras."""

from typing import ClassVar, Literal
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from sources.source import Secret, Stream

_DECODERS = frozenset({"h264", "hevc", "mjpeg"})
"""What a camera may make us decode: an attacked camera must not choose among all of libav."""


class RtspConfig(BaseModel):
    """Options of an RTSP camera."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str
    """`rtsp://HOST[:PORT]/PATH` or `rtsps://…`, without user and password: see `credential`."""

    transport: Literal["tcp", "udp"] = "tcp"
    """`tcp` (default) loses nothing on the way; `udp` may be faster and may lose pictures."""

    open_timeout: float = Field(default=5.0, ge=0.1, le=60)
    """Seconds of silence while connecting. Raising it waits longer for slow cameras."""

    read_timeout: float = Field(default=5.0, ge=0.1, le=60)
    """Seconds of silence after which the camera counts as gone. Raising it tolerates pauses and
    notices an outage later."""

    credential: str | None = None
    """Name of the credential that holds user and password. Default: none."""

    @field_validator("url")
    @classmethod
    def _camera_url(cls, url: str) -> str:
        if not url.isprintable() or " " in url:
            raise ValueError("holds a space or a control character: encode it as %XX")
        parts = urlsplit(url)
        if parts.scheme not in {"rtsp", "rtsps"} or not parts.hostname:
            raise ValueError("must be rtsp://HOST/PATH or rtsps://HOST/PATH")
        if "@" in parts.netloc:
            raise ValueError("holds a user or password: name a `credential` instead")
        if parts.port == 0:
            raise ValueError("port 0 does not exist")
        return url


class RtspSource:
    """Follows a camera; reconnecting is the daemon's business."""

    Config: ClassVar[type[BaseModel]] = RtspConfig

    def __init__(self, name: str, config: RtspConfig) -> None:
        self.name = name
        self.live = True
        self.finite = False
        self.open_timeout = config.open_timeout
        self.read_timeout = config.read_timeout
        self._config = config

    def open(self, secret: Secret | None) -> Stream:
        """Connect; only RTSP and what it is made of may be spoken."""
        from sources.child.fault import Attempt  # noqa: PLC0415 (PyAV only in the child)
        from sources.child.libav import Address, LibavStream  # noqa: PLC0415 (the same)

        patience = max(self.open_timeout, self.read_timeout)
        url = self._config.url
        return LibavStream(
            Address(
                url=with_credential(url, secret),
                options={
                    "rtsp_transport": self._config.transport,
                    "timeout": str(round(patience * 1_000_000)),
                    "protocol_whitelist": "rtsp,rtsps,rtp,udp,tcp,tls,srtp",
                    "allowed_media_types": "video",
                    # Not `nobuffer`: it throws away what came while probing, and with it the IDR.
                    "fflags": "discardcorrupt",
                    "flags": "low_delay",
                    "max_delay": "0" if self._config.transport == "tcp" else "200000",
                    "fpsprobesize": "0",
                },
                attempt=Attempt(url, patience, authenticated=secret is not None),
                format="rtsp",
                codecs=_DECODERS,
                low_delay=True,
            )
        )


def with_credential(url: str, secret: Secret | None) -> str:
    """Put user and password into the URL, for libav alone."""
    if secret is None or not (secret.user or secret.password):
        return url
    parts = urlsplit(url)
    who = f"{quote(secret.user or '', safe='')}:{quote(secret.password or '', safe='')}"
    return urlunsplit(parts._replace(netloc=f"{who}@{parts.netloc}"))
