"""When a camera's pictures are decoded: all, those at IDRs, or hardly any. Pure; time is handed in.

`live` decodes everything. `watch` decodes at every IDR and looks whether the picture changed.
`idle` goes by packet sizes alone and decodes an IDR now and then, as a sign of life and for who
comes slowly. The daemon must agree before the camera rests, and can end the rest at any moment.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from statistics import median
from typing import Literal

from sources.child.gate.calibration import (
    CAUGHT_UP,
    FRAMES,
    LINGER,
    MISSED,
    START,
    Calibration,
    Verdict,
)
from sources.child.gate.motion import Change
from sources.child.gate.signal import Rating

GateState = Literal["live", "watch", "idle"]

REACH = 6.0
"""Seconds of packets that must be at hand: a wake reaches back beyond the last group."""

_TOLERATED = 3
"""Moving pictures that one audit may find unnoticed: noise makes one now and then."""

_SHORTER, _LONGER = 0.75, 1.33
"""Shares of the length of groups from which on it is another stream than the one calibrated."""

_WAVERING = 0.025
"""Share of a heartbeat by which it may be late: IDRs do not arrive to the millisecond."""

_JUDGED_EVERY = 250
"""Pictures between two judgements."""


class Order(Enum):
    """What to do with a packet."""

    DECODE = auto()
    """Decode it after the one before."""

    HOLD = auto()
    """Do not decode it."""

    GLANCE = auto()
    """Decode this IDR alone, for the gate's own eyes."""

    SHOW = auto()
    """Decode this IDR alone and hand its picture over."""

    CATCH_UP = auto()
    """Decode everything since the last IDR before `Machine.reach`, this packet included."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Figures of the state machine; seconds."""

    heartbeat: float = 8.0
    """A picture is decoded and handed over at least this often."""

    calm: float = LINGER
    """Without motion for this long, the camera may rest."""

    watch_gop: float = 4.0
    """IDRs further apart than this are too rare to be all that is looked at."""

    audit_every: float = 600.0
    audit_for: float = 10.0
    settled: int = FRAMES
    """Pictures looked at before the first rest."""


@dataclass(slots=True)
class Audit:
    """What the gate would have missed, measured while everything was decoded."""

    rounds: int = 0
    moving: int = 0
    """Moving pictures seen during audits."""

    missed: int = 0
    """Those for which no sign came in time."""


