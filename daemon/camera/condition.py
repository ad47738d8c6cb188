"""What state a camera is in: computed from the last decoded picture, whatever its child says."""

from collections.abc import Callable

from daemon.counters import CameraFigures
from daemon.timing import Timing
from sources.message import CameraState, Counts, Open

ONLINE = 10.0
"""Seconds since the last decoded picture within which a camera is `online`."""

TICK = 0.25
"""Seconds between two looks at it, at most."""

FLOWING = 2.5
"""Seconds without a new packet after which a camera at rest is as silent as any other."""


class Condition:
    """The state of one camera while one child runs.

    Args:
        opening: What it opens.
        quiet: Seconds without a picture that are no fault, beyond what `timing` allows.
        timing: How long it is waited for.
        figures: Tell whether the camera rests.
        told: Called with every change of state.
    """

    def __init__(
        self,
        opening: Open,
        *,
        quiet: float,
        timing: Timing,
        figures: CameraFigures,
        told: Callable[[CameraState, str], None],
    ) -> None:
        self.started = 0.0
        """The loop's time at which the child said its first word; until then, was started."""

        self.decoded_at: float | None = None
        """The loop's time at which the last decoded picture came."""

        self._opening = opening
        self._quiet = quiet
        self._timing = timing
        self._figures = figures
        self._told = told
        self._state: tuple[CameraState, str] = ("disabled", "")
        self._packets = 0
        self._packets_at = float("-inf")

    def say(self, state: CameraState, reason: str) -> None:
        """Be in a state; what is new is told."""
        if (state, reason) != self._state:
            self._state = (state, reason)
            self._told(state, reason)

    def heard(self, counts: Counts, now: float) -> None:
        """Note whether packets still come."""
        if counts.packets > self._packets:
            self._packets, self._packets_at = counts.packets, now

    def pictured(self, arrival: float) -> None:
        """Note that a picture came."""
        self.decoded_at = max(self.decoded_at or 0.0, arrival)
        if self._state[0] != "frozen":
            self.say("online", "")

    def judge(self, now: float) -> str | None:
        """Compute the state; return why the camera is given up, if it is."""
        timing = self._timing
        if self._state[0] == "waiting_idr" and now - self._packets_at <= timing.silence:
            # It is not silent: what it sends cannot be decoded yet.
            if now - (self.decoded_at or self.started) > timing.idr:
                return f"no IDR within {timing.idr:.0f} s; {self._state[1]}"
            return None
        if self.decoded_at is None:
            # Not at the deadline but before it: the next look would come too late.
            if now - self.started > timing.opening - TICK:
                return f"no picture within {timing.opening:.0f} s of connecting"
            return None
        silent = now - self.decoded_at
        quiet = self._quiet + self._rest(now)
        if silent > timing.silence + quiet:
            return f"no picture for {silent:.0f} s"
        if silent > ONLINE + quiet:
            self.say("stalled", f"no picture for {ONLINE:.0f} s")
        elif self._state[0] in {"connecting", "stalled"}:
            self.say("online", "")
        return None

    def _rest(self, now: float) -> float:
        """Return the seconds by which the next picture of a camera at rest may be late.

        One look at it may fail, as long as its packets come; the next IDR is looked at then.
        """
        gate = self._figures.gate
        resting = gate is not None and gate.state != "live"
        flowing = now - self._packets_at <= FLOWING
        return self._opening.gate_heartbeat / 2 if resting and flowing else 0.0
