"""The reader thread: opens the stream, demux -> gate -> decode, and closes it."""

import threading
import time

from sources.child.gate.gate import Gate
from sources.child.gate.machine import Order
from sources.child.gauge import Gauge
from sources.child.handover import Dated, Handover
from sources.child.news import News
from sources.child.rehearsal import as_if_live
from sources.child.ring import Moments, PacketRing, Stamps
from sources.child.turnstile import Turnstile
from sources.child.watchman import Watchman
from sources.errors import SourceBusy, SourceRejected, SourceUnavailable
from sources.message import CameraState, Failed, Flow, StreamInfo
from sources.source import (
    Clocked,
    Collecting,
    DecodeFault,
    Packet,
    Picture,
    Punctual,
    Quiet,
    Resumable,
    Secret,
    Source,
    Stamped,
    Stream,
    Witness,
)

GIVE_UP = 250
"""Packets in a row that cannot be decoded, though decoding could have started, after which the
stream counts as broken."""

PASSIVE_LULL = 0.1
"""Seconds for which packets of a stream of which nothing is decoded may collect."""

TURN = 1.0
"""Seconds a child waits for its turn to catch up; then it does so all the same."""

PATIENCE = 1.0
"""Seconds of packets without a picture after which it is said that the next IDR is waited for."""

NO_IDR = (
    "packets come, but no IDR at which decoding could start: shorten the interval of key frames "
    "(GOP) in the camera, and turn off its 'smart' codec (H.264+, H.265+)"
)
CATCHING_UP = 1.0
"""Seconds for which a reader that catches up waits, all in all, for those who ask for pictures."""

FRESH = 1.5
"""Seconds of age above which a picture is not handed over any more when catching up: the daemon
would drop it as too old."""

WAITS = "waits for new files"
DAMAGE = "pictures are damaged until the next IDR: something got lost on the way"
FROZEN = "the camera sends the same picture over and over"


