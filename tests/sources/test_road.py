"""What is said of a road."""

import pytest
from pydantic import TypeAdapter, ValidationError

from sources import LaneMark, Road

ROAD = TypeAdapter(Road)


def test_a_road_crosses_as_json_and_is_checked() -> None:
    """What a child says comes over whole; what no child could honestly say is refused."""
    road = Road((LaneMark("left", -0.2, 0.5, 0.7),), still=True)
    assert ROAD.validate_json(ROAD.dump_json(road)) == road
    wrong = {"side": "left", "near": 9.0, "far": 0.5, "sure": 0.7}
    for marks in ([wrong], [{**wrong, "near": 0.0}] * 3):
        with pytest.raises(ValidationError):
            ROAD.validate_python({"marks": marks})
