"""A proxy in front of a model's server that listens: what was answered, whole or cut off."""

import json
import re

from rig.proxy import Proxy

_CONTENT = re.compile(rb'"content":\s*("(?:[^"\\]|\\.)*")')
_HEAD = b"HTTP/1.1 200"


class Tap(Proxy):
    """Passes everything on, and keeps what the server said; for one call at a time."""

    def __init__(self, target: int) -> None:
        self._heard = bytearray()
        super().__init__(target)
        self.spoil = self._listen

    @property
    def said(self) -> list[str]:
        """The text of each streamed answer that had any, in order."""
        replies = bytes(self._heard).split(_HEAD)[1:]
        texts = ["".join(map(json.loads, _CONTENT.findall(reply))) for reply in replies]
        return [text for text in texts if text]

    def _listen(self, data: bytes) -> bytes:
        self._heard += data
        return data
