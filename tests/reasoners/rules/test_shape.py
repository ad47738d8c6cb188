"""What can be wrong with a rule by itself."""

import pytest

from reasoners.rules.condition import ConditionConfig
from reasoners.rules.shape import problems

IN = {"label": "person", "inside": "yard"}


@pytest.mark.parametrize(
    ("when", "place", "told"),
    [
        ({}, "when", "asks for nothing"),
        ({"inside": "yard", "near": "car"}, "when", "`inside` and `near` at once"),
        ({"dwells_in": "yard"}, "when", "`dwells_in` needs `for`"),
        ({"enters": "yard", "for": 3}, "when.for", "say `lasts`"),
        ({**IN, "lasts": 3}, "when.lasts", "it holds by itself"),
        ({**IN, "times": 3, "within": 9}, "when.times", "goes only with what happens"),
        ({"enters": "yard", "times": 3}, "when", "`times` needs `within`"),
        ({**IN, "within": 9}, "when.within", "remove it"),
        ({**IN, "votes": [4, 3]}, "when.votes", "4 of 3 cannot be"),
        ({"enters": "yard", "votes": [2, 3]}, "when.votes", "say `times`"),
        ({**IN, "way": "forward"}, "when.way", "goes only with `crosses`"),
        ({**IN, "by": "person"}, "when.by", "goes only with `change`"),
        ({**IN, "at_least": 2}, "when.at_least", "goes only with `count`, `of`, `expects`"),
        ({**IN, "hysteresis": 1}, "when.hysteresis", "theirs built in"),
        ({"score": 0.5, "all": [IN]}, "when.score", "move it there"),
        ({"count": "person"}, "when", "needs `at_least` or `at_most`"),
        ({"count": "person", "at_least": 3, "at_most": 2}, "when", "swap them"),
        ({"of": [IN, IN], "at_least": 3}, "when", "from 1 to 2"),
        ({"expects": "enters", "at_least": 2}, "when.at_least", "from 0 to 1"),
        ({"then": [IN]}, "when", "`then` needs `within`"),
        ({"then": [IN], "within": 9}, "when.then", "two conditions or more"),
        (
            {"all": [IN, {"label": "car", "is": "still"}]},
            "when.all.1",
            "no object is person and car; put one of them under `some`",
        ),
        ({"all": [IN, {"outside": "yard"}]}, "when.all.0", "inside yard and outside"),
        (
            {"then": [IN, {"is": "still", "for": "60s"}], "within": "30s"},
            "when.then.1.for",
            "lasts 1 min, so the sequence is never over within 30 s; raise `within`",
        ),
        (
            {"then": [{"change": "vanished"}, IN], "within": 9},
            "when.then.0",
            "does nothing any more",
        ),
        ({"then": [IN, {"change": "appeared"}], "within": 9}, "when.then.1", "before appearing"),
    ],
)
def test_each_mistake_is_told_with_its_place_and_remedy(
    when: dict[str, object], place: str, told: str
) -> None:
    """One line each: where, why, and what to do."""
    found = problems(ConditionConfig.model_validate(when))
    assert any(where == place and told in reason for where, reason in found), found


@pytest.mark.parametrize(
    "when",
    [
        IN,
        {"all": [IN, {"some": {"label": "car"}}]},
        {"then": [{"some": {"change": "vanished"}}, IN], "within": 9},
        {"some": {"enters": "yard"}, "times": 3, "within": "1m"},
        {"not": {"label": "car"}},
        {"any": [{"label": "car"}, {"label": "person"}]},
        {"enters": "yard", "lasts": "10s", "for": "5s"},
    ],
)
def test_what_makes_sense_is_let_through(when: dict[str, object]) -> None:
    """No rule that could ever fire is refused."""
    assert problems(ConditionConfig.model_validate(when)) == []


def test_rules_are_bounded_in_size_and_depth() -> None:
    """An event names all conditions, so there are at most so many; nobody reads deeper."""
    many = {"any": [IN] * 32}
    assert problems(ConditionConfig.model_validate(many)) == []
    found = problems(ConditionConfig.model_validate({"all": [many, IN]}))
    assert found == [("when", "33 conditions; a rule may have 32, so make two of it")]
    deep: dict[str, object] = {**IN}
    for _ in range(6):
        deep = {"not": deep}
    assert "nested deeper" in problems(ConditionConfig.model_validate(deep))[0][1]
