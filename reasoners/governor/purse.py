"""All limits that one call must meet: in total and of its camera, by calls, tokens and money."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from reasoners.governor.allowance import Allowance
from reasoners.governor.budget import Budget, Hourly
from reasoners.governor.ticket import Reserved, Why

Kind = Literal["calls", "tokens", "money"]

KINDS: Final[tuple[Kind, ...]] = ("calls", "tokens", "money")
_DIGITS: Final[dict[Kind, int]] = {"calls": 0, "tokens": 0, "money": 6}
WORDS: Final[dict[Kind, str]] = {"calls": "calls", "tokens": "tokens", "money": "money"}


@dataclass(frozen=True, slots=True)
class Short:
    """Which limit keeps a call waiting, and until when."""

    why: Why
    until: float
    shared: bool
    """Whether it is a limit of all cameras together."""

    text: str


class Purse:
    """Allowances of everybody.

    Args:
        budget: The limits.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._total = _allowances(budget, budget.burst)
        self._cameras: dict[str, dict[Kind, Allowance]] = {}

    def short(self, camera: str, reserved: Reserved, now: float, *, urgent: bool) -> Short | None:
        """Return the limit that keeps a call waiting longest; None if it may go now.

        Args:
            camera: Whose call.
            reserved: What it may take.
            now: The present.
            urgent: Whether it may use what is kept in reserve.
        """
        worst: Short | None = None
        reserve = 0.0 if urgent else self._budget.reserve
        for shared, kind, allowance in self._all(camera):
            amount = _amount(kind, reserved)
            # Of a handful of calls nothing is kept back: a fifth of two would be a whole one.
            few = allowance.limit is not None and allowance.limit * reserve < amount
            until = allowance.free_at(amount, now, 0.0 if few else reserve)
            if until > now and (worst is None or until > worst.until):
                worst = Short(
                    _why(kind, shared=shared), until, shared, _text(kind, allowance, camera, shared)
                )
        return worst

    def take(self, camera: str, reserved: Reserved, now: float) -> None:
        """Set aside what a call may take."""
        for _, kind, allowance in self._all(camera):
            allowance.take(_amount(kind, reserved), now)

    def settle(self, camera: str, reserved: Reserved, used: Reserved, now: float) -> None:
        """Correct what was set aside to what it took."""
        for _, kind, allowance in self._all(camera):
            allowance.settle(_amount(kind, reserved), _amount(kind, used), now)

    def recall(self, camera: str, used: Reserved, at: float) -> None:
        """Note what a call took before the beginning; see `Allowance.recall`."""
        for _, kind, allowance in self._all(camera):
            allowance.recall(_amount(kind, used), at)

    def standing(self, camera: str, now: float) -> dict[str, tuple[float, float]]:
        """Return what was spent within the last hour, and what may be, of each limit that is set.

        Limits of the camera itself are named `camera_calls` and so on.
        """
        return {
            kind if shared else f"camera_{kind}": (
                round(allowance.within(now), _DIGITS[kind]),
                allowance.limit,
            )
            for shared, kind, allowance in self._all(camera)
            if allowance.limit is not None
        }

    def spent(self, kind: Kind) -> float:
        """Return what was spent since the beginning."""
        return self._total[kind].spent

    def within(self, kind: Kind, now: float, camera: str | None = None) -> float:
        """Return what was spent within the last hour, of limits that are set."""
        whose = self._total if camera is None else self._of(camera)
        return whose[kind].within(now)

    def strain(self, now: float) -> float:
        """Return the share that is spent of the total limit that is nearest to its end.

        Calls do not count: leaving pictures out saves none.
        """
        return max(self._total[kind].share(now) for kind in ("tokens", "money"))

    def _all(self, camera: str) -> Iterator[tuple[bool, Kind, Allowance]]:
        for kind in KINDS:
            yield True, kind, self._total[kind]
        for kind in KINDS:
            yield False, kind, self._of(camera)[kind]

    def _of(self, camera: str) -> dict[Kind, Allowance]:
        if camera not in self._cameras:
            self._cameras[camera] = _allowances(self._budget.per_camera, self._budget.burst)
        return self._cameras[camera]


def _allowances(limits: Hourly, burst: float) -> dict[Kind, Allowance]:
    return {
        "calls": Allowance(limits.calls_per_hour, burst),
        "tokens": Allowance(limits.tokens_per_hour, burst),
        "money": Allowance(limits.money_per_hour, burst),
    }


def _amount(kind: Kind, reserved: Reserved) -> float:
    match kind:
        case "calls":
            return reserved.calls
        case "tokens":
            return reserved.tokens
        case "money":
            return reserved.money


def _why(kind: Kind, *, shared: bool) -> Why:
    match kind:
        case "calls":
            return "budget_calls" if shared else "camera_calls"
        case "tokens":
            return "budget_tokens" if shared else "camera_tokens"
        case "money":
            return "budget_money" if shared else "camera_money"


def _text(kind: Kind, allowance: Allowance, camera: str, shared: bool) -> str:
    whose = "all cameras" if shared else f"camera {camera}"
    return f"the budget of {allowance.limit:g} {WORDS[kind]} an hour of {whose} is used up"
