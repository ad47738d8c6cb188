"""A camera that sends JPEG over HTTP: as a stream of parts, or one for every question."""

import time
from collections.abc import Iterator

import httpx2

from sources.child.libav import LibavPicture, Scalers
from sources.child.parts import NotMultipart, Parts
from sources.child.still import StillDecoder, StillPacket
from sources.child.web import LARGEST_PART, Web
from sources.errors import SourceRejected, SourceUnavailable
from sources.message import StreamInfo
from sources.source import DecodeFault, Packet, Picture

_MULTIPART = "multipart/"
_PLAYLISTS = ("mpegurl", "dash+xml")


class JpegStream:
    """Follows one address; what it answers with decides how.

    Args:
        web: Fetches.
        url: Where.
        interval: Seconds between two questions to a camera that gives one picture at a time.
    """

    def __init__(self, web: Web, url: str, interval: float) -> None:
        self._web = web
        self._url = url
        self._interval = interval
        self._decoder = JpegDecoder()
        self._latest: StillPacket | None = None
        self._asked: dict[str, str] = {}
        response = web.get(url)
        kind = response.headers.get("content-type", "")
        try:
            _refuse_playlist(kind)
            self._packets = self._streamed(response, kind)
            if not kind.lower().startswith(_MULTIPART):
                self._packets = self._polled(response)
            self._first: StillPacket | None = self._begin()
            width, height = self._size(self._first)
        except BaseException:
            response.close()
            web.close()
            raise
        multipart = kind.lower().startswith(_MULTIPART)
        self.info = StreamInfo(
            codec="mjpeg",
            width=width,
            height=height,
            fps=None if multipart else 1 / interval,
            details={"format": "mpjpeg" if multipart else "jpeg", "reader": "http"},
        )

    def packets(self) -> Iterator[Packet]:
        """Yield one packet for each picture; a picture that did not change comes again."""
        if self._first is not None:
            yield self._first
            self._first = None
        yield from self._packets
        raise SourceUnavailable("the camera ended the stream")

    def decode(self, packet: Packet | None) -> list[Picture]:
        """Decode one picture; none is ever held back."""
        return self._decoder.decode(packet)

    def decoder(self) -> "JpegDecoder":
        """Make a second decoder; see `sources.source.Rereadable`."""
        return JpegDecoder()

    def close(self) -> None:
        """Close the connection."""
        self._web.close()

    def _begin(self) -> StillPacket:
        for packet in self._packets:
            return packet
        raise SourceUnavailable("the camera ended the stream")

    def _size(self, packet: StillPacket) -> tuple[int, int]:
        try:
            picture = self._decoder.decode(packet)[0]
        except DecodeFault as fault:
            raise SourceRejected(f"what the camera sends is no picture: {fault}") from None
        return picture.width, picture.height

    def _streamed(self, response: httpx2.Response, kind: str) -> Iterator[StillPacket]:
        try:
            parts = Parts(kind, LARGEST_PART)
            patience = self._web.patience()
            for chunk in self._web.chunks(response, patience):
                for body in parts.feed(chunk):
                    patience.renew()
                    yield StillPacket(body, None, time.monotonic())
                    patience.renew()
        except NotMultipart as error:
            raise SourceRejected(f"the camera's stream {error}") from None
        finally:
            response.close()

    def _polled(self, response: httpx2.Response) -> Iterator[StillPacket]:
        due = time.monotonic()
        while True:
            yield self._taken(response)
            due = max(due + self._interval, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
            response = self._web.get(self._url, self._asked)

    def _taken(self, response: httpx2.Response) -> StillPacket:
        """Take the picture of an answer; if nothing is new, the last one as it still is."""
        if response.status_code == httpx2.codes.NOT_MODIFIED and self._latest is not None:
            response.close()
            self._latest = StillPacket(self._latest.payload, None, time.monotonic())
            return self._latest
        self._asked = {}
        for theirs, ours in (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since")):
            if theirs in response.headers:
                self._asked[ours] = response.headers[theirs]
        self._latest = StillPacket(self._web.body(response), None, time.monotonic())
        return self._latest


class JpegDecoder:
    """Decodes what such a camera sends."""

    sets = b""

    def __init__(self) -> None:
        self._decoder = StillDecoder()
        self._scalers = Scalers()

    def decode(self, packet: Packet | None) -> list[Picture]:
        """Decode one picture; none is ever held back."""
        if packet is None:
            return []
        frame = self._decoder.decode(packet.payload)
        return [LibavPicture(frame, packet.time, self._scalers, corrupt=False)]


def _refuse_playlist(kind: str) -> None:
    if any(word in kind.lower() for word in _PLAYLISTS):
        raise SourceRejected("the camera answers with a playlist: use `type: hls`")
