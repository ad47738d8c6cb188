"""Cameras and servers that send HLS: a playlist and its segments over HTTP."""

from typing import ClassVar

from pydantic import BaseModel, field_validator

from sources.address import WebConfig, checked
from sources.credential import unspoken
from sources.source import Secret, Stream

_DECODERS = frozenset({"h264", "hevc", "mjpeg"})
"""What a camera may make us decode: an attacked camera must not choose among all of libav."""

_AV1 = frozenset({"av1"})

_SEGMENT = 10.0
"""Seconds that a segment may last: so long nothing may come from a camera that is well."""


class HlsConfig(WebConfig):
    """Options of a camera that sends HLS."""

    url: str
    """`http://HOST[:PORT]/PATH` or `https://…` of the playlist, without user and password: see
    `credential`. Pictures come a segment or two late; where there is RTSP as well, take that.
    Playlists encrypted with AES-128 want the extra `hls`."""

    av1: bool = False
    """Whether AV1 may be decoded as well; default false. Setting it lets a hijacked camera attack
    one more decoder."""

    @field_validator("url")
    @classmethod
    def _camera_url(cls, url: str) -> str:
        return unspoken(checked(url, ("http", "https")))


class HlsSource:
    """Follows a playlist; everything it names must lie on its own host or one of `hosts`."""

    Config: ClassVar[type[BaseModel]] = HlsConfig

    def __init__(self, name: str, config: HlsConfig) -> None:
        self.name = name
        self.live = True
        self.finite = False
        self.open_timeout = config.open_timeout
        self.read_timeout = config.read_timeout + _SEGMENT
        self.quiet = _SEGMENT
        self._config = config

    def open(self, secret: Secret | None) -> Stream:
        """Open the playlist and nothing beside it."""
        from sources.child.playlist import HlsStream  # noqa: PLC0415 (only in the child)
        from sources.child.web import Web  # noqa: PLC0415 (the same)

        config = self._config
        codecs = _DECODERS | _AV1 if config.av1 else _DECODERS
        return HlsStream(Web(config.url, config, secret), config.url, config.read_timeout, codecs)
