"""Conditions on one line."""

import pytest

from reasoners.rules.condition import ConditionConfig
from reasoners.rules.wording import said


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ({"label": "person"}, "person is there"),
        ({"label": ["car", "bus"], "dwells_in": "a", "for": "3s"}, "car/bus dwells_in a for 3 s"),
        ({"crosses": "gate", "way": "forward"}, "crosses gate forward"),
        ({"count": "person", "where": "a", "at_least": 3}, "count person where a at_least 3"),
        ({"near": {"label": "car", "inside": "a"}}, "near car inside a"),
        ({"change": "left_behind", "by": "person"}, "change left_behind by person"),
        ({"faster_than": 2.5}, "faster_than 2.5 m/s"),
        (
            {"then": [{"enters": "a"}, {"not": {"is": "moving"}}], "within": 60},
            "(enters a then not (is moving)) within 1 min",
        ),
        (
            {"any": [{"enters": "a", "times": 2, "within": 9}, {"leaves": "b", "lasts": 1}]},
            "(enters a 2 times within 9 s or leaves b lasts 1 s)",
        ),
        ({"is": "still", "votes": [2, 3]}, "is still in 2 of 3 looks"),
    ],
)
def test_a_condition_reads_as_it_was_written(when: dict[str, object], told: str) -> None:
    """Every key that says something is said."""
    assert said(ConditionConfig.model_validate(when)) == told
