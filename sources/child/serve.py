"""The control thread: answers the daemon and says once a second that it is alive.

It alone sends. Pictures are converted here, when they are asked for; decoding goes on meanwhile in
the reader thread.
"""

import os
import select
import threading
import time
from collections import deque
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from sources.channel import BlockingChannel, ChannelBroken, Received
from sources.child.backend import Patient, build, credential, problems
from sources.child.clerk import Clerk, taken
from sources.child.closer import Closer, Mosaic
from sources.child.convert import Converter, Size
from sources.child.draw import Made, drawn, jpeg
from sources.child.gate.gate import Gate
from sources.child.gate.machine import REACH, Tuning
from sources.child.handover import Dated, Handover, early
from sources.child.lanes import ACROSS, Lanes
from sources.child.limits import bound_memory
from sources.child.mask import Mask
from sources.child.news import News
from sources.child.reading import Reading
from sources.child.ring import PacketRing, PictureRing
from sources.child.turnstile import Turnstile
from sources.child.watchman import Watchman
from sources.errors import SourceRejected
from sources.message import (
    Attend,
    Cut,
    Ended,
    Failed,
    Given,
    Gone,
    Next,
    Open,
    Pulse,
    Take,
    from_daemon,
)
from sources.road import Road
from sources.slot import LARGEST_SIDE, Slots
from sources.source import DecodeFault, Picture, Quiet, Rgb, Source, Still

PULSE = 0.5
"""Seconds between two pulses."""

PULSE_AT_REST = 0.9
"""The same for a camera at rest: its own pictures wake it less often than that."""

WEIGHING = 2.0
"""Seconds between two looks at the child's own memory; asking the kernel takes up to 0.5 ms."""

STALLED = 10.0
"""Seconds without a decoded picture after which a live camera is no longer online."""

GOODBYE = 0.7
"""Seconds the reader gets for closing its stream before the process leaves anyway."""

SLACK = 0.5
"""Seconds that libav gets to notice a silence before the child does."""

_PAGE = os.sysconf("SC_PAGE_SIZE")
_BLANK = Mosaic(1, 1, (), (), ())


class Garbled(Exception):  # noqa: N818 (named after what it is; ends the child)
    """The daemon sent what it never should."""


