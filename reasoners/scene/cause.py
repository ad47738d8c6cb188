"""Why something changed, where one of the stated patterns says so. Never merely A before B."""

from dataclasses import dataclass
from typing import Literal

from reasoners.scene.change import Change
from reasoners.scene.relation import Relation

Pattern = Literal[
    "put_down",
    "carried_off",
    "held_up",
    "gave_way",
    "freed",
    "covered",
    "followed_in",
    "filled",
]
"""
* `put_down`: A put B down and went (effect `LeftBehind`; evidence *A carries B*).
* `carried_off`: A took B, so B moved or is gone (evidence *A takes B*).
* `held_up`: A stands in B's way, so B stopped (evidence *A blocks B*).
* `gave_way`: A came into B's way, so B stopped (evidence *B approaches A*).
* `freed`: A, which held B up, moved off, so B moved off (evidence *A blocks B*, ended).
* `covered`: A came before B, or B went behind A, so B is hidden (evidence *A in front of B*).
* `followed_in`: A entered a zone and B, following, did too (evidence *B follows A*).
* `filled`: A entered a zone, which made it crowded (evidence *A inside zone*).
"""


@dataclass(frozen=True, slots=True)
class Cause:
    """One change contributed to another; the cause is never later than its effect."""

    pattern: Pattern
    cause: Change
    effect: Change
    evidence: tuple[Relation, ...]
    """What held between the two, as the pattern demands; at least one."""

    confidence: float
    """0 to 1; that of the weakest evidence."""

    @property
    def lag(self) -> float:
        """Seconds from cause to effect."""
        return max(0.0, self.effect.at - self.cause.at)
