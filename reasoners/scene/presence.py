"""The built-in rule `presence`: one event for each object that is there."""

from collections.abc import Collection
from typing import Annotated, Final

from pydantic import Field

from reasoners.event import Severity
from reasoners.question import AskingConfig

RULE: Final = "presence"

LABELS: Final = ("person", "bicycle", "car", "motorcycle", "bus", "truck", "dog", "cat")

UNLABELLED: Final = "object"
"""What detectors call things that they see without knowing what they are."""


class PresenceConfig(AskingConfig):
    """When an object is worth an event of its own.

    Without `ask`, `verify` and `describe` the model, if there is one, is asked to verify.
    """

    enabled: bool | None = None
    """Whether the camera has this rule; default if it has no others."""

    labels: tuple[Annotated[str, Field(min_length=1, max_length=80)], ...] = Field(
        default=LABELS, max_length=256
    )
    """Labels that open events; default person, bicycle, car, motorcycle, bus, truck, dog, cat, and
    `object` for detectors that give no labels. More labels mean more events; none, no events."""

    hold: float = Field(default=2.0, ge=0, le=600, allow_inf_nan=False)
    """Seconds an object may be out of sight and still be the same; default 2. Raising it makes
    fewer, longer events whose ends come later; lowering it splits events at every occlusion."""

    severity: Severity = "info"
    """`info` (default), `warning` or `alert`; written into every event of this rule."""


def wanted(config: PresenceConfig, known: Collection[str]) -> frozenset[str]:
    """Return the labels that open events.

    Where nobody chose any, a detector that has no name for anything opens them with all it sees.

    Args:
        config: Of the rule.
        known: What the detector can say.
    """
    chosen = frozenset(config.labels)
    if "labels" in config.model_fields_set or not chosen.isdisjoint(known):
        return chosen
    return chosen | {UNLABELLED}
