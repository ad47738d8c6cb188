"""What is warned of at the moment: told once it has held for a moment, over once it does not."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from reasoners.driving.advice import Advice
from reasoners.driving.config import Kind

HOLDS = 0.15
"""Seconds for which something must hold before it is said; and for two looks at least."""

OVER = 1.0
"""Seconds after which what holds no more is over."""


@dataclass(slots=True)
class _Claim:
    """Something that holds, or held a moment ago."""

    advice: Advice
    looks: int = 0
    told: bool = False


class Claims:
    """All warnings of one camera.

    Args:
        cooldown: Seconds after a warning in which the same is not said again of the same thing.
    """

    def __init__(self, cooldown: float) -> None:
        self._cooldown = cooldown
        self._held: dict[tuple[Kind, str], _Claim] = {}
        self._quiet_until: dict[tuple[Kind, str], float] = {}

    @property
    def active(self) -> list[Advice]:
        """What has been told and is not over."""
        return [claim.advice for claim in self._held.values() if claim.told]

    def __contains__(self, key: tuple[Kind, str]) -> bool:
        """Tell whether something holds, told or not."""
        return key in self._held

    def settle(self, holds: Iterable[Advice], at: float) -> list[Advice]:
        """Take what holds now; return what is to be said for the first time."""
        begun = []
        for advice in holds:
            key = (advice.kind, advice.key)
            claim = self._held.setdefault(key, _Claim(advice))
            claim.looks += 1
            claim.advice = replace(advice, since=claim.advice.since)
            # A lane is left in one moment.
            lasted = at - claim.advice.since >= HOLDS and claim.looks > 1
            if claim.told or not (lasted or advice.kind == "lane_departure"):
                continue
            if at >= self._quiet_until.get(key, at):
                claim.told = True
                begun.append(claim.advice)
        self._let_go(at)
        return begun

    def clear(self) -> None:
        """Forget everything."""
        self._held.clear()
        self._quiet_until.clear()

    def _let_go(self, at: float) -> None:
        for key, claim in list(self._held.items()):
            if at - claim.advice.at > (OVER if claim.told else 2 * HOLDS):
                del self._held[key]
                if claim.told:
                    self._quiet_until[key] = at + self._cooldown
        for key, until in list(self._quiet_until.items()):
            if until < at:
                del self._quiet_until[key]
