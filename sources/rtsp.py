"""IP cameras."""

from typing import ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, field_validator

from sources.address import (
    NetworkConfig,
    authorities,
    checked,
    mistrust,
    resolved,
)
from sources.credential import unspoken, with_credential
from sources.errors import SourceRejected, SourceUnavailable
from sources.message import Hwaccel
from sources.source import Secret, Stream

_DECODERS = frozenset({"h264", "hevc", "mjpeg"})
"""What a camera may make us decode: an attacked camera must not choose among all of libav."""

_AV1 = frozenset({"av1"})

_BEGINNING = 3.0
"""Seconds for which a picture that stands alone is looked for while opening."""

_CONFIGURED = "configured"
"""Why libavformat reads a camera that our own client has not spoken to."""


class RtspConfig(NetworkConfig):
    """Options of an RTSP camera."""

    url: str
    """`rtsp://HOST[:PORT]/PATH` or, encrypted, `rtsps://…`, without user and password: see
    `credential`. A camera that reads them out of its address gets
    `…/user={user}&password={password}`."""

    transport: Literal["tcp", "udp"] = "tcp"
    """`tcp` (default) loses nothing on the way; `udp` may be faster and may lose pictures: what
    misses something, or builds on it, is not shown. An encrypted address goes over TCP whatever
    stands here."""

    reader: Literal["auto", "own", "libav"] = "auto"
    """Who reads the stream: `own` is Lookout's reader (H.264 and H.265), which gives each picture
    one frame interval sooner and knows when it was taken; `libav` is FFmpeg's, which knows
    more codecs and transports; `auto` (default) takes the own one wherever it understands the
    camera."""

    av1: bool = False
    """Whether AV1 may be decoded as well; default false. Setting it lets a hijacked camera attack
    one more decoder."""

    @field_validator("url")
    @classmethod
    def _camera_url(cls, url: str) -> str:
        return unspoken(checked(url, ("rtsp", "rtsps")))


class RtspSource:
    """Follows a camera; reconnecting is the daemon's business."""

    Config: ClassVar[type[BaseModel]] = RtspConfig

    def __init__(self, name: str, config: RtspConfig) -> None:
        self.name = name
        self.live = True
        self.finite = False
        self.open_timeout = config.open_timeout
        self.read_timeout = config.read_timeout
        self.hwaccel: Hwaccel = "off"
        self._config = config

    def open(self, secret: Secret | None) -> Stream:
        """Connect; only RTSP and what it is made of may be spoken."""
        config = self._config
        reason = _CONFIGURED
        if config.reader != "libav":
            from sources.child.rtsp.errors import NotUnderstood  # noqa: PLC0415 (child only)

            try:
                return self._own(secret)
            except NotUnderstood as error:
                reason = str(error)
        if config.reader == "own":
            raise SourceRejected(f"our own reader cannot follow it: {reason}; set `reader: auto`")
        if config.reader == "libav":
            from sources.child.rtsp.aim import aimed  # noqa: PLC0415 (child only)
            from sources.child.rtsp.redirect import ask_first  # noqa: PLC0415 (the same)

            ask_first(*aimed(config.url, config, secret))
        return self._libav(secret, reason)

    def _own(self, secret: Secret | None) -> Stream:
        from sources.child.rtsp.aim import aimed  # noqa: PLC0415 (child only)
        from sources.child.rtsp.stream import RtspStream  # noqa: PLC0415 (the same)

        config = self._config
        udp = config.transport == "udp" and urlsplit(config.url).scheme == "rtsp"
        aim = aimed(config.url, config, secret)
        stream = RtspStream(*aim, self.read_timeout, udp=udp, hwaccel=self.hwaccel)
        stream.begin(_BEGINNING)
        return stream

    def _libav(self, secret: Secret | None, reason: str) -> Stream:
        from sources.child.fault import Attempt  # noqa: PLC0415 (PyAV only in the child)
        from sources.child.libav import Address, LibavStream  # noqa: PLC0415 (the same)
        from sources.child.rtsp.redirect import stay  # noqa: PLC0415 (the same)

        patience = max(self.open_timeout, self.read_timeout)
        url = self._config.url
        parts = urlsplit(url)
        host = parts.hostname or ""
        _, port = resolved(host, parts.port, parts.scheme)
        encrypted = parts.scheme == "rtsps"
        transport = "tcp" if encrypted else self._config.transport
        address = Address(
            url=with_credential(url, secret),
            options={
                "rtsp_transport": transport,
                "timeout": str(round(patience * 1_000_000)),
                "protocol_whitelist": "rtsp,rtsps,rtp,udp,tcp,tls,srtp",
                "allowed_media_types": "video",
                # Not `nobuffer`: it throws away what came while probing, and with it the IDR.
                "fflags": "discardcorrupt",
                "flags": "low_delay",
                "max_delay": "0" if transport == "tcp" else "200000",
                "fpsprobesize": "0",
                # A camera joined within a long group shows nothing to analyse: say so in time.
                "analyzeduration": "500000",
                **(self._trust() if encrypted else {}),
            },
            attempt=Attempt(url, patience, authenticated=secret is not None),
            format="rtsp",
            codecs=_DECODERS | _AV1 if self._config.av1 else _DECODERS,
            low_delay=True,
            hwaccel=self.hwaccel,
        )
        try:
            stream = LibavStream(address)
        except SourceUnavailable:
            if encrypted and (doubt := mistrust(url, self._config)):
                raise SourceRejected(doubt) from None
            raise
        try:
            stay(host, port)
        except SourceRejected:
            stream.close()
            raise
        stream.note({"transport": "tls" if encrypted else transport, "reader_reason": reason[:80]})
        return stream

    def _trust(self) -> dict[str, str]:
        """Say whose certificates libav believes; it would believe any."""
        if self._config.insecure:
            return {"tls_verify": "0"}
        known = authorities(self._config)
        return {"tls_verify": "1", **({"ca_file": str(known)} if known else {})}
