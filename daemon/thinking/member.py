"""One model of the chain, as the daemon holds it."""

from dataclasses import dataclass, replace

from reasoners import Limits, Reasoner
from reasoners.governor.effort import Effort
from reasoners.governor.offer import Offer


@dataclass(slots=True)
class Member:
    """A model, what its configuration says of it, and what was learnt of the room it has."""

    offer: Offer
    model: str
    """Name of the model, as events and calls show it."""

    reasoner: Reasoner
    limits: Limits
    probe: bool = False
    """Whether it is tried out at the start."""

    def room(self, images: int, effort: Effort) -> Limits:
        """Return what one call to it may hold now.

        Args:
            images: Pictures at most.
            effort: What is to be left out.
        """
        limits = replace(self.limits, images=images, enforced=self.enforces)
        if effort.side is None:
            return limits
        across = max(4, effort.side // limits.patch)
        return replace(limits, patches=min(limits.patches, across * across))

    @property
    def enforces(self) -> bool:
        """Whether its server makes answers fit the form."""
        return bool(getattr(self.reasoner, "enforces", True))
