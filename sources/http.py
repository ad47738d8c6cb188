"""Cameras that send JPEG over HTTP: as a stream, or one for each question."""

from typing import ClassVar

from pydantic import BaseModel, Field, field_validator

from sources.address import WebConfig, checked
from sources.credential import unspoken
from sources.source import Secret, Stream


class HttpConfig(WebConfig):
    """Options of a camera that sends JPEG over HTTP."""

    url: str
    """`http://HOST[:PORT]/PATH` or `https://…`, without user and password: see `credential`. A
    camera that reads them out of its address gets `…?user={user}&password={password}`. What
    it answers with decides: a stream of pictures (`multipart/x-mixed-replace`) is followed, a
    single picture is asked for again and again."""

    interval: float = Field(default=1.0, ge=0.05, le=60)
    """Seconds between two questions to a camera that gives single pictures; default 1. Raising it
    spares camera and network and sees less; one that has nothing new need not send it again."""

    @field_validator("url")
    @classmethod
    def _camera_url(cls, url: str) -> str:
        return unspoken(checked(url, ("http", "https")))


class HttpSource:
    """Follows a camera over HTTP; connecting again is the daemon's business."""

    Config: ClassVar[type[BaseModel]] = HttpConfig

    def __init__(self, name: str, config: HttpConfig) -> None:
        self.name = name
        self.live = True
        self.finite = False
        self.open_timeout = config.open_timeout
        self.read_timeout = config.read_timeout + config.interval
        self.quiet = config.interval
        self._config = config

    def open(self, secret: Secret | None) -> Stream:
        """Connect to the camera's own host."""
        from sources.child.jpegs import JpegStream  # noqa: PLC0415 (only in the child)
        from sources.child.web import Web  # noqa: PLC0415 (the same)

        web = Web(self._config.url, self._config, secret)
        return JpegStream(web, self._config.url, self._config.interval)
