"""What may stand in the configuration of a scene."""

import pytest
from pydantic import ValidationError

from reasoners import SceneConfig

SQUARE = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8]]


def test_spans_of_time_are_read_as_people_write_them() -> None:
    """`loiter` and `keep_clear` take `2m` as well as seconds."""
    zone = {"points": SQUARE, "loiter": "2m", "keep_clear": 5, "crowd": 8, "way": 90}
    config = SceneConfig.model_validate({"zones": {"aisle": zone}})
    assert (config.zones["aisle"].loiter, config.zones["aisle"].keep_clear) == (120.0, 5.0)


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ({"zones": {"Aisle": {"points": SQUARE}}}, "pattern"),
        ({"zones": {"aisle": {"points": SQUARE, "loiter": 0}}}, "greater than 0"),
        ({"zones": {"aisle": {"points": SQUARE, "crowd": 1}}}, "greater than or equal to 2"),
        ({"zones": {"aisle": {"points": SQUARE, "way": 360}}}, "less than 360"),
        ({"lines": {"gate": {"points": [[0.1, 0.1]]}}}, "at least 2"),
        ({"lines": {"gate": {"points": [[0.1, 0.1], [0.9, 0.9]], "way": "up"}}}, "forward"),
    ],
)
def test_what_makes_no_sense_is_refused(place: dict[str, object], says: str) -> None:
    """Names, times, counts and ways outside their range are named."""
    with pytest.raises(ValidationError, match=says):
        SceneConfig.model_validate(place)
