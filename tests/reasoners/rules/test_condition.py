"""Conditions as they are written."""

import pytest
from pydantic import ValidationError

from reasoners.rules.condition import RELATIONS, ConditionConfig, State
from reasoners.rules.state import DOING
from reasoners.scene.change import KINDS
from reasoners.scene.relation import Predicate


def test_yaml_takes_on_for_a_yes() -> None:
    """`on: bench` arrives as a truth value and is meant as a relation."""
    assert ConditionConfig.model_validate({"label": "cat", True: "bench"}).on == "bench"


def test_every_word_of_the_scene_can_be_asked_for() -> None:
    """All predicates, all kinds of change, all states that there are."""
    assert {*RELATIONS, "inside"} == set(Predicate.__args__)  # type: ignore[attr-defined]
    for kind in KINDS:
        ConditionConfig.model_validate({"change": kind})
    assert set(DOING) == set(State.__args__)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "when",
    [
        {"lable": "person"},
        {"label": []},
        {"inside": "The Yard"},
        {"is": "tired"},
        {"change": "exploded"},
        {"for": "soon"},
        {"all": []},
        {"not": []},
    ],
)
def test_what_is_no_condition_is_refused(when: dict[str, object]) -> None:
    """Unknown keys and words, empty lists, odd names and times."""
    with pytest.raises(ValidationError):
        ConditionConfig.model_validate(when)
