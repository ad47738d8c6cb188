"""From written conditions to conditions at work."""

import pytest
from rig.ruled import CONFIG

from reasoners.rules.compiling import Compiler, broad, labels_of, leaves, momentary, predicates
from reasoners.rules.condition import ConditionConfig

WHEN = ConditionConfig.model_validate(
    {
        "label": "person",
        "all": [
            {"near": {"label": ["car", "bus"]}},
            {"then": [{"enters": "left"}, {"leaves": "left"}], "within": 9},
            {"none": {"label": "dog"}},
            {"count": "any", "at_least": 2},
        ],
    }
)


def test_each_condition_knows_where_it_stands_and_what_is_meant() -> None:
    """Paths lead to the file's keys; a label written once for several is said with each."""
    nodes = Compiler(CONFIG).compile(WHEN).all()
    assert [(node.path, node.broad) for node in nodes] == [
        ("when", False),
        ("when.all.0", False),
        ("when.all.1", False),
        ("when.all.1.then.0", False),
        ("when.all.1.then.1", False),
        ("when.all.2", True),
        ("when.all.2.none", False),
        ("when.all.3", True),
    ]
    assert nodes[1].text == "person near car/bus"


def test_what_a_condition_names_is_found() -> None:
    """Leaves, labels and relations, wherever they stand."""
    assert [path for path, _ in leaves(WHEN)] == [
        "when.all.0",
        "when.all.1.then.0",
        "when.all.1.then.1",
        "when.all.2.none",
        "when.all.3",
    ]
    assert labels_of(WHEN) == {"person", "car", "bus", "dog"}
    assert predicates(WHEN) == {"near"}


@pytest.mark.parametrize(
    ("when", "moment", "camera"),
    [
        ({"enters": "left"}, True, False),
        ({"enters": "left", "lasts": 3}, False, False),
        ({"inside": "left"}, False, False),
        ({"some": {"enters": "left"}}, True, True),
        ({"all": [{"enters": "left"}, {"is": "still"}]}, True, False),
        ({"any": [{"enters": "left"}, {"is": "still"}]}, False, False),
        ({"change": "crowded"}, True, True),
        ({"not": {"count": "car", "at_least": 1}}, False, True),
    ],
)
def test_moments_and_the_camera_are_told_from_states_and_objects(
    when: dict[str, object], moment: bool, camera: bool
) -> None:
    """What is momentary and what is about the whole camera follows from the parts."""
    condition = ConditionConfig.model_validate(when)
    assert (momentary(condition), broad(condition)) == (moment, camera)
