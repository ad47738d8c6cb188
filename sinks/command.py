"""What may be said to us from outside: a closed set, each with its limits. Nothing else is heeded.

None of these can change a source, a file, a rule's text, a sink or a secret.
"""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from reasoners import Name

OF_A_RULE: Final = "rule/"
"""What the switch of a rule is called by: `rule/parcel_left`."""

SwitchName = Annotated[str, Field(pattern=rf"^(detect|reason|{OF_A_RULE}[a-z0-9_]{{1,32}})$")]
"""`detect`, `reason`, or `rule/` and the name of a rule."""


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Switch(_Command):
    """Turn something of one camera on or off."""

    camera: Name
    switch: SwitchName
    """`detect`: whether anybody looks at its pictures. `reason`: whether a model is asked about its
    events. `rule/<name>`: whether that rule makes events."""

    on: bool


class ProfileChoice(_Command):
    """Make another profile the active one: rules may name the profiles in which they are awake."""

    profile: Name


class SceneAsked(_Command):
    """Somebody wants to know what is in the scene of a camera now, and what holds between it."""

    camera: Name


class Feedback(_Command):
    """A person's word on an event."""

    event: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
    verdict: Literal["true_alarm", "false_alarm"]


class FeedbackReset(_Command):
    """Forget every word of people on the events of one rule: what they moved goes back."""

    camera: Name
    rule: Name
    verdict: Literal["forget"]


Command = Switch | ProfileChoice | SceneAsked | Feedback | FeedbackReset
