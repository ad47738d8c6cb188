"""When a rule is awake: times of the day and days of the week, in a time zone of its own."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES: Final = 24 * 60
EVERY: Final = 1.0
"""Seconds for which an answer stays good."""


def _minutes(said: object) -> object:
    """Read `22:30`; to YAML it may be a number already, of minutes as it happens."""
    if isinstance(said, str):
        hours, colon, minutes = said.partition(":")
        if not (colon and hours.isdigit() and minutes.isdigit() and len(minutes) == 2):  # noqa: PLR2004
            raise ValueError('give a time of the day such as "22:30"')
        if int(minutes) >= 60:  # noqa: PLR2004
            raise ValueError('an hour has 60 minutes; give a time such as "22:30"')
        return int(hours) * 60 + int(minutes)
    return said


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            "unknown time zone; give one such as Europe/Berlin (Debian has them in `tzdata`)"
        ) from None
    return name


TimeOfDay = Annotated[int, BeforeValidator(_minutes), Field(ge=0, le=MINUTES)]
TimeZone = Annotated[str, AfterValidator(_zone), Field(min_length=1, max_length=64)]


class SpanConfig(BaseModel):
    """One span of time, each week anew."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    days: tuple[Day, ...] = Field(default=DAYS, min_length=1, max_length=7)
    """Days on which the span begins: `mon` to `sun`; default all."""

    from_: TimeOfDay = Field(default=0, alias="from")
    """When it begins, such as `"22:00"`; default midnight."""

    to: TimeOfDay = MINUTES
    """When it ends, such as `"06:00"`; default midnight. What ends before it begins, by the clock,
    ends on the next day."""

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        if self.from_ == self.to:
            raise ValueError("from and to are the same; leave both out for the whole day")
        return self

    def holds(self, day: int, minute: int) -> bool:
        """Tell whether it holds on a day of the week (0 is Monday) at a minute of that day."""
        if self.from_ < self.to:
            return DAYS[day] in self.days and self.from_ <= minute < self.to
        if minute >= self.from_:
            return DAYS[day] in self.days
        return minute < self.to and DAYS[day - 1] in self.days


class Schedule:
    """Tells whether a rule is awake.

    Args:
        spans: When it is; none of them means always.
        zone: Name of the time zone they are meant in; None for that of this machine.
    """

    def __init__(self, spans: tuple[SpanConfig, ...], zone: str | None) -> None:
        self._spans = spans
        self._zone = zone
        self._asked_at: float | None = None
        self._awake = True

    def awake(self, at: float) -> bool:
        """Tell whether the rule is awake at a Unix time."""
        if not self._spans:
            return True
        second = at // EVERY
        if second != self._asked_at:
            self._asked_at = second
            day, minute = _local(second * EVERY, self._zone)
            self._awake = any(span.holds(day, minute) for span in self._spans)
        return self._awake


@lru_cache(maxsize=256)
def _local(at: float, zone: str | None) -> tuple[int, int]:
    """Return day of the week and minute of the day; many rules ask for the same second."""
    utc = datetime.fromtimestamp(at, UTC)
    local: Any = utc.astimezone(None if zone is None else ZoneInfo(zone))
    return local.weekday(), local.hour * 60 + local.minute
