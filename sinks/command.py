"""What may be said to us from outside: a closed set, each with its limits. Nothing else is heeded.

None of these can change a source, a file, a rule's text, a sink or a secret.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from reasoners import Name

SwitchName = Literal["detect", "reason"]


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Switch(_Command):
    """Turn something of one camera on or off."""

    camera: Name
    switch: SwitchName
    """`detect`: whether anybody looks at its pictures. `reason`: whether a model is asked about its
    events."""

    on: bool


class Feedback(_Command):
    """A person's word on an event."""

    event: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")
    verdict: Literal["true_alarm", "false_alarm"]


Command = Switch | Feedback
