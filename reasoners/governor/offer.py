"""What is known of a provider: what its configuration says, and what its answers taught."""

from dataclasses import dataclass

from reasoners.governor.breaker import Breaker
from reasoners.governor.budget import Price
from reasoners.governor.ticket import Reserved

PICTURE = 1200.0
"""Tokens a picture is taken for until the first answer tells: many models cut 1280x720 into so many
patches."""

TEXT = 1200.0
"""Tokens of the question and the form, likewise."""

HASTE = 0.1
"""Weight of the newest answer in what is expected of the next."""

DOUBT = 0.97
"""What the quickest answer is still taken for after a question that was not asked because of it.
A first answer is slow while a model loads: held for true, it would keep a server from ever showing
that it has become faster."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What is said of a provider by its configuration."""

    name: str
    host: str
    cloud: bool
    """Whether its host lies outside this network."""

    at_once: int
    max_tokens: int
    price: Price
    smaller: bool = False
    """Whether it is the one for times of little room."""


class Experience:
    """What one provider showed so far."""

    def __init__(self, offer: Offer, breaker: Breaker) -> None:
        self.offer = offer
        self.breaker = breaker
        self.in_flight = 0
        self.calls = 0
        self.failed = 0
        self.tokens = 0.0
        self.money = 0.0
        self.latency: float | None = None
        """Seconds an answer takes, the newest counting most."""

        self.fastest: float | None = None
        """Seconds of the quickest answer, taken for less with each question passed over for it."""

        self.images: int | None = None
        """Pictures a call may carry, once it is known."""

        self._asked = 0.0
        """Largest share of tokens a picture, with its share of text, was seen to take."""

    def reserve(self, images: int) -> Reserved:
        """Return what a call may take at most, as far as that can be known before."""
        asked = self._asked * (images + 1) if self._asked else TEXT + PICTURE * images
        answered = float(self.offer.max_tokens)
        return Reserved(asked + answered, self.offer.price.of(asked, answered))

    def answered(
        self, seconds: float, images: int, asked: float, answered: float, calls: int
    ) -> Reserved:
        """Note an answer; return what it took in truth."""
        if not calls:
            return self.paid(asked, answered, calls)
        self.latency = seconds if self.latency is None else self._smooth(seconds, self.latency)
        self.fastest = seconds if self.fastest is None else min(self.fastest, seconds)
        self._asked = max(self._asked * 0.99, asked / calls / (images + 1))
        return self.paid(asked, answered, calls)

    def doubt(self) -> None:
        """Note that a question was not asked because no answer ever came so fast."""
        if self.fastest is not None:
            self.fastest *= DOUBT

    def paid(self, asked: float, answered: float, calls: int) -> Reserved:
        """Note what a call took."""
        money = self.offer.price.of(asked, answered)
        self.tokens += asked + answered
        self.money += money
        return Reserved(asked + answered, money, calls)

    @staticmethod
    def _smooth(newest: float, before: float) -> float:
        return before + HASTE * (newest - before)
