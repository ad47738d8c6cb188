"""What questions may cost: limits by the hour, prices, and how an answer is paid for."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Amount = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Price(_Section):
    """What a provider takes, in whatever currency `money_per_hour` is meant."""

    input: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """For a million tokens of question and pictures; default 0, as for a model of one's own."""

    output: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """For a million tokens of answer; default 0."""

    def of(self, asked: float, answered: float) -> float:
        """Return what so many tokens of question and answer cost."""
        return (self.input * asked + self.output * answered) / 1_000_000


class Hourly(_Section):
    """How much may be spent within any hour; none by default."""

    calls_per_hour: Amount | None = None
    """Questions sent to a model, repairs and repetitions included. Default: no limit. A question
    beyond it ends as `skipped_budget`."""

    tokens_per_hour: Amount | None = None
    """Tokens of questions, pictures and answers. Default: no limit."""

    money_per_hour: Amount | None = None
    """In the currency of `price`. Default: no limit."""


class Budget(Hourly):
    """The limits of all cameras together, and how they are shared out."""

    per_camera: Hourly = Hourly()
    """The same for each camera by itself, so that a busy one leaves something to the others.
    Default: no limit."""

    burst: float = Field(default=0.25, gt=0, le=1)
    """Share of an hour's limit that may be spent at once; the rest comes evenly. Default 0.25.
    Raising it answers more of a sudden burst and leaves less for what comes after."""

    reserve: float = Field(default=0.2, ge=0, lt=1)
    """Share of each limit kept back for events of severity `alert`. Default 0.2."""
