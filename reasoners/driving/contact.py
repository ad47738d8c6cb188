"""When something will be reached, and where it will be then."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """One object ahead, as its box tells. Seconds and metres; the present is the last look."""

    ttc: float | None
    """Seconds until it is reached if both go on as now; None where it does not come nearer, or
    stops coming nearer before that."""

    sd: float
    """How far `ttc` may be off, one standard deviation; 0 where there is none."""

    soonest: float | None
    """The least `ttc` that two standard deviations allow."""

    growth: float
    """By how much its box grows a second, as a share of its size; below 0 it shrinks."""

    growth_sd: float

    aside: float
    """Metres to the right of the own middle at which it is; guessed from how large such things
    are."""

    aside_sd: float
    drift: float
    """Metres per second to the right, relative to the own way."""

    drift_sd: float
    span: float
    """Seconds of looks on which all this rests."""

    grown: float
    """How many times as large as at the first of these looks it is."""

    def passing(self, seconds: float) -> float:
        """Return how far to the right it will be so many seconds from now."""
        return self.aside + self.drift * seconds

    def passing_sd(self, seconds: float) -> float:
        """Return how far that may be off, one standard deviation."""
        return float((self.aside_sd**2 + (self.drift_sd * seconds) ** 2) ** 0.5)
