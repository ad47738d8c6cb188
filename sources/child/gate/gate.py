"""Second stage of the child: is this packet worth decoding?"""

from sources.child.gate.calibration import Verdict
from sources.child.gate.machine import GateState, Machine, Order, Tuning
from sources.child.gate.motion import PixelMotion
from sources.child.gate.signal import Rating, SizeSignal
from sources.child.luma import sampled
from sources.child.mask import Mask
from sources.message import GateMode, GateReport, Lesson
from sources.source import Packet, Picture

LULL = 0.4
"""Seconds for which packets of a camera at rest collect at most."""

STALE = 3600.0
"""Seconds after which what was learnt holds no longer: noise and light change with the hour."""

APART_WHEN_AWAKE = 0.19
"""Seconds between two pictures that are looked at where enough was measured and the camera is awake
all the same: one in five of 25 a second."""

TAUGHT_EVERY = 30.0
"""Seconds between two lessons for a later child."""

_OTHER = 1.8
"""Times the usual size at the start of a calibration from which the camera sends another stream."""


class Gate:
    """Keeps a camera's pictures from being decoded while nothing happens.

    A packet of size 0 flushes the decoder; it is never held back. What is not live never is either.

    Args:
        mode: `off` lets everything through.
        tuning: Figures of the state machine.
        mask: Hides from the gate, too, what nobody may see.
        lesson: What the child before learnt; believed if it is of this stream, and not too old.
    """

    def __init__(
        self,
        mode: GateMode = "off",
        tuning: Tuning | None = None,
        mask: Mask | None = None,
        lesson: Lesson | None = None,
    ) -> None:
        self.attended = True
        """Whether the daemon wants every picture just now; any thread may set it."""

        self._mode = mode
        self._machine = Machine(insist=mode == "on", tuning=tuning)
        self._lull = min(LULL, self._machine.heartbeat / 20)
        self._signal = SizeSignal()
        self._motion = PixelMotion()
        self._mask = mask or Mask(())
        self._usual: float | None = None
        self._lesson = lesson
        self._stream: tuple[str, int, int] | None = None
        self._taught_at = float("-inf")
        self._looked_at = float("-inf")

    @property
    def off(self) -> bool:
        """Whether it lets everything through without looking."""
        return self._mode == "off"

    @property
    def state(self) -> GateState:
        """How much is decoded."""
        return self._machine.state

    @property
    def lull(self) -> float:
        """Seconds for which packets may collect unseen: at rest some, else none.

        By so much a wake comes later, and as much more is caught up with.
        """
        return 0.0 if self._machine.state == "live" else self._lull

    @property
    def reach(self) -> float:
        """Since when what was held back may matter, once it is to be caught up with; seconds."""
        return self._machine.reach

    def order(self, packet: Packet, at: float) -> Order:
        """Decide about a packet that arrived `at`, in seconds that never decrease."""
        if self.off or packet.size <= 0:
            return Order.DECODE
        rating = self._signal.rate(packet.size, idr=packet.idr)
        order = self._machine.packet(at, rating, idr=packet.idr, attended=self.attended)
        if order is Order.HOLD and _quiet(rating):
            self._signal.learn()
        if packet.idr:
            self._compare()
        return order

    def look(self, picture: Picture, at: float) -> None:
        """Take in a picture that was decoded; its packet arrived `at`."""
        if self._machine.barred or self._may_skip(at):
            return
        luma = sampled(picture)
        change = self._motion.look(luma, self._mask.covers(luma.shape[1], luma.shape[0]))
        self._machine.picture(at, change)
        if not change.moved:
            self._signal.learn()

    def meet(self, codec: str, width: int, height: int, at: float) -> None:
        """Learn what the first picture of a stream is like, and believe a lesson about such ones.

        Args:
            codec: Its name.
            width: Pixels.
            height: Pixels.
            at: When its packet arrived.
        """
        self._stream, lesson = (codec, width, height), self._lesson
        self._lesson = None
        if lesson is None or not 0 <= at - lesson.taken_at <= STALE:
            return
        if (lesson.codec, lesson.width, lesson.height) != self._stream:
            return
        self._signal.recall(lesson.usual, lesson.places)
        self._usual = self._signal.usual or None
        verdict = None
        if lesson.auc is not None:
            verdict = Verdict(lesson.auc, lesson.threshold, lesson.missed, lesson.surges)
        self._machine.resume(at, verdict, lesson.gop)

    def lesson(self, at: float) -> Lesson | None:
        """Return what a later child should know, now and then; None most of the time."""
        machine = self._machine
        if self.off or not machine.settled or at - self._taught_at < TAUGHT_EVERY:
            return None
        if self._stream is None or machine.length is None or machine.looked_at == float("-inf"):
            return None
        self._taught_at = at
        verdict = machine.verdict
        usual, places = self._signal.usual_sizes()
        codec, width, height = self._stream
        return Lesson(
            taken_at=machine.looked_at,
            codec=codec,
            width=width,
            height=height,
            gop=machine.length,
            auc=None if verdict is None else verdict.auc,
            threshold=None if verdict is None else verdict.threshold,
            missed=1.0 if verdict is None else verdict.missed,
            surges=verdict is None or verdict.surges,
            usual=usual,
            places=places,
        )

    def anew(self) -> None:
        """Start over: the camera sends pictures of another size."""
        self._motion = PixelMotion()
        self._signal = SizeSignal()
        self._usual = None
        self._machine.recalibrate()

    def report(self) -> GateReport:
        """Tell how it stands and what it measured of itself."""
        verdict, audit = self._machine.verdict, self._machine.audit
        return GateReport(
            state=self._machine.state,
            reliable=None if verdict is None else verdict.reliable,
            auc=None if verdict is None else round(verdict.auc, 4),
            missed=None if verdict is None else round(verdict.missed, 4),
            threshold=None if verdict is None else verdict.threshold,
            wakes=self._machine.wakes,
            audits=audit.rounds,
            audit_moving=audit.moving,
            audit_missed=audit.missed,
        )

    def _may_skip(self, at: float) -> bool:
        """Tell whether this picture need not be looked at: enough is known, and nobody sleeps."""
        if self._machine.awake and at - self._looked_at < APART_WHEN_AWAKE:
            return True
        self._looked_at = at
        return False

    def _compare(self) -> None:
        """Start over when usual packets have become much larger or smaller."""
        now = self._signal.usual
        if self._machine.verdict is None:
            self._usual = now or None
        elif self._machine.auditing:
            return  # a stream begins with sizes of its own, and the audit sees for itself
        elif self._usual and not self._usual / _OTHER < now < self._usual * _OTHER:
            self._usual = now
            self._machine.recalibrate()


def _quiet(rating: Rating) -> bool:
    """Whether a packet nobody looked into may count as usual."""
    return rating.deviation < 2.0 and not rating.surge  # noqa: PLR2004 (well below any threshold)
