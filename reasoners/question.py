"""What a rule asks in plain language, and which form the answer has."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    model_validator,
)

from reasoners.event import Name
from reasoners.period import Period

Kind = Literal["yes_no", "choice", "number", "text"]

CANNOT_TELL = "cannot_tell"
"""A legal answer to every question of every kind."""

MOST = 8
"""Questions of one rule: as many as one call carries."""

Option = Annotated[str, Field(min_length=1, max_length=60)]


@dataclass(frozen=True, slots=True)
class Question:
    """One question with the form of its answer."""

    name: str
    """Under which its answer is published, such as the rule that asks."""

    text: str
    """In any language."""

    kind: Kind = "yes_no"
    choices: tuple[str, ...] = ()
    """Legal answers of a `choice`, besides `cannot_tell`."""

    affirms: tuple[str, ...] = ("yes",)
    """Answers that speak for the event. Empty: any answer but `cannot_tell` does."""

    need: float = 0.5
    """Confidence below which an answer leaves the event uncertain, 0 to 1."""

    low: float | None = None
    high: float | None = None
    """Bounds of a `number`, both legal; None sets none."""

    unit: str = ""
    """Of a `number`, such as `kg`."""

    counts: str = ""
    """Label of what a `number` counts: then it is compared with what the detector saw."""

    verifies: bool = False
    """It asks whether the detector is right about the event's own object."""


