"""From what speaks for a statement to its probability: logistic regression that goes on learning.

Source: Spiegelhalter and Lauritzen, Sequential updating of conditional probabilities on directed
graphical structures, 1990, and MacKay, The evidence framework applied to classification networks,
1992: the weights are normal, each outcome moves their mean and narrows their covariance, and how
unsure the weights are takes a probability towards a half. It begins with what held in other places
and ends with what holds in this one, so a handful of outcomes does no harm and a thousand rule.
"""

import math
from collections.abc import Sequence

SIZE = 4
"""Numbers that speak for or against: 1, the margin of the motion, the rate of the place, and one
that each kind has of its own."""

Evidence = tuple[float, float, float, float]

LEAST = 0.005
"""No probability is closer to 0 or 1: nothing on a picture is that sure."""

FIRM = (0.5, 0.25, 0.4, 0.25)
"""Standard deviations of the weights before anything was learned here."""

LIVELY = 1e-4
"""Variance that each weight gains with each outcome: what was true last summer wears off."""


class Belief:
    """Weights of one kind of prediction at one camera.

    Args:
        weights: What held elsewhere.
    """

    def __init__(self, weights: Sequence[float]) -> None:
        self.weights = list(weights)
        self.covariance = [
            [FIRM[row] ** 2 if row == column else 0.0 for column in range(SIZE)]
            for row in range(SIZE)
        ]

    def probability(self, evidence: Evidence) -> float:
        """Return how likely it is."""
        told = self._told(evidence)
        unsure = _dot(told, evidence)
        score = _dot(self.weights, evidence) / math.sqrt(1.0 + math.pi * unsure / 8.0)
        return min(max(_logistic(score), LEAST), 1.0 - LEAST)

    def learn(self, evidence: Evidence, *, hit: bool) -> None:
        """Take how it turned out."""
        for number in range(SIZE):
            self.covariance[number][number] += LIVELY * FIRM[number] ** 2
        told = self._told(evidence)
        unsure = _dot(told, evidence)
        chance = _logistic(_dot(self.weights, evidence))
        telling = chance * (1.0 - chance)
        shrink = telling / (1.0 + telling * unsure)
        for row in range(SIZE):
            for column in range(SIZE):
                self.covariance[row][column] -= shrink * told[row] * told[column]
        step = (float(hit) - chance) / (1.0 + telling * unsure)
        for row in range(SIZE):
            self.weights[row] += told[row] * step

    def _told(self, evidence: Evidence) -> list[float]:
        return [_dot(row, evidence) for row in self.covariance]


def log_odds(share: float) -> float:
    """Return the log odds of a share between 0 and 1."""
    share = min(max(share, LEAST), 1.0 - LEAST)
    return math.log(share / (1.0 - share))


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2] + one[3] * other[3]


def _logistic(score: float) -> float:
    if score < 0:
        grown = math.exp(max(score, -60.0))
        return grown / (1.0 + grown)
    return 1.0 / (1.0 + math.exp(-min(score, 60.0)))
