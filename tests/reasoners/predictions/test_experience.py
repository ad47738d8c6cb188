"""What a camera learns, and keeps."""

from random import Random

import pytest
from pydantic import ValidationError

from reasoners.predictions.belief import Evidence
from reasoners.predictions.experience import CELLS, CLAIMS, Experience, Notebook

EVIDENCE: Evidence = (1.0, 0.0, 0.0, 0.0)


def _learned() -> Experience:
    experience = Experience()
    for number in range(200):
        experience.learn("enters", EVIDENCE, 0.5, "zone:step", hit=number % 10 == 0)
    return experience


def test_a_place_gets_a_rate_of_its_own() -> None:
    """Where it seldom happens it becomes less likely; what is unknown stays as elsewhere."""
    experience = _learned()
    assert experience.lean("enters", "zone:step") < -0.5
    assert experience.lean("enters", "zone:gate") == pytest.approx(0)
    assert experience.lean("leaves", "zone:step") == pytest.approx(0)


def test_what_was_learned_outlives_a_restart() -> None:
    """A notebook written and read again makes the same probabilities and the same scores."""
    experience = _learned()
    experience.compare(9.0)
    again = Experience(Notebook.model_validate_json(experience.notebook().model_dump_json()))
    for evidence in ((1.0, -2.0, 0.3, 1.0), (1.0, 3.0, 0.0, 0.0)):
        assert again.probability("enters", evidence) == experience.probability("enters", evidence)
    assert again.scores["enters"].figures() == experience.scores["enters"].figures()
    assert again.lean("enters", "zone:step") == experience.lean("enters", "zone:step")
    assert (again.spread, again.looks, again.within) == (experience.spread, 1, 0)


def test_a_damaged_notebook_is_refused() -> None:
    """Weights that are no numbers, or too few, are not believed."""
    bad = {"beliefs": {"enters": {"weights": [1.0], "covariance": [[1.0]]}}}
    with pytest.raises(ValidationError):
        Notebook.model_validate(bad)
    with pytest.raises(ValidationError):
        Notebook.model_validate_json('{"spread": NaN}')


def test_four_of_five_ways_end_within_the_ellipse() -> None:
    """However wrong the filter is about its errors, the spread finds the factor that mends it."""
    random = Random(5)
    for factor in (0.3, 1.0, 6.0):
        experience = Experience()
        for number in range(1500):
            if number == 500:
                experience.looks = experience.within = 0
            experience.compare(factor * (random.gauss(0, 1) ** 2 + random.gauss(0, 1) ** 2))
        assert experience.within / experience.looks == pytest.approx(0.8, abs=0.03)


def test_rates_are_bounded() -> None:
    """A camera with endless places keeps a limited number, and old outcomes fade."""
    experience = Experience()
    for number in range(CELLS + 10):
        experience.learn("count", EVIDENCE, 0.5, f"zone:{number}", hit=True)
    assert len(experience.notebook().rates) == CELLS
    for _ in range(2000):
        experience.learn("enters", EVIDENCE, 0.5, "zone:0", hit=True)
    kept = _learned()
    for _ in range(2000):
        kept.learn("enters", EVIDENCE, 0.5, "zone:step", hit=True)
    assert kept.lean("enters", "zone:step") > 0.5


def test_it_tells_when_there_is_something_to_keep() -> None:
    """Only outcomes make it worth writing down."""
    experience = Experience()
    assert not experience.changed
    experience.give_up("enters")
    assert experience.changed
    experience.notebook()
    assert not experience.changed


def test_what_models_expect_is_scored_apart() -> None:
    """Kept over restarts, bounded, never infinitely surprised; beliefs learn nothing from it."""
    experience = Experience()
    for hit in (True, False, None):
        experience.heard("approaches", 1.0, hit=hit)
    assert experience.changed
    again = Experience(Notebook.model_validate_json(experience.notebook().model_dump_json()))
    score = again.figures()["vlm_approaches"]
    assert (score["resolved"], score["hits"], score["unresolvable"]) == (2, 1, 1)
    assert again.beliefs["enters"].weights == Experience().beliefs["enters"].weights
    for number in range(2 * CLAIMS):
        again.heard(f"kind {number}", 0.5, hit=True)
    assert len(again.claims) == CLAIMS
