"""Whether the data of each slice of an HEVC picture ends where its arithmetic decoding does.

libavcodec lets nearly all damage in HEVC pass: after a wrong bit it reads on, every value a wrong
one, and draws what comes. The standard offers an exact check that it leaves out. A slice ends with
`end_of_slice_segment_flag`, whose decoding stops with the very bit that ends the slice's data
(ITU-T H.265, 7.3.8.1, 9.3.2.5 and 9.3.4.3.5). Who lost the thread within the data hits that bit by
a rare chance only. A wrong bit after which the thread is not lost changes one value alone.

Where the decoder stopped can be looked up between two packets. Of several slices in one packet that
is the last; hence a unit is put behind each of the others which libavcodec skips with a word, and
at that word is looked.
"""

from collections import deque
from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeAlias

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from sources.child.arithmetic import State, address, state
from sources.child.overhearing import overhearing
from sources.child.slices import length_size, marked

TRIAL, MOST = 100, 90
"""So many of so many packets ending wrongly are the camera's manner and no damage."""

DEAF = 30
"""After so many packets in which libavcodec skipped units without a word, it is asked no more."""

Payload: TypeAlias = "av.Packet[Any] | None"
"""One of PyAV's packets, of whichever kind of stream; None flushes."""

Decode = Callable[[Payload], list[VideoFrame]]


class SliceEnd:
    """Looks where one decoder stopped, slice by slice.

    Args:
        codec: An HEVC decoder with one thread.
    """

    def __init__(self, codec: VideoCodecContext) -> None:
        self._codec = codec
        self._size = -1
        self._where: int | None = None
        self._right: deque[bool] = deque(maxlen=TRIAL)
        self._known = True
        self._unheard = 0
        self._marks = 0
        self._before: State | None = None
        self._stops: list[tuple[State | None, bool]] = []
        """Where it stopped at each mark of the packet, and whether rightly."""

        self._held: Payload = None
        """The packet itself: where the last slice ends, its data are looked at."""

    @property
    def known(self) -> bool:
        """Whether this decoder can be looked into, and what is seen there can be believed."""
        return self._known

    @property
    def between(self) -> bool:
        """Whether it can be looked into between the slices of a picture as well."""
        return self._known and self._unheard < DEAF

    def decode(self, decode: Decode, packet: Payload) -> list[VideoFrame]:
        """Decode a packet with this decoder, by way of such a call; None flushes."""
        self._marks, self._held = 0, None
        if packet is None or packet.is_discard or not self.between or self._idle:
            return decode(packet)
        if self._size < 0:
            self._size = length_size(self._codec.extradata)
        data, self._marks = marked(bytes(packet), self._size)
        if not self._marks:
            return decode(packet)
        self._before = self._stopped()
        self._stops.clear()
        self._held = _like(packet, data)
        with overhearing(self._note):
            return decode(self._held)

    def sound(self) -> bool:
        """Tell whether the packet decoded last ended rightly; True where that cannot be known."""
        if not self._known or not self._codec.is_open:
            return True
        stopped = self._stopped()
        if self._where is None:
            self._known = False
            return True
        right = stopped is None or (stopped.ended and self._sound_before(stopped))
        self._right.append(right)
        if self._right.count(False) > MOST:
            self._known = False
        return right

    @property
    def _idle(self) -> bool:
        """Whether it was given a packet before and is not the one that decodes: a device does."""
        return self._size >= 0 and not self._codec.is_open

    def _stopped(self) -> State | None:
        # The decoder makes its state with its first packet.
        if self._where is None and self._codec.is_open:
            self._where = address(self._codec)
        return None if self._where is None else state(self._where)

    def _note(self) -> None:
        # Its data are there now, and not for long.
        stop = self._stopped()
        self._stops.append((stop, stop is not None and stop.ended))

    def _sound_before(self, last: State) -> bool:
        """Tell whether the slices before the last were decoded, and ended rightly."""
        if not self._marks:
            return True
        if len(self._stops) != self._marks:
            self._unheard += 1
            return True
        self._unheard = 0
        stops = [*(stop for stop, _ in self._stops), last]
        if all(stop == self._before for stop in stops):
            # A picture that is left out: it builds on others that were never there (RASL).
            return True
        # Each slice lies elsewhere; where the place stays the same, one was passed over.
        starts = [None if stop is None else stop.start for stop in stops]
        passed = any(one == other for one, other in pairwise(starts))
        return not passed and all(right for _, right in self._stops)


def _like(packet: "av.Packet[Any]", data: bytes) -> "av.Packet[Any]":
    """Make a packet that differs in its data alone."""
    other = av.Packet(data)
    other.pts, other.dts, other.duration = packet.pts, packet.dts, packet.duration
    if packet.time_base:
        other.time_base = packet.time_base
    other.is_keyframe, other.is_corrupt = packet.is_keyframe, packet.is_corrupt
    for beside in packet.iter_sidedata():
        other.set_sidedata(beside)
    return other
