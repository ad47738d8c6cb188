"""What is predicted in the scene of one camera."""

from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from reasoners.period import Period

Kind = Literal["enters", "leaves", "crosses", "departs", "stops", "reaches", "count"]
"""What a prediction says: `enters` or `leaves` a zone, `crosses` a line, `departs` from the
picture (events call it `leaves`, without a place), `stops` moving, `reaches` another object,
which is to be near it; `count`: a zone holds one more object of a label."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

PROVEN: Final[tuple[Kind, ...]] = ("enters", "leaves", "crosses", "departs")
"""Kinds whose skill over the base rate was shown to be above zero, on plays and on real clips, see
`docs/predictions.md`."""


class PredictionConfig(BaseModel):
    """What is predicted, and how far ahead."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: tuple[Kind, ...] = Field(default=PROVEN, max_length=len(KINDS))
    """Which kinds are stated, scored and told with events; default those that were shown to beat
    the base rate. `[]` predicts nothing and costs nothing; rules may ask for any kind all the
    same."""

    horizon: Period = Field(default=5.0, ge=0.5, le=60, allow_inf_nan=False)
    """Seconds a prediction looks ahead; default 5. Raising it makes warnings earlier and less
    sure; lowering it the contrary."""

    most: int = Field(default=512, ge=1, le=10_000)
    """Predictions open at once; default 512. Those beyond are not made, and counted."""
