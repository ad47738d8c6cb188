"""Whether what a decoder gives out may be believed: from damage on to the next IDR it may not."""

import av.error
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from sources.child.slice_end import Decode, Payload, SliceEnd
from sources.source import DecodeFault


class Doubt:
    """Follows one decoder, packet by packet.

    A decoder that puts pictures into order gives out some later than their packets: an IDR that was
    decoded before the damage does not end it.
    """

    def __init__(self, codec: VideoCodecContext) -> None:
        self._codec = codec
        self._end = SliceEnd(codec) if codec.name == "hevc" else None
        self._tainted = False
        self._owed = 0

    def decode(self, decode: Decode, packet: Payload) -> list[VideoFrame]:
        """Let the decoder decode one packet, by way of such a call; None flushes.

        Raises:
            DecodeFault: It cannot be decoded.
        """
        try:
            frames = decode(packet) if self._end is None else self._end.decode(decode, packet)
        except av.error.EOFError:
            return []
        except av.error.FFmpegError as error:
            self._damaged()
            raise DecodeFault(type(error).__name__) from None
        self._owed = max(0, self._owed - 1)
        if self._end is not None and packet is not None and not self._end.sound():
            self._damaged()
        return frames

    def about(self, frame: VideoFrame) -> bool:
        """Tell whether a picture that the decoder gives out is doubted."""
        if frame.is_corrupt:
            self._tainted = True
        elif frame.key_frame and not self._owed:
            self._tainted = False
        return self._tainted

    def restart(self) -> None:
        """Start anew at an IDR, with a decoder that holds nothing back."""
        self._tainted = False
        self._owed = 0

    def _damaged(self) -> None:
        self._tainted = True
        self._owed = 1 + self._codec.reorder_depth
