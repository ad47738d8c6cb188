"""Looks at the view now and then, on behalf of the control thread."""

from sources.child.luma import sampled
from sources.child.view import ACROSS, LOOKS, Frozen, View
from sources.message import Hint
from sources.source import Picture

_LONGEST = 2.0
"""Seconds between two looks."""


class Watchman:
    """Takes a look at a live camera's newest picture every other second.

    Args:
        frozen_after: Seconds of the same picture that make it frozen.
    """

    def __init__(self, frozen_after: float) -> None:
        self.frozen = False
        """Whether the camera shows the same picture over and over."""

        self._pace = min(_LONGEST, frozen_after / LOOKS)
        self._looked_at = float("-inf")
        self._frozen = Frozen(frozen_after)
        self._view = View()

    def due(self, now: float) -> bool:
        """Tell whether it is time."""
        return now - self._looked_at >= self._pace

    def look(self, picture: Picture, now: float, idrs: int) -> list[Hint]:
        """Take a look; a frozen picture gives no hints, for there is nothing to see.

        Raises:
            DecodeFault: The picture cannot be converted.
        """
        self._looked_at = now
        luma = sampled(picture, ACROSS)
        self.frozen = self._frozen.look(luma, now, idrs)
        changed = [] if self.frozen else self._view.look(luma)
        return [Hint(hint=name, active=active) for name, active in changed]
