"""Whether the data of an HEVC picture ends where its arithmetic decoding does.

libavcodec lets nearly all damage in HEVC pass: after a wrong bit it reads on, every value a wrong
one, and draws what comes. The standard offers an exact check that it leaves out. A slice ends with
`end_of_slice_segment_flag`, whose decoding stops with the very bit that ends the slice's data
(ITU-T H.265, 7.3.8.1, 9.3.2.5 and 9.3.4.3.5). Who lost the thread within the data hits that bit by
a rare chance only. A wrong bit after which the thread is not lost changes one value alone.
"""

from collections import deque

from av.video.codeccontext import VideoCodecContext

from sources.child.arithmetic import address, state

TRIAL, MOST = 100, 90
"""So many of so many packets ending wrongly are the camera's manner and no damage."""


class SliceEnd:
    """Looks after every packet where one decoder stopped; of several slices, in the last alone.

    Args:
        codec: An HEVC decoder with one thread.
    """

    def __init__(self, codec: VideoCodecContext) -> None:
        self._codec = codec
        self._where: int | None = None
        self._right: deque[bool] = deque(maxlen=TRIAL)
        self._known = True

    @property
    def known(self) -> bool:
        """Whether this decoder can be looked into, and what is seen there can be believed."""
        return self._known

    def sound(self) -> bool:
        """Tell whether the packet decoded last ended rightly; True where that cannot be known."""
        if not self._known:
            return True
        if self._where is None:
            # The decoder makes its state with its first packet.
            self._where = address(self._codec)
            self._known = self._where is not None
            if self._where is None:
                return True
        stopped = state(self._where)
        right = stopped is None or stopped.ended
        self._right.append(right)
        if self._right.count(False) > MOST:
            self._known = False
        return right