class Reading:
    """Follows one stream from opening to closing; `run` is the reader thread.

    Args:
        source: What to open.
        secret: Its credentials.
        handover: Where pictures go.
        news: Where states and failures go.
        packets: Ring of compressed packets.
        first_index: Where to go on numbering.
        wall: Unix seconds at monotonic 0, for a camera that tells the time.
        gate: Decides what is decoded; a recording is told to it as if it came live.
    """

    def __init__(
        self,
        source: Source,
        secret: Secret | None,
        handover: Handover,
        news: News,
        packets: PacketRing,
        first_index: int,
        wall: float | None = None,
        gate: Gate | None = None,
    ) -> None:
        self._source = source
        self._secret = secret
        self._handover = handover
        self._news = news
        self._packets = packets
        self._index = first_index
        self._wall = wall
        self.stream: Stream | None = None
        """What is open, once it is."""

        self.stamps = Stamps()
        """Of the pictures that got an index, to find them again among the packets."""

        self.passive = False
        """Whether packets are kept and nothing is decoded."""

        self.moments = Moments()
        """When the pictures of packets were taken; noted by a passive reader alone."""

        self.turnstile = Turnstile()
        """Passed before a rest is caught up with."""

        self.gate = gate if gate is not None else Gate()
        """May be told, by any thread, what is `attended`."""

        self._blind = False
        """Whether the decoder must wait for an IDR: what came since the last one is lost."""

        self._shown = self._caught_up = float("-inf")
        """Media time of the last picture for others, and of the last one before a rest."""

        self._late: float | None = None
        """Monotonic seconds at which it is too late for handing over one by one what was held
        back; None while nothing is caught up with."""

        self._resumable: Resumable | None = None
        """The stream, if its decoder can begin anew at any IDR."""

        self._state: CameraState | None = None
        self._info: StreamInfo | None = None
        self._size: tuple[int, int] | None = None
        self._faults = 0
        self._waits_since: float | None = None
        self._time = 0.0
        self._said = threading.Lock()
        self.heard_at = time.monotonic()
        """Monotonic seconds of the last sign of life: start, opening, packet."""

        self.opened = False
        self.watchman: Watchman | None = None
        """Who looks whether the view of a live camera is all right."""

        self._gauge = Gauge()
        self._clocked: Clocked | None = None
        self.idrs = 0
        """Packets so far at which decoding could start."""

    def run(self) -> None:
        """Read until the end, a failure, or until asked to stop."""
        try:
            self._change("connecting")
            stream = self._source.open(self._secret)
            try:
                self.heard_at = time.monotonic()
                self.opened = True
                self.stream = stream
                self._hear(stream)
                self._follow(stream)
            finally:
                stream.close()
        except SourceRejected as error:
            self._fail("refused", Failed(remedy="rejected", reason=str(error)[:400]))
        except SourceBusy as error:
            self._fail("refused", Failed(remedy="busy", reason=str(error)[:400]))
        except SourceUnavailable as error:
            self._fail("stalled", Failed(remedy="unavailable", reason=str(error)[:400]))
        else:
            self._handover.finish()

    @property
    def info(self) -> StreamInfo | None:
        """What is open, with the size of its last picture; any thread may ask."""
        info, size = self._info, self._size
        if info is None or size is None:
            return info
        return info.model_copy(update={"width": size[0], "height": size[1]})

    def notice(self, limit: float) -> None:
        """Say `stalled` when no picture was decoded for so many seconds; any thread may ask."""
        decoded_at = self._handover.decoded_at
        if self._state in {"online", "frozen"} and decoded_at is not None:
            silent = time.monotonic() - decoded_at
            if silent > limit:
                self._change("stalled", f"no picture for {silent:.0f} s")

    def flow(self) -> Flow | None:
        """Say what the stream measures; any thread may ask."""
        flow = self._gauge.report()
        if flow is None or self._clocked is None:
            return flow
        return flow.model_copy(update={"clock": self._clocked.clock()})

    def give_up(self, reason: str) -> None:
        """Fail on behalf of a reader that is stuck in libav; any thread may say so."""
        self._fail("stalled", Failed(remedy="unavailable", reason=reason[:400]))

    def _hear(self, stream: Stream) -> None:
        self._info = stream.info
        self._news.stream(stream.info)
        if isinstance(self._source, Quiet) and self._source.quiet == float("inf"):
            # Nothing may come for days, and all is well.
            self._change("online", WAITS)
        # Asked once: to compare with a protocol takes as long as all else that befalls a packet.
        self._resumable = stream if isinstance(stream, Resumable) else None
        if self._resumable is None:
            self.gate = Gate()
        if isinstance(stream, Clocked):
            self._clocked = stream
        if isinstance(stream, Witness):
            self._handover.witness(stream.mishaps)
            if self._wall is not None:
                stream.align(self._wall)

    def _follow(self, stream: Stream) -> None:
        collecting = stream if isinstance(stream, Collecting) else None
        witness = isinstance(stream, Witness)
        packets = stream.packets()
        if not self._source.live and not self.gate.off:
            packets = as_if_live(packets)
        for packet in packets:
            self.heard_at = time.monotonic()
            if self._handover.stopped:
                return
            if packet.size > 0 or witness:
                # A camera whose packets cannot be decoded yet is not silent: they come.
                self._handover.packet()
            if packet.size > 0:
                self.idrs += packet.idr
                self._gauge.add(packet)
            self._packets.add(packet)
            self._obey(stream, packet)
            if stream.info is not self._info and stream.info != self._info:
                self._describe(stream)
            if packet.idr and (lesson := self.gate.lesson(packet.arrival)) is not None:
                self._news.lesson(lesson)
            if collecting is not None:
                collecting.lull = PASSIVE_LULL if self.passive else self.gate.lull
        if not self._handover.stopped:
            self._decode(stream, None)

    def _keep(self, stream: Stream, packet: Packet) -> None:
        """Note when the picture of a packet was taken, in case somebody asks for it."""
        self._handover.held()
        if packet.size <= 0 or not isinstance(packet, Stamped) or packet.stamp is None:
            return
        taken = stream.taken(packet) if isinstance(stream, Punctual) else None
        self.moments.note(packet.arrival if taken is None else taken, packet.stamp)
        if packet.idr:
            self._change("online")

    def _obey(self, stream: Stream, packet: Packet) -> None:
        if self.passive:
            self._keep(stream, packet)
            return
        order, resumable = Order.DECODE, self._resumable
        if resumable is not None:
            order = self.gate.order(packet, packet.arrival)
            if self._blind and order is not Order.HOLD:
                order = self._regain(resumable, packet, order)
        match order:
            case Order.DECODE:
                self._decode(stream, packet)
            case Order.HOLD:
                self._handover.held()
            case Order.CATCH_UP if resumable is not None:
                self._catch_up(stream)
            case _:
                self._glance(stream, packet, show=order is Order.SHOW)

    def _regain(self, stream: Resumable, packet: Packet, order: Order) -> Order:
        """See again at an IDR; until then everything is held."""
        if not packet.idr:
            return Order.HOLD
        self._blind = False
        if order in {Order.GLANCE, Order.SHOW}:
            return order
        stream.restart()
        return Order.DECODE

    def _glance(self, stream: Stream, packet: Packet, *, show: bool) -> None:
        """Decode an IDR alone, whatever the decoder would hold back."""
        if self._resumable is not None:
            self._resumable.restart()
            self._decode(stream, packet, show=show)
            self._decode(stream, None, show=show, arrival=packet.arrival)
            self._resumable.restart()

    def _catch_up(self, stream: Stream) -> None:
        """Decode what was held back since something may have happened, and hand it over in order.

        What is too old to be decided on, or not asked for in time, is passed over: afterwards the
        camera must be live, not late.
        """
        group = self._packets.since(self.gate.reach)
        if self._resumable is not None:
            self._resumable.restart()
        self._blind = not group
        if not group:
            self._handover.held()
            return
        self._caught_up = self._shown
        with self.turnstile.turn(TURN):
            self._late = time.monotonic() + CATCHING_UP
            for packet in group[:-1]:
                self._decode(stream, packet, look=False)
        self._late = None
        self._decode(stream, group[-1])
        self._caught_up = float("-inf")

    def _decode(
        self,
        stream: Stream,
        packet: Packet | None,
        *,
        show: bool = True,
        look: bool = True,
        arrival: float | None = None,
    ) -> None:
        if arrival is None:
            arrival = time.monotonic() if packet is None else packet.arrival
        try:
            for picture in stream.decode(packet):
                if self._handover.stopped:
                    return
                self._see(stream, picture, arrival, show=show, look=look)
        except DecodeFault as fault:
            self._handover.decode_error()
            self._wait_for_idr(arrival)
            # Before the first IDR nothing can be decoded, and nothing is broken.
            self._faults += self.idrs > 0
            if self._faults >= GIVE_UP:
                raise SourceUnavailable(f"{GIVE_UP} packets in a row make no picture") from fault
        else:
            self._faults = 0
            if self._state == "connecting":
                self._wait_for_idr(arrival)

    def _wait_for_idr(self, now: float) -> None:
        """Say that there is no picture to show before the next IDR, once that lasts."""
        if self._waits_since is None:
            self._waits_since = now
        if self._handover.decoded_at is not None:
            self._change("waiting_idr", DAMAGE)
        elif now - self._waits_since >= PATIENCE:
            self._change("waiting_idr", NO_IDR)

    def _see(
        self, stream: Stream, picture: Picture, arrival: float, *, show: bool, look: bool
    ) -> None:
        if self._known(picture):
            return
        index, self._index = self._index, self._index + 1
        if picture.corrupt:
            self._handover.corrupt()
            self._wait_for_idr(time.monotonic())
            return
        # As of `Stamped`, which would be slow to ask for: this is done for every picture.
        stamp: int | None = getattr(picture, "stamp", None)
        if stamp is not None:
            self.stamps.note(index, stamp)
        self._measure(stream, picture, arrival)
        self._waits_since = None
        self._watch(picture, arrival)
        if look and not self.gate.off:
            self.gate.look(picture, arrival)
        when = self._date(picture, arrival)
        # A recording that is told as if it came live has arrivals of its own time.
        dated = Dated(picture, index, when, arrival if self._source.live else time.monotonic())
        if not show:
            self._handover.pass_over(dated.arrival)
            return
        if picture.time is not None:
            self._shown = picture.time
        self._offer(dated)

    def _offer(self, dated: Dated) -> None:
        if self._late is None or not self._source.live:
            self._handover.offer(dated)
            return
        now = time.monotonic()
        if now - dated.arrival > FRESH or now >= self._late:
            self._handover.pass_over(dated.arrival)
        elif not self._handover.offer_in_turn(dated, self._late - now):
            self._late = now

    def _watch(self, picture: Picture, now: float) -> None:
        """See now and then whether the view itself is all right."""
        watchman = self.watchman
        if watchman is not None and watchman.due(now):
            for hint in watchman.look(picture, now, self.idrs):
                self._news.hint(hint)
        frozen = watchman is not None and watchman.frozen
        self._change("frozen" if frozen else "online", FROZEN if frozen else "")

    def _known(self, picture: Picture) -> bool:
        """Tell whether others saw this picture before the rest that is being caught up with."""
        return picture.time is not None and picture.time <= self._caught_up

    def _date(self, picture: Picture, arrival: float) -> float:
        known = arrival if self._source.live else picture.time
        self._time = max(self._time, self._time if known is None else known)
        return self._time

    def _measure(self, stream: Stream, picture: Picture, arrival: float) -> None:
        size = picture.width, picture.height
        before, self._size = self._size, size
        if before is not None and size != before:
            self.gate.anew()
        if size != before:
            self.gate.meet(stream.info.codec, *size, arrival)
        known = before or (stream.info.width, stream.info.height)
        if size != known or stream.info is not self._info:
            self._describe(stream)

    def _describe(self, stream: Stream) -> None:
        """Say what is read, which is not what it was; its pictures know best how large they are."""
        self._info = stream.info
        self._news.stream(self.info or stream.info)

    def _change(self, state: CameraState, reason: str = "") -> None:
        with self._said:
            if state == self._state:
                return
            self._state = state
            self._news.state(state, reason)

    def _fail(self, state: CameraState, failed: Failed) -> None:
        self._change(state, failed.reason)
        self._news.failed(failed)
