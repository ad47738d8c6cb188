"""HLS: libavformat reads the playlists, and everything it wants to open comes through our hands.

So a playlist can reach the camera's own host alone, with our limits, and no file: libavformat
itself may open nothing (RFC 8216). Keys are fetched like everything else; libavformat hands them to
whoever opens an enciphered segment.
"""

import re
from collections.abc import Mapping
from io import RawIOBase

import httpx2

from sources.child.cipher import deciphered
from sources.child.fault import Attempt
from sources.child.libav import NO_VIDEO, Address, LibavStream
from sources.child.web import LARGEST_PART, LONG, Web
from sources.errors import SourceError, SourceRejected, SourceUnavailable

_ENCIPHERED = "crypto+"
"""How libavformat asks for a segment together with the key for it."""

_KINDS = "hls,mpegts,mov,mp4,m4a,3gp,3g2,mj2,aac,webvtt"
"""Demuxers that libavformat may use: the playlist's own, and what HLS segments are made of."""

_RANGE = re.compile(r"\d{1,15}")


class HlsStream(LibavStream):
    """A live or recorded playlist.

    Args:
        web: Fetches.
        url: Of the playlist.
        patience: Seconds of silence that are allowed.
        codecs: What may be decoded.
    """

    def __init__(self, web: Web, url: str, patience: float, codecs: frozenset[str]) -> None:
        self._opener = Opener(web, url)
        try:
            super().__init__(
                Address(
                    url=url,
                    options={
                        "protocol_whitelist": "http,https",
                        # Connections are kept by our client; libavformat has none of its own.
                        "http_persistent": "0",
                        "http_multiple": "0",
                        # Names tell nothing: segments need no ending, and are of these kinds.
                        "extension_picky": "0",
                        "allowed_extensions": "ALL",
                        "allowed_segment_extensions": "ALL",
                        "format_whitelist": _KINDS,
                        "max_reload": "3",
                        "m3u8_hold_counters": "3",
                    },
                    attempt=Attempt(url, patience),
                    format="hls",
                    codecs=codecs,
                    low_delay=True,
                    paced=True,
                    opener=self._opener,
                )
            )
        except SourceError as error:
            web.close()
            empty = isinstance(error, SourceUnavailable) or str(error) == NO_VIDEO
            if empty and self._opener.trouble is not None:
                raise self._opener.trouble from None
            if isinstance(error, SourceRejected):
                raise
            raise SourceUnavailable(
                "the playlist names nothing that can be read: check the url"
            ) from None
        self._web = web

    def close(self) -> None:
        """Release everything."""
        super().close()
        self._web.close()


class Opener:
    """Opens what a playlist names, in libavformat's place.

    Args:
        web: Fetches.
        home: Address of the playlist.
    """

    def __init__(self, web: Web, home: str) -> None:
        self._web = web
        self._home = home
        self.trouble: SourceError | None = None
        """What went wrong last."""

    def __call__(self, url: str, flags: int, options: Mapping[str, str]) -> RawIOBase:
        """Fetch, with limits; what cannot be had is empty, for segments of a live list grow old.

        Raises:
            SourceRejected: It may not be opened.
        """
        del flags
        enciphered = url.startswith(_ENCIPHERED)
        url = url.removeprefix(_ENCIPHERED)
        self._web.permit(url, self._home)
        try:
            keys = _keys(options) if enciphered else None
            return Body(self._web, self._web.get(url, _range(options)), keys)
        except SourceError as error:
            self.trouble = error
            return Body(self._web, None)


class Body(RawIOBase):
    """The body of an answer as libav reads it; what breaks off, drips or is too long ends early."""

    def __init__(
        self,
        web: Web,
        response: httpx2.Response | None,
        keys: tuple[bytes, bytes] | None = None,
    ) -> None:
        self._response = response
        patience = web.patience(LONG)
        self._chunks = iter(()) if response is None else web.chunks(response, patience)
        if keys is not None:
            self._chunks = deciphered(self._chunks, *keys)
        self._rest = b""
        self._left = LARGEST_PART

    def readable(self) -> bool:
        """Say yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Give up to so many bytes; none at the end."""
        try:
            while not self._rest:
                chunk = next(self._chunks, None)
                if chunk is None:
                    return b""
                self._left -= len(chunk)
                if self._left < 0:
                    return b""
                self._rest = chunk
        except SourceError:
            return b""
        size = len(self._rest) if size < 0 else size
        given, self._rest = self._rest[:size], self._rest[size:]
        return given

    def close(self) -> None:
        """Close the answer."""
        if self._response is not None:
            self._response.close()
        super().close()


def _keys(options: Mapping[str, str]) -> tuple[bytes, bytes]:
    """Return key and initialisation vector that libavformat gives along."""
    try:
        return bytes.fromhex(options.get("key", "")), bytes.fromhex(options.get("iv", ""))
    except ValueError:
        return b"", b""


def _range(options: Mapping[str, str]) -> dict[str, str]:
    """Turn libav's options for a part of a file into the header that asks for it."""
    first, end = options.get("offset", "0"), options.get("end_offset", "0")
    if not (_RANGE.fullmatch(first) and _RANGE.fullmatch(end)) or (first, end) == ("0", "0"):
        return {}
    return {"Range": f"bytes={first}-{int(end) - 1 if int(end) else ''}"}
