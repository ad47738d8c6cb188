"""When a rule is awake."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError
from rig.ruled import Shown, somebody

from reasoners.rules.schedule import Schedule, SpanConfig

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTS = SpanConfig.model_validate({"days": ["fri", "sat"], "from": "22:00", "to": "06:00"})


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> float:
    """Return a time of November 2026, which began on a Sunday, in Berlin."""
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).timestamp()


@pytest.mark.parametrize(
    ("when", "awake"),
    [
        (at(6, 21, 59), False),
        (at(6, 22), True),
        (at(7, 5, 59), True),
        (at(7, 6), False),
        (at(7, 23), True),
        (at(8, 3), True),
        (at(8, 23), False),
        (at(6, 3), False),
    ],
)
def test_a_span_over_midnight_belongs_to_the_day_it_begins(when: float, awake: bool) -> None:
    """Friday from ten to six is Saturday morning, too, and not Friday morning."""
    assert Schedule((NIGHTS,), "Europe/Berlin").awake(when) is awake


def test_the_time_zone_knows_of_summer_time() -> None:
    """Ten in the evening is ten in the evening, in winter and in summer."""
    days = SpanConfig.model_validate({"from": "22:00", "to": "23:00"})
    schedule = Schedule((days,), "Europe/Berlin")
    for month in (1, 7):
        assert schedule.awake(at(15, 22, 30, month))
        assert not schedule.awake(at(15, 21, 30, month))


def test_without_a_span_a_rule_is_always_awake() -> None:
    """No schedule is no limit; several are joined."""
    assert Schedule((), None).awake(0.0)
    both = (NIGHTS, SpanConfig.model_validate({"from": "12:00", "to": "13:00"}))
    assert Schedule(both, "Europe/Berlin").awake(at(3, 12, 30))


def test_yaml_may_have_read_a_time_as_a_number() -> None:
    """22:00 without quotes is 1320 to YAML, which are the minutes it means."""
    assert SpanConfig.model_validate({"from": 1320, "to": "06:00"}).from_ == 22 * 60


@pytest.mark.parametrize(
    ("span", "told"),
    [
        ({"from": "25:00"}, "less than or equal to 1440"),
        ({"from": "ten"}, 'such as "22:30"'),
        ({"from": "10:75"}, "60 minutes"),
        ({"from": "10:00", "to": "10:00"}, "leave both out"),
        ({"days": ["monday"]}, "mon"),
    ],
)
def test_a_span_that_is_none_is_refused(span: dict[str, object], told: str) -> None:
    """Each mistake says what would be right."""
    with pytest.raises(ValidationError, match=told):
        SpanConfig.model_validate(span)


def test_a_rule_asleep_fires_nothing_and_ends_what_was_open() -> None:
    """The clock on the wall decides, whatever the time of the story is."""
    shown = Shown(
        {"label": "person"},
        schedule=[{"from": "22:00", "to": "06:00"}],
        timezone="Europe/Berlin",
        hold=0,
    )
    for story, wall in ((0.0, at(6, 21)), (1.0, at(6, 23)), (2.0, at(7, 5)), (3.0, at(7, 7))):
        shown.show(story, somebody(0.3), wall=wall)
    assert shown.told() == [("begins", 1.0), ("ends", 2.0)]
