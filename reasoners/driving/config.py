"""What a camera that looks ahead out of a vehicle is told of itself, and what it warns of."""

from typing import Annotated, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, model_validator

from reasoners.driving.path import Path
from sources import Point, Relative

Kind = Literal["collision", "closing_fast", "person_in_path", "lane_departure", "lead_moved_off"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Metres = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]


class DrivingConfig(BaseModel):
    """Driver assist: how the camera looks at the road, and when it warns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: tuple[Point, Point, Point, Point] = ((0.3, 1.0), (0.48, 0.55), (0.52, 0.55), (0.7, 1.0))
    """The strip of road the vehicle itself takes when it goes straight, on the picture: near left,
    far left, far right, near right; default fits a camera in the middle of the windscreen that
    looks level, with 65 degrees across. Its sides meet at the horizon. A wider strip warns of more
    people beside the road; a far edge nearer to the horizon warns of people farther away."""

    horizon: Relative | None = None
    """Height on the picture at which the road would end, were it flat for ever: 0 top, 1 bottom.
    Default: where the sides of `path` meet. Lane marks are looked for below it."""

    bonnet: Relative = 1.0
    """Height on the picture at which the own vehicle begins; default 1, it is not in the picture.
    What reaches below it is cut off, and its size is not believed."""

    camera_height: Metres = 1.3
    """Metres above the road; default 1.3. Distances to lane marks grow with it."""

    lens: float = Field(default=65.0, ge=20, le=150)
    """Degrees that the picture shows across; default 65. Only tells how hard one would have to
    brake: a wider lens makes the same box nearer, and warns of slow vehicles later."""

    vehicle_width: Metres = 1.8
    """Metres, mirrors not counted; default 1.8. Raising it warns of what would just be missed, and
    earlier of a lane mark."""

    collision: PositiveFloat = Field(default=2.5, le=10)
    """Seconds to contact at or below which `collision` warns; default 2.5. Of vehicles only from
    two thirds of it on, where gentle braking (2.5 m/s²) would still do. Raising it warns earlier,
    and more often without need."""

    closing: PositiveFloat = Field(default=4.0, le=20)
    """Seconds to contact at or below which `closing_fast` warns; default 4."""

    smallest: float = Field(default=0.04, ge=0.01, le=0.5)
    """Height of a box, relative to the picture, from which its growth is believed; default 0.04.
    Lowering it sees farther and errs more."""

    cooldown: float = Field(default=8.0, ge=0, le=3600, allow_inf_nan=False)
    """Seconds after a warning in which the same is not said again of the same thing; default 8."""

    warn: tuple[Kind, ...] = KINDS
    """Which warnings are given: `collision`, `closing_fast`, `person_in_path`, `lane_departure`,
    `lead_moved_off`; default all. Lane marks are looked for only where one of the last two is
    there."""

    @property
    def strip(self) -> Path:
        """The path as geometry."""
        return Path.of(self.path, self.horizon)

    @property
    def sees_road(self) -> bool:
        """Whether anything here needs the picture of the road itself."""
        return not {"lane_departure", "lead_moved_off"}.isdisjoint(self.warn)

    @model_validator(mode="after")
    def _check_path(self) -> Self:
        near_left, far_left, far_right, near_right = self.path
        if not (near_left[0] < near_right[0] and far_left[0] < far_right[0]):
            raise ValueError("path: give near left, far left, far right, near right")
        if min(near_left[1], near_right[1]) <= max(far_left[1], far_right[1]):
            raise ValueError("path: its far points must lie above its near ones")
        if near_right[0] - near_left[0] <= far_right[0] - far_left[0]:
            raise ValueError("path: its sides must come nearer to each other towards the horizon")
        horizon = self.strip.horizon
        if not 0 <= horizon < min(far_left[1], far_right[1]):
            raise ValueError(
                f"path: its sides meet at a height of {horizon:.2f}, which must lie on the picture "
                "and above the far edge; correct the points, or give `horizon`"
            )
        if self.bonnet <= max(far_left[1], far_right[1]):
            raise ValueError("bonnet: must lie below the far edge of `path`")
        if self.closing < self.collision:
            raise ValueError("closing: must not be below `collision`")
        return self
