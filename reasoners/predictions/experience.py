"""What one camera has learned about its predictions: kept over restarts, bounded, plain data."""

import math
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from reasoners.predictions.belief import SIZE, Belief, Evidence, log_odds
from reasoners.predictions.config import KINDS, Kind
from reasoners.predictions.prior import PRIORS
from reasoners.predictions.score import Figures, Score

STRENGTH = 10.0
"""Outcomes that the rate of other places weighs in that of a new one."""

MEMORY = 500.0
"""Outcomes of a place that count in full; what is older counts half, a quarter, and so on."""

CELLS = 1024
"""Places whose rates are kept: all that a configuration can have."""

STEP = 0.1
"""By how much one look back moves what is known about the spread of ways, logarithmic."""

OUTSIDE = 0.2
"""Share of ways that end outside the ellipse that is to hold the others."""

SPREADS = (0.1, 25.0)
"""Least and greatest factor for variances."""

WITHIN = 3.219
"""Squared distance, in variances, within which four of five are: chi-square, two degrees."""

Finite = Annotated[float, Field(allow_inf_nan=False)]
Weights = Annotated[list[Finite], Field(min_length=SIZE, max_length=SIZE)]


CLAIMS = 16
"""Kinds of statements of models that are scored."""

SURELY = 0.01
"""A model's certainty is taken for so much less than certain."""


class Kept(BaseModel):
    """The weights of one kind."""

    model_config = ConfigDict(extra="forbid")

    weights: Weights
    covariance: Annotated[list[Weights], Field(min_length=SIZE, max_length=SIZE)]


class Notebook(BaseModel):
    """Everything learned at one camera, as it is kept."""

    model_config = ConfigDict(extra="forbid")

    beliefs: dict[Kind, Kept] = {}
    rates: dict[str, tuple[Finite, Finite]] = Field(default={}, max_length=CELLS)
    """Hits and outcomes by kind and place."""

    scores: dict[Kind, Score] = {}
    claims: dict[str, Score] = Field(default={}, max_length=CLAIMS)
    """Of what models expected, by what they said."""

    spread: float = Field(default=1.0, ge=SPREADS[0], le=SPREADS[1])
    looks: int = Field(default=0, ge=0)
    """How often a way that was expected was compared with the one that was gone."""

    within: int = Field(default=0, ge=0)
    """How often the object was in the ellipse that holds four of five."""


class Experience:
    """What one camera has learned.

    Args:
        notebook: What was kept; None for a camera that begins.
    """

    def __init__(self, notebook: Notebook | None = None) -> None:
        kept = notebook or Notebook()
        self.beliefs: dict[Kind, Belief] = {kind: Belief(PRIORS[kind].weights) for kind in KINDS}
        for kind, one in kept.beliefs.items():
            self.beliefs[kind].weights = list(one.weights)
            self.beliefs[kind].covariance = [list(row) for row in one.covariance]
        self.scores: dict[Kind, Score] = {
            kind: kept.scores[kind].model_copy(deep=True) if kind in kept.scores else Score()
            for kind in KINDS
        }
        self.claims = {what: score.model_copy(deep=True) for what, score in kept.claims.items()}
        self.spread = kept.spread
        self.looks, self.within = kept.looks, kept.within
        self.changed = False
        """Something was learned since `notebook` was last asked for."""

        self._rates = dict(kept.rates)

    def lean(self, kind: Kind, cell: str) -> float:
        """Return by how much a place differs from others, in log odds."""
        rate = PRIORS[kind].rate
        hits, count = self._rates.get(f"{kind} {cell}", (0.0, 0.0))
        return log_odds((hits + STRENGTH * rate) / (count + STRENGTH)) - log_odds(rate)

    def probability(self, kind: Kind, evidence: Evidence) -> float:
        """Return how likely a statement is, 0 to 1."""
        return self.beliefs[kind].probability(evidence)

    def learn(
        self, kind: Kind, evidence: Evidence, probability: float, cell: str, *, hit: bool
    ) -> None:
        """Take how a statement turned out.

        Args:
            kind: Of the statement.
            evidence: What spoke for it when it was made.
            probability: What was said then.
            cell: Whose base rate it adds to.
            hit: Whether it came true.
        """
        self.changed = True
        self.scores[kind].add(probability, hit=hit)
        self.beliefs[kind].learn(evidence, hit=hit)
        key = f"{kind} {cell}"
        hits, count = self._rates.get(key, (0.0, 0.0))
        if count >= MEMORY:
            hits, count = hits / 2, count / 2
        if key in self._rates or len(self._rates) < CELLS:
            self._rates[key] = (hits + hit, count + 1.0)

    def give_up(self, kind: Kind) -> None:
        """Count a statement of which nobody can tell."""
        self.changed = True
        self.scores[kind].unresolvable += 1

    def heard(self, what: str, probability: float, *, hit: bool | None) -> None:
        """Take how something turned out that a model expected; nothing else is learned from it.

        Args:
            what: Kind of statement, as the model said it.
            probability: As it said it, 0 to 1.
            hit: Whether it came true; None where nobody can tell.
        """
        if what not in self.claims and len(self.claims) >= CLAIMS:
            return
        self.changed = True
        score = self.claims.setdefault(what, Score())
        if hit is None:
            score.unresolvable += 1
        else:
            # Who is quite sure and wrong once would be infinitely surprised.
            score.add(min(max(probability, SURELY), 1.0 - SURELY), hit=hit)

    def compare(self, surprise: float) -> None:
        """Take how far an object was from where it was expected.

        Args:
            surprise: Squared distance in the filter's own variances, sum over both axes.
        """
        self.changed = True
        self.looks += 1
        self.within += surprise <= WITHIN * self.spread
        # Steps up and down that cancel out once four of five are within (Robbins and Monro, 1951):
        # a mean would be led by the one who turned round.
        step = STEP * ((surprise > WITHIN * self.spread) - OUTSIDE)
        self.spread = min(max(self.spread * math.exp(step), SPREADS[0]), SPREADS[1])

    def figures(self) -> dict[str, Figures]:
        """Return the scores of every kind that was ever stated, for `stats`; models' as `vlm_…`."""
        own = {
            kind: score.figures()
            for kind, score in self.scores.items()
            if score.count or score.unresolvable
        }
        return own | {f"vlm_{what}": score.figures() for what, score in self.claims.items()}

    def notebook(self) -> Notebook:
        """Return what is worth keeping."""
        self.changed = False
        return Notebook(
            beliefs={
                kind: Kept(weights=belief.weights, covariance=belief.covariance)
                for kind, belief in self.beliefs.items()
            },
            rates=self._rates,
            scores=self.scores,
            claims=self.claims,
            spread=self.spread,
            looks=self.looks,
            within=self.within,
        )
