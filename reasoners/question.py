"""What a rule asks in plain language, and which form the answer has."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal["yes_no", "choice", "number", "text"]

CANNOT_TELL = "cannot_tell"
"""A legal answer to every question of every kind."""

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


class AskConfig(BaseModel):
    """A question to the vision-language model: a plain sentence, or a sentence with options."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    question: str = Field(min_length=1, max_length=1000)
    """What to ask, in any language. No default."""

    answer: Literal["yes_no", "number", "text"] | tuple[Option, ...] = "yes_no"
    """Form of the answer: `yes_no` (default), `number`, `text`, or a list of at least two choices
    such as `[courier, neighbour, stranger]`. `cannot_tell` is always allowed besides."""

    affirms: tuple[Option, ...] | None = Field(default=None, max_length=16)
    """Answers that speak for the event; default `[yes]`, for the other forms every answer. Give
    `[no]` where a no is what is feared."""

    need: float = Field(default=0.5, ge=0, le=1)
    """Least confidence of an answer that decides, 0 to 1; default 0.5. Raising it makes more events
    `uncertain`; what people say of its alarms moves it from there."""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:  # noqa: ANN401 (whatever the file holds)
        return {"question": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _sound(self) -> "AskConfig":
        if not isinstance(self.answer, tuple):
            if self.affirms and self.answer == "yes_no" and not set(self.affirms) <= {"yes", "no"}:
                raise ValueError("affirms: give yes, no or both for a question of yes and no")
            return self
        if not 2 <= len(self.answer) <= 16 or len(set(self.answer)) != len(self.answer):  # noqa: PLR2004 (a choice has two)
            raise ValueError("answer: give from 2 to 16 different choices")
        if CANNOT_TELL in self.answer:
            raise ValueError(f"answer: {CANNOT_TELL} is always allowed; leave it out")
        if self.affirms and not set(self.affirms) <= set(self.answer):
            raise ValueError("affirms: give answers that stand under `answer`")
        return self

    def named(self, name: str) -> Question:
        """Return the question under the name of the rule that asks it."""
        choices = self.answer if isinstance(self.answer, tuple) else ()
        kind: Kind = "choice" if isinstance(self.answer, tuple) else self.answer
        affirms = self.affirms if self.affirms is not None else ()
        if self.affirms is None and kind == "yes_no":
            affirms = ("yes",)
        return Question(name, self.question, kind, choices, affirms, self.need)
