"""Whether a rule fits a camera."""

import pytest

from reasoners import LineConfig, RuleConfig, ZoneConfig
from reasoners.rules.checking import check

SQUARE = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9))
ZONES = {"yard": ZoneConfig(points=SQUARE), "lane": ZoneConfig(points=SQUARE, way=90)}
LINES = {"gate": LineConfig(points=SQUARE[:2])}


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ({"inside": "yrad"}, ("when.inside", "no zone 'yrad'; is 'yard' meant?")),
        ({"inside": ["yard", "pool"]}, ("when.inside", "no zone 'pool'; there are lane, yard")),
        ({"crosses": "yard"}, ("when.crosses", "no line 'yard'; there are gate")),
        (
            {"all": [{"label": "car"}, {"near": {"label": "dog", "inside": "gate"}}]},
            ("when.all.1.near.inside", "no zone 'gate'; there are lane, yard"),
        ),
        (
            {"is": "loitering", "where": "yard"},
            (
                "when.is",
                (
                    "without `loiter` nobody loiters in zone yard; give the zone one, such as"
                    " `loiter: 2m`"
                ),
            ),
        ),
        (
            {"change": "crowded"},
            (
                "when.change",
                (
                    "without `crowd` it is never crowded in any zone; give the zone one, such as"
                    " `crowd: 10`"
                ),
            ),
        ),
        ({"change": "wrong_way"}, None),
        ({"is": "wrong_way"}, None),
        ({"change": "crossed", "where": "gate"}, None),
    ],
)
def test_what_a_camera_lacks_is_told(when: dict[str, object], told: tuple[str, str] | None) -> None:
    """Unknown zones and lines, with those that were meant; states that no zone asks for."""
    found = check(RuleConfig.model_validate({"when": when}), ZONES, LINES)
    assert found == ([] if told is None else [told])


def test_a_camera_without_zones_is_told_to_draw_one() -> None:
    """The remedy is to draw it."""
    ((_, told),) = check(RuleConfig.model_validate({"when": {"inside": "yard"}}), {}, {})
    assert told == "no zone 'yard': the camera has no zones; draw it under `zones:`"
