"""What is watched for in the scene of one camera."""

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat

from reasoners.event import Name
from reasoners.scene.line import LineConfig
from reasoners.scene.presence import PresenceConfig
from reasoners.scene.zone import ZoneConfig


class SceneConfig(BaseModel):
    """What is watched for in the scene of one camera."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zones: dict[Name, ZoneConfig] = Field(default={}, max_length=64)
    """Zones by name; default none."""

    lines: dict[Name, LineConfig] = Field(default={}, max_length=64)
    """Lines by name; default none."""

    presence: PresenceConfig = PresenceConfig()
    """The built-in rule."""

    dwell: tuple[PositiveFloat, ...] = Field(default=(3.0, 10.0, 60.0), max_length=16)
    """Seconds in a zone at which a change `dwelt` is noted, rising; default 3, 10, 60."""

    group: int = Field(default=3, ge=2, le=100)
    """People who are together for that to be a group; default 3."""

    max_objects: int = Field(default=512, ge=1, le=10_000)
    """Objects remembered at once; default 512. More are refused and counted; raising it costs
    about 1 KB each."""

    max_events: int = Field(default=128, ge=1, le=10_000)
    """Events open at once; default 128. More are refused and counted."""

    max_pending: int = Field(default=64, ge=1, le=10_000)
    """Questions without an answer at once; default 64. Further ones end as `skipped_budget`."""

    forecast: float | None = Field(default=None, ge=0.5, le=10, allow_inf_nan=False)
    """Seconds ahead of the forecast pictures of events; default none, then there are none."""

    snapshot_longest: int = Field(default=1280, ge=64, le=8192)
    """Pixels of the longer side of snapshots, never enlarged; default 1280. Raising it makes
    files, and questions to a model, larger."""

    snapshot_quality: int = Field(default=85, ge=1, le=100)
    """JPEG quality of snapshots; default 85. Raising it makes files larger and sharper."""
