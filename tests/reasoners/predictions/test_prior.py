"""What is believed before anything was learned."""

from reasoners.predictions.belief import Belief
from reasoners.predictions.config import KINDS
from reasoners.predictions.prior import PRIORS


def test_every_kind_has_one_and_the_way_speaks_for_it() -> None:
    """For each kind, more of a way towards it makes it likelier."""
    assert set(PRIORS) == set(KINDS)
    for kind, prior in PRIORS.items():
        belief = Belief(prior.weights)
        chances = [belief.probability((1.0, way, 0.0, 0.0)) for way in (-3.0, 0.0, 3.0)]
        assert sorted(set(chances)) == chances, kind
        assert 0 < prior.rate < 1
