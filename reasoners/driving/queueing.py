"""Standing behind another: whether we stand, and whether the vehicle ahead has moved off."""

from collections.abc import Sequence

from reasoners.driving.danger import FALLS_BACK, SURE
from reasoners.driving.sighting import Sighting

STANDS = 0.5
"""Seconds of a still picture after which we stand."""

STOOD = 2.0
"""Seconds for which we and the vehicle ahead must have stood before it can move off."""

SHRANK = 0.93
"""Share of its size to which it must have shrunk."""

NEAR = 0.1
"""Least height of its box."""


class Queueing:
    """Whether we stand, and behind whom."""

    def __init__(self) -> None:
        self.stands_since: float | None = None
        """None while we move, or nobody knows."""

        self._behind: tuple[int, float] | None = None

    def note(self, at: float, *, still: bool | None) -> None:
        """Take whether the picture around stands still."""
        if still is not True:
            self.stands_since = None
        elif self.stands_since is None:
            self.stands_since = at

    def stands(self, at: float) -> bool:
        """Tell whether we are known to stand."""
        return self.stands_since is not None and at - self.stands_since >= STANDS

    def moved_off(self, at: float, lead: int | None, seen: Sequence[Sighting]) -> Sighting | None:
        """Return the vehicle ahead, if it has moved off while we stand.

        Args:
            at: Seconds.
            lead: Identity of the vehicle ahead.
            seen: What is seen now.
        """
        one = next((other for other in seen if other.identity == lead), None)
        if self.stands_since is None or one is None or one.contact is None:
            self._behind = None
            return None
        contact = one.contact
        if one.box[3] - one.box[1] < NEAR:
            return None
        if self._behind is None or self._behind[0] != lead:
            self._behind = (one.identity, at) if abs(contact.growth) < FALLS_BACK else None
            return None
        since = max(self._behind[1], self.stands_since)
        if contact.grown > SHRANK or contact.growth > -SURE * contact.growth_sd:
            return None
        return one if at - since >= STOOD + contact.span else None