class AskConfig(BaseModel):
    """A question to the vision-language model: a plain sentence, or a sentence with options."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(min_length=1, max_length=1000)
    """What to ask, in any language. No default."""

    name: Name | None = None
    """Under which its answer is published; default the rule's own name, and for further questions
    of a rule that name with `_2`, `_3`, … behind it."""

    answer: Literal["yes_no", "number", "text"] | tuple[Option, ...] = "yes_no"
    """Form of the answer: `yes_no` (default), `number`, `text`, or a list of at least two choices
    such as `[courier, neighbour, stranger]`. `cannot_tell` is always allowed besides."""

    affirms: tuple[Option, ...] | None = Field(default=None, max_length=16)
    """Answers that speak for the event; default `[yes]`, for the other forms every answer. Give
    `[no]` where a no is what is feared. Of a rule's questions the first decides."""

    need: float = Field(default=0.5, ge=0, le=1)
    """Least confidence of an answer that decides, 0 to 1; default 0.5. Raising it makes more events
    `uncertain`; what people say of its alarms moves it from there."""

    range: tuple[FiniteFloat, FiniteFloat] | None = None
    """Least and greatest legal `number`, such as `[0, 20]`; default any. An answer beyond it is
    none: the reply is asked for once more, and then counts as `invalid`."""

    unit: str = Field(default="", max_length=20)
    """Unit of a `number`, such as `kg` or `°C`: told to the model, and published with the answer.
    Default none."""

    counts: str = Field(default="", max_length=80)
    """Label of what a `number` counts, such as `person`: the answer is then compared with what the
    detector saw. Default none: a number is believed as it is."""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:  # noqa: ANN401 (whatever the file holds)
        return {"question": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _sound(self) -> "AskConfig":
        for key, given in (("range", self.range), ("unit", self.unit), ("counts", self.counts)):
            if given and self.answer != "number":
                raise ValueError(f"{key}: is for `answer: number`; leave it out")
        if self.range is not None and self.range[0] >= self.range[1]:
            raise ValueError("range: give the least number, then the greatest")
        if not isinstance(self.answer, tuple):
            if self.affirms and self.answer == "yes_no" and not set(self.affirms) <= {"yes", "no"}:
                raise ValueError("affirms: give yes, no or both for a question of yes and no")
            return self
        if not 2 <= len(self.answer) <= 16 or len(set(self.answer)) != len(self.answer):  # noqa: PLR2004 (a choice has two)
            raise ValueError("answer: give from 2 to 16 different choices")
        odd = next((one for one in self.answer if not _plain(one)), None)
        if odd is not None:
            raise ValueError(
                f"answer: {odd!r} is no plain choice; no links, line breaks or blanks at its ends"
            )
        if CANNOT_TELL in self.answer:
            raise ValueError(f"answer: {CANNOT_TELL} is always allowed; leave it out")
        if self.affirms and not set(self.affirms) <= set(self.answer):
            raise ValueError("affirms: give answers that stand under `answer`")
        return self

    def named(self, name: str) -> Question:
        """Return the question under its own name, or else that of the rule that asks it."""
        choices = self.answer if isinstance(self.answer, tuple) else ()
        kind: Kind = "choice" if isinstance(self.answer, tuple) else self.answer
        affirms = self.affirms if self.affirms is not None else ()
        if self.affirms is None and kind == "yes_no":
            affirms = ("yes",)
        low, high = self.range if self.range is not None else (None, None)
        return Question(
            name=self.name or name,
            text=self.question,
            kind=kind,
            choices=choices,
            affirms=affirms,
            need=self.need,
            low=low,
            high=high,
            unit=self.unit,
            counts=self.counts,
        )


def _plain(choice: str) -> bool:
    """Tell whether a choice survives being read from a model: on one line, and no link."""
    told = choice.isprintable() and " ".join(choice.split()) == choice
    return told and re.search(r"://|\bwww\.", choice, re.IGNORECASE) is None


def _listed(value: Any) -> Any:  # noqa: ANN401 (whatever the file holds)
    return [value] if isinstance(value, (str, dict, AskConfig)) else value


def _apart(asks: tuple[AskConfig, ...]) -> tuple[AskConfig, ...]:
    names = [ask.name for ask in asks if ask.name is not None]
    if len(asks) > MOST:
        raise ValueError(f"give at most {MOST} questions")
    if len(set(names)) != len(names):
        raise ValueError("give each question a name of its own")
    return asks


Asks = Annotated[
    tuple[AskConfig, ...],
    BeforeValidator(_listed, json_schema_input_type=str | AskConfig | list[str | AskConfig]),
    AfterValidator(_apart),
]
"""What one rule asks: a sentence, a question with options, or a list of both."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What a model is asked about the events of one rule."""

    questions: tuple[Question, ...] = ()
    """The first decides what becomes of an event."""

    verify: bool = False
    """Whether the detector is right is asked as well."""

    describe: bool = False
    """A report is wanted though nothing is asked."""

    again: float | None = None
    """Seconds after which something new within an event is worth another look; None: never."""

    def __bool__(self) -> bool:
        """Tell whether a model is asked at all."""
        return bool(self.questions) or self.verify or self.describe


class AskingConfig(BaseModel):
    """What a rule wants to know from a vision-language model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: Asks = ()
    """Question for the vision-language model about every event of this rule, a list of them, or
    questions with options; default none. The first decides, the others are answered besides."""

    verify: bool = False
    """Whether the model is asked if the detector is right about the event's object; default no.
    Beside `ask` it does not decide, but an object that is said to be another makes the event
    `rejected`."""

    describe: bool = False
    """Whether the model describes events of this rule even if there is no question; default no.
    With a question a description comes anyway."""

    again: Annotated[Period, Field(ge=1, le=3600, allow_inf_nan=False)] | None = None
    """Seconds, or a time such as `10s`, after which the model is asked anew about an event that
    goes on, once something of it has changed: who it is about, where they are, how they move.
    Default none: each event is asked about once. Every look is a call within the budget."""

    def inquiry(self, rule: str) -> Inquiry:
        """Return what is asked, under the name of the rule that asks."""
        return Inquiry(questions(self.ask, rule), self.verify, self.describe, self.again)


def questions(asks: Sequence[AskConfig], rule: str) -> tuple[Question, ...]:
    """Name what a rule asks: the first after the rule, the others by number."""
    return tuple(
        ask.named(rule if number == 1 else f"{rule}_{number}") for number, ask in enumerate(asks, 1)
    )
