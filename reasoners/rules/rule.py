"""Rules as they are written: what must hold, and what an event of it is like."""

from typing import Annotated, Final, Literal

from pydantic import Field

from reasoners.event import Name, Severity
from reasoners.firing import Notify
from reasoners.period import Period
from reasoners.question import AskingConfig
from reasoners.rules.condition import ConditionConfig, Span
from reasoners.rules.schedule import SpanConfig, TimeZone

PROFILES: Final = ("home", "away", "night")

Ahead = Annotated[Period, Field(ge=0.5, le=10, allow_inf_nan=False)]
"""How far a forecast picture looks ahead."""


class RuleConfig(AskingConfig):
    """One rule: an event for each object for which its conditions hold."""

    when: ConditionConfig
    """What must hold."""

    title: str | None = Field(default=None, min_length=1, max_length=80)
    """Name for people; default none, then the rule's own name is shown."""

    severity: Severity = "info"
    """`info` (default), `warning` or `alert`; written into every event of this rule."""

    notify: Notify = "at_once"
    """`at_once` (default): the verdict follows as an update. `when_verified`: the event is held
    back until its verdict, at most until the deadline; without a question or a model there is no
    verdict to wait for."""

    per: Literal["object", "camera"] = "object"
    """Whether each object has an event of its own (default), or the camera one for all of them."""

    forecast: Ahead | Literal[0] | None = None
    """Seconds ahead of the forecast picture of its events, from 0.5 to 10, or 0 for none; default
    as `forecast` of the camera."""

    hold: Span = 2.0
    """Seconds for which the conditions may fail and the event goes on; default 2. What only happens
    makes an event of this length. Raising it makes fewer, longer events."""

    cooldown: Span = 0.0
    """Seconds after an event of this rule has begun in which no other begins; default 0. Events
    that are open go on."""

    schedule: tuple[SpanConfig, ...] = Field(default=(), max_length=32)
    """When the rule is awake: a list of spans `{days: [mon, tue], from: "22:00", to: "06:00"}`;
    default always."""

    timezone: TimeZone | None = None
    """Time zone of the schedule, such as `Europe/Berlin`; default that of this machine."""

    profiles: tuple[Name, ...] = Field(default=(), max_length=16)
    """Profiles in which the rule is awake, such as `[away, night]`; default all of them."""

    enabled: bool = True
    """Whether the rule is there at all; default yes. One that is there has a switch as well."""


class SharedRuleConfig(RuleConfig):
    """A rule for several cameras."""

    cameras: Annotated[tuple[Name, ...], Field(min_length=1, max_length=256)] | None = None
    """Cameras it is for; each has it for itself. Default: every camera that has all zones and lines
    which the rule names, at least one."""