class Machine:
    """Decides, packet by packet.

    Args:
        insist: Whether to rest without having measured that packet sizes can be trusted.
        tuning: Figures.
    """

    def __init__(self, *, insist: bool = False, tuning: Tuning | None = None) -> None:
        self.state: GateState = "live"
        self.verdict: Verdict | None = None
        self.audit = Audit()
        self.reach = float("-inf")
        """Since when what was held back at the last rest may matter."""

        self.wakes = 0
        """Rests that ended because something seemed to happen, or the daemon wished it."""

        self._insist = insist
        self._tuning = tuning or Tuning()
        self._calibration = Calibration()
        self._resumed = False
        self._usual_length: float | None = None
        self._idr_at: float | None = None
        self._gaps: deque[float] = deque(maxlen=5)
        self._length = 0
        self._lengths: deque[int] = deque(maxlen=5)
        self._last_rating = Rating()
        self._signs: deque[bool] = deque(maxlen=3)
        self._roused_at = float("inf")
        self._moved_at = float("-inf")
        self._shown_at = float("-inf")
        self._audited_at: float | None = None
        self._auditing = False
        self._believed = False
        """Whether sizes were trusted when the audit began."""

        self._witnessed: list[tuple[float, bool, bool]] = []
        self._changed = False
        self._sign_now = False
        self._showing = False
        """Whether the last packet was to be shown: it counts once it made a picture."""

        self.looked_at = float("-inf")
        """When a picture was compared with its packet last."""

    @property
    def heartbeat(self) -> float:
        """Seconds within which a picture is handed over in any case."""
        return self._tuning.heartbeat

    @property
    def gop(self) -> float | None:
        """Seconds between IDRs, once known."""
        return median(self._gaps) if self._gaps else None

    @property
    def length(self) -> int | None:
        """Packets from one IDR to the next, once known."""
        return round(median(self._lengths)) if self._lengths else None

    @property
    def auditing(self) -> bool:
        """Whether it looks just now whether what was measured still holds."""
        return self._auditing

    @property
    def awake(self) -> bool:
        """Whether everything is decoded, though enough was looked at and no audit goes on."""
        return self.state == "live" and self.settled and not self._auditing

    @property
    def _trusting(self) -> bool:
        """Whether sizes alone may keep a camera at rest."""
        return self._insist or (self.verdict is not None and self.verdict.reliable)

    @property
    def settled(self) -> bool:
        """Whether enough was looked at, or an earlier look is believed."""
        return self._resumed or self._calibration.compared >= self._tuning.settled

    def resume(self, at: float, verdict: Verdict | None, length: int) -> None:
        """Believe what was measured earlier, after an audit that begins now.

        Args:
            at: Now.
            verdict: What it came to; None if too little had happened to tell.
            length: Packets in a group; with another length it is another stream.
        """
        self.verdict, self._usual_length, self._resumed = verdict, length, True
        self._roused_at = at
        self._audit()

    @property
    def alone(self) -> bool:
        """Whether every picture is an IDR, as in motion JPEG: then no size tells motion."""
        return bool(self._lengths) and median(self._lengths) <= 1

    @property
    def barred(self) -> bool:
        """Whether its stream lets it never rest, so that nothing need be looked at.

        Two looks must fit into a heartbeat: one picture may be damaged.
        """
        gop = self.gop
        return self.alone or (gop is not None and gop > self._tuning.heartbeat / 2)

    def packet(self, at: float, rating: Rating, *, idr: bool, attended: bool) -> Order:
        """Decide about a packet that arrived `at`.

        `attended`: the daemon wants every picture just now.
        """
        self._count(at, idr=idr)
        self._last_rating = rating
        self._sign_now = self._sign(rating)
        self._showing = False
        self._roused_at = min(self._roused_at, at)
        if self.state == "live":
            self._end_audit(at)
            if attended or not self._may_rest(at):
                self._shown_at = at
                return Order.DECODE
            self._rest(at)
        return self._resting(at, idr=idr, attended=attended)

    def picture(self, at: float, change: Change) -> None:
        """Take in what a decoded picture showed; of those at a rest, too."""
        if self._showing:
            self._shown_at = at
        if change.overturned:
            self.recalibrate()
        if change.moved:
            self._moved_at = at
            self._changed = self.state != "live"
        if self.state != "live":
            return
        rating, self.looked_at = self._last_rating, at
        self._calibration.add(at, rating.deviation, surge=rating.surge, moved=change.moved)
        if self._auditing:
            # Where sizes are not believed, what an IDR shows is all there would have been.
            sign = self._sign_now if self._believed else self._idr_at == at and change.moved
            self._witnessed.append((at, sign, change.moved))
        if self._calibration.compared >= FRAMES and self._calibration.compared % _JUDGED_EVERY == 0:
            self._judge()

    def recalibrate(self) -> None:
        """Forget what was measured: the stream or the light is another one."""
        self._calibration = Calibration()
        self._resumed = False
        self.verdict = None
        self._usual_length = None
        if self.state != "live":
            self._changed = True

    def _count(self, at: float, *, idr: bool) -> None:
        self._length += 1
        if not idr:
            return
        if self._idr_at is not None:
            self._gaps.append(at - self._idr_at)
            self._lengths.append(self._length)
        self._idr_at, self._length = at, 0
        # Counted in packets: their arrival wavers on a busy network.
        if len(self._lengths) < (self._lengths.maxlen or 0):
            return
        length, known = median(self._lengths), self._usual_length
        if known is None:
            self._usual_length = length
        elif not _SHORTER * known < length < _LONGER * known:
            self.recalibrate()

    def _sign(self, rating: Rating) -> bool:
        threshold = START if self.verdict is None else self.verdict.threshold
        above = threshold is not None and rating.deviation > threshold
        self._signs.append(above)
        usable = self.verdict is None or self.verdict.surges
        return (above and sum(self._signs) >= 2) or (rating.surge and usable)  # noqa: PLR2004

    def _may_rest(self, at: float) -> bool:
        tuning = self._tuning
        if (
            self._auditing
            or at - max(self._roused_at, self._moved_at) <= tuning.calm
            or self._sign_now
        ):
            return False
        return self._depth() is not None

    def _depth(self) -> GateState | None:
        """Return how deep the camera may rest; None for not at all."""
        gop = self.gop
        if gop is None or self.barred:
            return None
        if self._insist:
            return "idle"
        if not self.settled:
            return None
        if self._trusting:
            return "idle"
        return "watch" if gop <= self._tuning.watch_gop else None

    def _rest(self, at: float) -> None:
        if self._audited_at is None:
            self._audited_at = at
        depth = self._depth()
        self.state = depth if depth is not None else "live"
        self._changed = False

    def _resting(self, at: float, *, idr: bool, attended: bool) -> Order:
        if attended or self._sign_now or self._changed:
            self.wakes += 1
            return self._rouse(at)
        if self._audited_at is not None and at - self._audited_at >= self._tuning.audit_every:
            self._audit()
            return self._rouse(at)
        if not idr:
            return Order.HOLD
        beat = self._tuning.heartbeat
        if at + (self.gop or 0.0) - self._shown_at > beat + _WAVERING * beat:
            self._showing = True
            return Order.SHOW
        return Order.GLANCE if self.state == "watch" else Order.HOLD

    def _rouse(self, at: float) -> Order:
        # A changed IDR says nothing about when, since the one before, the change came about.
        late = (self.gop or 0.0) if self._changed else 0.0
        self.reach = at if self._auditing else at - CAUGHT_UP - late
        self.state = "live"
        self._changed = False
        self._roused_at = self._shown_at = at
        return Order.CATCH_UP

    def _audit(self) -> None:
        self._auditing, self._believed = True, self._trusting
        self._witnessed.clear()

    def _end_audit(self, at: float) -> None:
        if not self._auditing or at - self._roused_at < self._tuning.audit_for:
            return
        self._auditing = False
        self._audited_at = at
        late = CAUGHT_UP if self._believed else CAUGHT_UP + (self.gop or 0.0)
        moving = sum(moved for _, _, moved in self._witnessed)
        missed = unnoticed(self._witnessed, late)
        self.audit.rounds += 1
        self.audit.moving += moving
        self.audit.missed += missed
        if self._believed and missed > max(_TOLERATED, MISSED * moving):
            self.recalibrate()
        self._judge()

    def _judge(self) -> None:
        verdict = self._calibration.judge()
        if verdict is not None:
            self.verdict = verdict


def unnoticed(witnessed: list[tuple[float, bool, bool]], late: float = CAUGHT_UP) -> int:
    """Count moving pictures without a sign within `LINGER` before or so many seconds after."""
    signs = [at for at, sign, _ in witnessed if sign]
    return sum(
        not any(at - LINGER <= sign <= at + late for sign in signs)
        for at, _, moved in witnessed
        if moved
    )
