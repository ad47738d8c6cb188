"""A camera that sends JPEG over HTTP: as a stream of parts, or one for every question."""

import time
from collections.abc import Iterator
from itertools import islice

import httpx2

from sources.child.decoded import LibavPicture, Scalers
from sources.child.parts import NotMultipart, Parts
from sources.child.still import StillDecoder, StillPacket, Unknown
from sources.child.turned import TurnedPicture, turn
from sources.child.web import LARGEST_PART, Patience, Web
from sources.errors import SourceRejected, SourceUnavailable
from sources.message import StreamInfo
from sources.source import DecodeFault, Packet, Picture

_MULTIPART = "multipart/"
_PLAYLISTS = ("mpegurl", "dash+xml")
_FILMS = ("video/", "audio/")
_NO_PICTURES = ("text/", "application/json", "application/xml")
_FIRST = 8
"""Pictures among which one must be whole for a camera to be believed to send any."""


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
            _refuse_others(kind)
            multipart = kind.lower().startswith(_MULTIPART)
            self._packets = self._streamed(response, kind) if multipart else self._polled(response)
            self._first: StillPacket | None
            self._first, (width, height) = self._begin(_FIRST if multipart else 1)
        except BaseException:
            response.close()
            web.close()
            raise
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

    def _begin(self, most: int) -> tuple[StillPacket, tuple[int, int]]:
        """Wait for a picture that is whole; a camera that has just started may send half a one."""
        reason, unknown = "", True
        for packet in islice(self._packets, most):
            try:
                picture = self._decoder.decode(packet)[0]
            except DecodeFault as fault:
                reason = f"what the camera sends is no picture: {fault}"
                unknown = unknown and isinstance(fault, Unknown)
            else:
                return packet, (picture.width, picture.height)
        if reason and unknown:
            raise SourceRejected(reason)
        raise SourceUnavailable(reason or "the camera ended the stream")

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
        packet: StillPacket | None = self._taken(response)
        failing: Patience | None = None
        while True:
            if packet is not None:
                failing = None
                yield packet
            due = max(due + self._interval, time.monotonic())
            time.sleep(max(0.0, due - time.monotonic()))
            packet = None
            try:
                packet = self._taken(self._web.get(self._url, self._asked))
            except SourceUnavailable:
                # Small cameras are busy at times; to start anew costs more than to ask again.
                failing = failing or self._web.patience()
                if failing.over:
                    raise

    def _taken(self, response: httpx2.Response) -> StillPacket:
        """Take the picture of an answer; if nothing is new, the last one as it still is."""
        if response.status_code == httpx2.codes.NOT_MODIFIED and self._latest is not None:
            response.close()
            self._latest = StillPacket(self._latest.payload, None, time.monotonic())
            return self._latest
        self._asked = {}
        for theirs, ours in (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since")):
            word = response.headers.get(theirs, "")
            # What is no plain text cannot be said back.
            if word and word.isascii() and word.isprintable():
                self._asked[ours] = word
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
        picture = LibavPicture(frame, packet.time, self._scalers, corrupt=False)
        # A phone that serves as a camera writes down how it is held.
        around = turn(frame.rotation)
        return [TurnedPicture(picture, around) if around else picture]


def _refuse_others(kind: str) -> None:
    said = "".join(sign for sign in kind.partition(";")[0].strip().lower()[:40] if sign > " ")
    if any(word in said for word in _PLAYLISTS):
        raise SourceRejected("the camera answers with a playlist: use `type: hls`")
    if said.startswith(_FILMS):
        raise SourceRejected(
            f"the camera answers with {said}, which is no stream of JPEG: take its RTSP or HLS"
        )
    if said.startswith(_NO_PICTURES):
        raise SourceRejected(
            f"the camera answers with {said}, not with pictures: check the url, and whether it "
            "wants user and password in it"
        )
