"""Decodes pictures that stand alone: a JPEG of a camera, a file in a folder."""

from dataclasses import dataclass

import av
import av.error
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from sources.child.libav import MOST_PIXELS
from sources.source import DecodeFault

KINDS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "mjpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
)
"""How a file begins, and what decodes it. A name proves nothing."""

_JPEG_END = b"\xff\xd9"
_SCAN = 0xDA
"""Marker behind which the picture itself stands; before it there may be another, a small one."""

_BLANKS = b"\r\n\0 "
"""What some cameras send before a picture."""


class Unknown(DecodeFault):
    """It is of a kind that is not known here."""


@dataclass(frozen=True, slots=True)
class StillPacket:
    """One whole picture, still encoded."""

    payload: bytes
    time: float | None
    arrival: float
    idr: bool = True
    beside: str = ""
    """What came with it in words."""

    name: str = ""
    """Of the file it came from."""

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.payload)


class StillDecoder:
    """Decodes one picture after the other; each stands alone.

    Raises:
        DecodeFault: It is damaged, cut short, too large, or of a kind not known here.
    """

    def __init__(self) -> None:
        self._codec: VideoCodecContext | None = None

    def decode(self, data: bytes) -> VideoFrame:
        """Decode a picture as a whole or not at all."""
        if data[:1] in _BLANKS:
            data = data.lstrip(_BLANKS)
        if not data:
            raise DecodeFault("nothing at all")
        name = next((name for head, name in KINDS if data.startswith(head)), None)
        if name is None:
            raise Unknown("no JPEG, PNG or TIFF")
        if name == "mjpeg" and not whole(data):
            raise DecodeFault("a JPEG that is cut short")
        codec = self._codec
        if codec is None or codec.name != name or name != "mjpeg":
            # libav's PNG decoder adds one picture to the next: a new one for each but JPEG.
            codec = self._codec = _decoder(name)
        try:
            frames = codec.decode(av.Packet(data))
        except (av.error.FFmpegError, ValueError) as error:
            self._codec = None
            raise DecodeFault(type(error).__name__) from None
        if not frames or frames[0].is_corrupt:
            self._codec = None
            raise DecodeFault("no picture came of it")
        return frames[0]


def whole(data: bytes) -> bool:
    """Tell whether a JPEG has its end (ITU-T T.81, B.2), whatever a phone or camera left behind it.

    Segments are stepped over, for one of them may hold a small picture with an end of its own.
    """
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 (every marker begins so)
        if data[at + 1] == _SCAN:
            break
        fills = data[at + 1] == 0xFF  # noqa: PLR2004 (a fill byte)
        at += 1 if fills else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data.find(_JPEG_END, at) >= 0


def _decoder(name: str) -> VideoCodecContext:
    codec = av.CodecContext.create(name, "r")
    if not isinstance(codec, VideoCodecContext):
        raise DecodeFault(f"{name} is no codec of pictures here")
    codec.options = {"max_pixels": str(MOST_PIXELS)}
    if name != "tiff":
        # Of a TIFF it would refuse every tag that it does not know.
        codec.options |= {"err_detect": "explode"}
    codec.thread_count = 1
    codec.thread_type = "NONE"
    return codec