class Canvas(Protocol):
    """Where pictures of a replay go, one after the other."""

    def add(self, rgb: Rgb, at: float) -> None:
        """Append a picture at a second of the film."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


class Service:
    """One camera, from `Open` to the end.

    Args:
        channel: The daemon's socket.
        slots_fd: Descriptor of the slots.
        turns_fd: Descriptor of what all children share, see `sources.child.turnstile`.
    """

    def __init__(
        self, channel: BlockingChannel, slots_fd: int, turns_fd: int | None = None
    ) -> None:
        self._channel = channel
        self._turns_fd = turns_fd
        self._slots_fd = slots_fd
        self._wake_fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._asked: deque[Next] = deque()
        self._closer: Closer | None = None
        self._film: Canvas | None = None
        self._lanes: Lanes | None = None
        self._beat_at = 0.0
        self._pulse = PULSE
        self._held = 0
        self._weighed_at = float("-inf")

    def run(self) -> bool:
        """Serve until the daemon hangs up (True) or the stream fails (False)."""
        try:
            order = self._first()
            if order is None:
                return True
            self._prepare(order)
        except SourceRejected as error:
            self._channel.send(Failed(remedy="rejected", reason=str(error)[:400]))
            return False
        except (Garbled, ChannelBroken) as error:
            self._channel.send(_complaint(error))
            return False
        self._reader.start()
        try:
            return self._serve()
        except (Garbled, ChannelBroken) as error:
            complaint = _complaint(error)
            counts = self._handover.counts()
            self._channel.send(complaint.model_copy(update={"counts": counts}))
            return False
        finally:
            self._handover.stop()
            if self._film is not None:
                self._film.close()
            self._reader.join(GOODBYE)

    def _first(self) -> Open | None:
        received = self._channel.receive()
        if received is None:
            return None
        order = _understood(received)
        if not isinstance(order, Open):
            raise Garbled("the first message must be `open`")
        return order

    def _prepare(self, order: Open) -> None:
        bound_memory(order.memory)
        if order.film:
            from sources.child.film import Film  # noqa: PLC0415 (only a replay makes a film)

            if not self._channel.descriptors:
                raise Garbled("a film without a descriptor")
            # The child itself may open nothing for writing; the daemon did.
            self._film = Film(os.fdopen(self._channel.descriptors.popleft(), "w+b"))
        self._source: Source = build(order)
        # Asked once: looking a protocol up takes longer than all else in a turn of the loop.
        self._patient = self._source if isinstance(self._source, Patient) else None
        self._quiet = self._source.quiet if isinstance(self._source, Quiet) else 0.0
        live = self._source.live
        self._handover = Handover(
            live=live, wake=self._wake, in_step=not live and order.gate != "off"
        )
        self._news = News(self._wake)
        self._slots = Slots(self._slots_fd, order.slots, writable=True)
        self._pictures = PictureRing(order.kept)
        self._converter = Converter(Mask(order.privacy), order.rotate, order.crop)
        packets = PacketRing(
            order.ring_bytes,
            order.ring_seconds if order.gate == "off" else max(order.ring_seconds, REACH),
        )
        if order.road is not None:
            self._lanes = Lanes(order.road.horizon, order.road.heading, order.road.bonnet)
        self._reading = Reading(
            self._source,
            credential(order),
            self._handover,
            self._news,
            packets,
            order.first_index,
            order.wall,
            Gate(
                order.gate,
                Tuning(heartbeat=order.gate_heartbeat),
                Mask(order.privacy),
                order.lesson,
            ),
        )
        self._reading.passive = order.passive
        self._reading.turnstile = Turnstile(self._turns_fd, order.turns)
        self._clerk = Clerk(
            self._reading,
            packets,
            Converter(Mask(order.privacy), order.rotate, order.crop),
            self._handover,
            self._reading.turnstile,
            self._wake,
        )
        if self._source.live and not order.passive:
            self._reading.watchman = Watchman(order.frozen_after)
        self._reader = threading.Thread(
            target=self._reading.run, name=f"reader-{order.camera}", daemon=True
        )

    def _wake(self) -> None:
        os.eventfd_write(self._wake_fd, 1)

    def _serve(self) -> bool:
        while True:
            self._beat()
            self._pulse = PULSE_AT_REST if self._reading.gate.lull else PULSE
            patience = max(0.0, self._beat_at + self._pulse - time.monotonic())
            if self._heard(patience) and not self._listen():
                return True
            self._answer()
            self._watch()
            if not self._tell():
                return False

    def _heard(self, patience: float) -> bool:
        """Wait until somebody has a word; tell whether the daemon has."""
        if self._channel.pending:
            patience = 0.0
        ready, _, _ = select.select([self._channel.fileno(), self._wake_fd], [], [], patience)
        if self._wake_fd in ready:
            os.eventfd_read(self._wake_fd)
        return self._channel.pending or self._channel.fileno() in ready

    def _listen(self) -> bool:
        """Take in every message that is here; False when the daemon hung up."""
        while True:
            received = self._channel.receive()
            if received is None:
                return False
            match _understood(received):
                case Next() as wish if wish.slot < self._slots.count:
                    self._asked.append(wish)
                    if len(self._asked) > self._slots.count:
                        raise Garbled("more questions than slots")
                case Take() as wish:
                    self._take(wish)
                case Cut() as wish:
                    if not self._clerk.ask(wish):
                        raise Garbled("more questions about clips than clips")
                case Attend() as wish:
                    self._reading.gate.attended = wish.live
                case _:
                    raise Garbled("an unexpected message")
            if not self._channel.pending:
                return True

    def _answer(self) -> None:
        """Hand over pictures to whoever waits for one."""
        while self._asked:
            wish = self._asked[0]
            dated = self._handover.take(wish.not_before)
            if dated is None:
                if not self._handover.over:
                    return
                self._asked.popleft()
                # The last word and figures of a recording that may have taken no second at all.
                if opened := self._news.opened():
                    self._channel.send(opened)
                self._report(time.monotonic())
                self._channel.send(Ended(id=wish.id, counts=self._handover.counts()))
            elif self._give(wish, dated):
                self._asked.popleft()

    def _give(self, wish: Next, dated: Dated) -> bool:
        blank = early(dated, wish.pixels_from)
        try:
            mosaic = _BLANK if blank else self._mosaic(wish, dated.picture)
            road = None if blank else self._road(dated)
        except DecodeFault:
            self._handover.spoiled()
            return False
        if not blank:
            self._handover.converted()
        pixels = self._slots.compose(wish.slot, mosaic.width, mosaic.height, mosaic.pieces)
        self._pictures.add(dated, wish.needed)
        full = self._converter.size(dated.picture)
        if opened := self._news.opened():
            self._channel.send(opened)
        self._channel.send(
            Given(
                id=wish.id,
                index=dated.index,
                slot=wish.slot,
                generation=pixels.generation,
                width=pixels.width,
                height=pixels.height,
                full_width=full.width,
                full_height=full.height,
                time=dated.time,
                arrival=dated.arrival,
                captured=dated.picture.captured,
                counts=self._handover.counts(),
                blank=blank,
                parts=None if wish.regions is None else mosaic.parts,
                moved=mosaic.moved,
                road=road,
                still=dated.picture.still if isinstance(dated.picture, Still) else None,
            )
        )
        return True

    def _road(self, dated: Dated) -> Road | None:
        """Look at the road, where that is wanted."""
        if self._lanes is None:
            return None
        return self._lanes.look(self._converter.luma(dated.picture, ACROSS), dated.time)

    def _mosaic(self, wish: Next, picture: Picture) -> Mosaic:
        """Convert the whole picture, or what is worth a closer look."""
        size = Size(min(wish.width, LARGEST_SIDE), min(wish.height, LARGEST_SIDE))
        if wish.regions is None:
            rgb = self._converter.fit(picture, size.width, size.height)
            return Mosaic(rgb.shape[1], rgb.shape[0], ((0, 0, rgb),), (), ())
        if self._closer is None or self._closer.model != size:
            self._closer = Closer(size)
        return self._closer.cut(self._converter, picture, wish.regions)

    def _take(self, wish: Take) -> None:
        request = wish.request
        dated = self._pictures.find(request.index)
        if dated is not None:
            try:
                if self._film is not None and wish.film_at is not None:
                    canvas = drawn(self._converter, dated.picture, request)
                    self._film.add(canvas, wish.film_at)
                    made = Made(b"", Size(canvas.shape[1], canvas.shape[0]), None)
                else:
                    made = jpeg(self._converter, dated.picture, request)
            except (DecodeFault, ValueError):
                self._channel.send(Gone(id=wish.id, index=request.index))
            else:
                self._channel.send(taken(wish, made), made.data)
        # What is not decoded any more may still be there as packets.
        if dated is None and (wish.film_at is not None or not self._clerk.ask(wish)):
            self._channel.send(Gone(id=wish.id, index=request.index))

    def _tell(self) -> bool:
        """Pass on what the others have to say; False after the reader's last word."""
        news = self._news.take()
        if any(isinstance(message, Failed) for message in news):
            # A question that was asked before the stream broke may not have been read yet, and
            # without one outstanding the end of a clip would be told to nobody.
            if self._heard(0.0):
                self._listen()
            self._clerk.finish(GOODBYE)
        for answer, blob in self._clerk.answers():
            self._channel.send(answer, blob)
        for message in news:
            if isinstance(message, Failed):
                counts = self._handover.counts()
                self._channel.send(message.model_copy(update={"counts": counts}))
                return False
            self._channel.send(message)
        return True

    def _watch(self) -> None:
        """Notice a silence that libav does not end by itself."""
        source = self._source
        if not source.live or self._handover.finished:
            return
        silent = time.monotonic() - self._reading.heard_at
        if self._patient is not None:
            opened = self._reading.opened
            limit = self._patient.read_timeout + SLACK
            if not opened:
                limit = 2 * self._patient.open_timeout
            if silent > limit:
                self._reading.give_up(f"the camera was silent for {silent:.1f} s")
        self._reading.notice(STALLED + self._quiet)

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beat_at < self._pulse:
            return
        self._beat_at = now
        self._report(now)

    def _report(self, now: float) -> None:
        if now - self._weighed_at >= WEIGHING:
            self._held, self._weighed_at = _memory(), now
        handover = self._handover
        self._channel.send(
            Pulse(
                decoded_at=handover.decoded_at,
                counts=handover.counts(),
                gate=None if self._reading.gate.off else self._reading.gate.report(),
                flow=self._reading.flow(),
                rss=self._held,
            )
        )


def _understood(received: Received) -> Open | Next | Take | Cut | Attend:
    try:
        return from_daemon.validate_json(received.text)
    except ValidationError as error:
        raise Garbled(problems(error)) from None


def _complaint(error: Exception) -> Failed:
    reason = f"garbled message from the daemon: {error}"
    return Failed(remedy="unavailable", reason=reason[:400])


def _memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE
