"""How good predictions were: Brier score, log loss, reliability, and skill over the base rate.

Sources: Brier, Verification of forecasts expressed in terms of probability, 1950; skill as in
Murphy, 1973, against the share that came true, known only in hindsight, which is more than any
forecaster could have had. All from a few sums, so that a year costs as many bytes as a minute.
"""

import math
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

BINS = 10
"""Ranges of probability in the table of reliability."""

ENOUGH = 30
"""Outcomes below which nothing is said about skill."""

SIGMAS = 1.96
"""Standard errors on either side of an interval that holds the truth 19 times of 20."""


Reliability = tuple[tuple[float, float, int], ...]
"""For each range of probability that was used: what was said on average, the share that came true,
and how many that were."""

Figures = dict[str, int | float | Reliability | None]
"""What is told of the predictions of one kind."""


class Score(BaseModel):
    """Sums over the predictions of one kind that came to an end."""

    model_config = ConfigDict(extra="forbid", validate_assignment=False)

    count: int = Field(default=0, ge=0)
    hits: int = Field(default=0, ge=0)
    unresolvable: int = Field(default=0, ge=0)
    squares: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """Of probability less outcome."""

    logs: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """Of what was given to the outcome, negative, natural."""

    gains: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Sums over p² - 2py, its square, and its product with the outcome y: what an interval of skill
    needs while the base rate is still moving."""

    bins: list[tuple[int, float, int]] = Field(
        default_factory=lambda: [(0, 0.0, 0)] * BINS, min_length=BINS, max_length=BINS
    )
    """For each tenth of probability: predictions, sum of probabilities, hits."""

    def add(self, probability: float, *, hit: bool) -> None:
        """Take one that came to an end."""
        outcome = 1.0 if hit else 0.0
        self.count += 1
        self.hits += hit
        self.squares += (probability - outcome) ** 2
        self.logs -= math.log(probability if hit else 1.0 - probability)
        gain = probability * probability - 2 * probability * outcome
        one, two, three = self.gains
        self.gains = (one + gain, two + gain * gain, three + gain * outcome)
        place = min(int(probability * BINS), BINS - 1)
        number, total, hits = self.bins[place]
        self.bins[place] = (number + 1, total + probability, hits + hit)

    @property
    def rate(self) -> float | None:
        """Share that came true."""
        return self.hits / self.count if self.count else None

    @property
    def brier(self) -> float | None:
        """Mean squared error of the probabilities: 0 is perfect, 0.25 a coin."""
        return self.squares / self.count if self.count else None

    @property
    def log_loss(self) -> float | None:
        """Mean surprise, in nats."""
        return self.logs / self.count if self.count else None

    @property
    def base_brier(self) -> float | None:
        """Brier score of whoever says the base rate every time."""
        return self._base() if self.count else None

    @property
    def base_log_loss(self) -> float | None:
        """Log loss of whoever says the base rate every time, in nats."""
        if not self.count:
            return None
        shares = (self.hits / self.count, 1.0 - self.hits / self.count)
        return abs(sum(share * math.log(share) for share in shares if share))

    @property
    def skill(self) -> float | None:
        """Share of the base rate's Brier score that is saved; 1 is perfect, 0 is no better."""
        base = self._base()
        return 1.0 - self.squares / self.count / base if base else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The skill's, 95 %, as if predictions were independent; None until there are enough."""
        base, rate = self._base(), self.rate
        if not base or rate is None or self.count < ENOUGH:
            return None
        gain, square, product = (total / self.count for total in self.gains)
        mean = gain - rate * rate + 2 * rate * rate
        spread = square + 4 * rate * product + 4 * rate**3 - (gain + 2 * rate * rate) ** 2
        error = SIGMAS * math.sqrt(max(spread, 0.0) / self.count)
        return (-mean - error) / base, (-mean + error) / base

    def figures(self) -> Figures:
        """Flatten for `stats`."""
        interval = self.interval
        return {
            "resolved": self.count,
            "hits": self.hits,
            "unresolvable": self.unresolvable,
            "base_rate": _short(self.rate),
            "brier": _short(self.brier),
            "log_loss": _short(self.log_loss),
            "base_brier": _short(self.base_brier),
            "base_log_loss": _short(self.base_log_loss),
            "skill": _short(self.skill),
            "skill_low": _short(interval and interval[0]),
            "skill_high": _short(interval and interval[1]),
            "reliability": tuple(
                (round(said, 4), round(came, 4), number)
                for said, came, number in self.reliability()
            ),
        }

    def reliability(self) -> Reliability:
        """Return for each range that was used: mean probability, share that came true, number."""
        return tuple(
            (total / number, hits / number, number) for number, total, hits in self.bins if number
        )

    def plus(self, other: Self) -> "Score":
        """Add up two."""
        return Score(
            count=self.count + other.count,
            hits=self.hits + other.hits,
            unresolvable=self.unresolvable + other.unresolvable,
            squares=self.squares + other.squares,
            logs=self.logs + other.logs,
            gains=(
                self.gains[0] + other.gains[0],
                self.gains[1] + other.gains[1],
                self.gains[2] + other.gains[2],
            ),
            bins=[
                (one[0] + two[0], one[1] + two[1], one[2] + two[2])
                for one, two in zip(self.bins, other.bins, strict=True)
            ],
        )

    def _base(self) -> float:
        rate = self.rate
        return rate * (1.0 - rate) if rate is not None else 0.0


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
