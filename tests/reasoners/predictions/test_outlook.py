"""What was wished for is renewed in turn."""

from rig.foreseen import camera, straight

from reasoners.predictions.config import PredictionConfig
from reasoners.predictions.outlook import FRESH
from reasoners.predictions.wish import Wish


def test_everybody_has_an_answer_and_none_is_stale() -> None:
    """With a dozen objects every answer is renewed in time, and not all of them at once."""
    seen = camera(config=PredictionConfig(kinds=()), wishes=(Wish("departs", 5.0),))
    ways = {
        number: straight(0.1 + 0.01 * number, 0.03, 0.3 + 0.05 * number) for number in range(12)
    }
    renewed: list[int] = []
    for at in seen.show(ways, 6.0):
        told = seen.forecaster.expectations()
        if at > 2.0:
            assert len(told) == 12
            assert all(at - one.stated_at <= FRESH + 0.11 for one in told)
            renewed.append(sum(one.stated_at == at for one in told))
    assert 0 < max(renewed) <= 6


def test_who_meets_whom_is_expected_without_being_stated() -> None:
    """A kind that is off is worked out for who wished for it."""
    seen = camera(config=PredictionConfig(kinds=()), wishes=(Wish("reaches", 8.0),))
    told = set()
    for _ in seen.show({1: straight(0.75, 0.0), 2: straight(0.3, 0.06)}, 5.0):
        told |= {(one.subject, one.object) for one in seen.forecaster.expectations()}
    assert told == {(2, 1)}


def test_what_is_gone_is_not_expected() -> None:
    """After a clear, and of who vanished, nothing is told."""
    seen = camera(config=PredictionConfig(kinds=()), wishes=(Wish("departs", 5.0),))
    seen.run({1: straight(0.5, 0.03)}, 2.0)
    assert seen.forecaster.expectations()
    seen.forecaster.close()
    seen.scene.clear()
    assert not seen.forecaster.expectations()
