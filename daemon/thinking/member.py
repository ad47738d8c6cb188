"""One model of the chain, as the daemon holds it."""

from dataclasses import dataclass, field, replace
from functools import partial

from daemon.thinking.parsing import Parsing
from reasoners import Limits, Reasoner
from reasoners.governor.effort import Effort
from reasoners.governor.offer import Offer
from reasoners.providers.probe import Finding
from reasoners.vlm.judging import Grammar
from reasoners.vlm.thrift import Thrift


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

    parser: Parsing | None = None
    """Who parses its captions; None leaves them to the dictionary."""

    thrift: Thrift = field(default_factory=Thrift)
    """Whether the bare answers are asked for first."""

    configured: Limits = field(init=False)
    """The room it has by its configuration alone."""

    def __post_init__(self) -> None:
        """Keep what it is learnt upon: another server may stand behind its address one day."""
        self.configured = self.limits

    def grammar(self, until: float) -> Grammar | None:
        """Return who parses a caption now, with the deadline of its question in the loop's time."""
        parser = self.parser
        if parser is None:
            return None
        return Grammar(parser.language, partial(parser.parse, until=until))

    def room(self, images: int, effort: Effort) -> Limits:
        """Return what one call to it may hold now.

        Args:
            images: Pictures at most.
            effort: What is to be left out.
        """
        limits = replace(
            self.limits,
            images=min(images, self.limits.images),
            enforced=self.enforces,
            short_first=self.thrift.short_first,
        )
        if effort.side is None:
            return limits
        across = max(4, effort.side // limits.patch)
        return replace(limits, patches=min(limits.patches, across * across))

    def learn(self, found: Finding) -> None:
        """Use what the probe found out: how many pictures, how much room, what is quick."""
        if found.problem:
            return
        limits = self.configured
        if found.images is not None:
            limits = replace(limits, images=min(limits.images, found.images))
        if found.room is not None:
            # What the configuration leaves is less already; a server may have less still.
            limits = replace(limits, enforced=self.enforces)
            limits = limits.within(found.room, self.offer.max_tokens)
        self.limits = limits
        # Where tokens are paid for, asking twice of the same pictures costs twice.
        self.thrift.keeps = bool(found.keeps) and not self.offer.price.input

    @property
    def enforces(self) -> bool:
        """Whether its server makes answers fit the form."""
        return bool(getattr(self.reasoner, "enforces", True))
