"""What the daemon and the process of a local model say to each other; pictures go as bytes."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from reasoners.prompt import Prompt, Role, Turn

LONGEST = 65_536


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Load(_Message):
    """Load a model."""

    kind: Literal["load"] = "load"
    path: str
    device: Literal["auto", "cpu", "cuda"]
    threads: int
    max_tokens: int
    nice: int = 0
    language: str = ""
    """What a parser is to read; empty for models."""


class TurnText(_Message):
    """What one side says; None stands for the next picture."""

    role: Role
    parts: tuple[str | None, ...]


class Question(_Message):
    """Answer this; the blob holds its pictures, one after the other."""

    kind: Literal["question"] = "question"
    id: int
    turns: tuple[TurnText, ...]
    sizes: tuple[int, ...]
    """Bytes of each picture."""

    form: dict[str, Any] | None


class Cancel(_Message):
    """Nobody wants the answer any more."""

    kind: Literal["cancel"] = "cancel"
    id: int


class Loaded(_Message):
    """It is ready."""

    kind: Literal["loaded"] = "loaded"
    description: str = Field(max_length=500)


class Answered(_Message):
    """What the model said."""

    kind: Literal["answered"] = "answered"
    id: int
    text: str = Field(max_length=LONGEST)
    asked: int = Field(ge=0)
    answered: int = Field(ge=0)
    first_s: float | None
    truncated: bool


class Failed(_Message):
    """It could not; without `id`, the process is of no use any more."""

    kind: Literal["failed"] = "failed"
    id: int | None = None
    remedy: Literal["unavailable", "rejected", "too_long", "cancelled"]
    reason: str = Field(max_length=2000)


to_worker: TypeAdapter[Load | Question | Cancel] = TypeAdapter(
    Annotated[Load | Question | Cancel, Field(discriminator="kind")]
)
from_worker: TypeAdapter[Loaded | Answered | Failed] = TypeAdapter(
    Annotated[Loaded | Answered | Failed, Field(discriminator="kind")]
)


def packed(number: int, prompt: Prompt) -> tuple[Question, bytes]:
    """Write a question and its pictures."""
    turns = tuple(
        TurnText(
            role=turn.role,
            parts=tuple(part if isinstance(part, str) else None for part in turn.parts),
        )
        for turn in prompt.turns
    )
    images = prompt.images
    form = None if prompt.form is None else dict(prompt.form)
    sizes = tuple(len(image) for image in images)
    return Question(id=number, turns=turns, sizes=sizes, form=form), b"".join(images)


def unpacked(question: Question, blob: bytes) -> Prompt:
    """Read a question and its pictures."""
    images, at = list[bytes](), 0
    for size in question.sizes:
        images.append(blob[at : at + size])
        at += size
    shown = iter(images)
    turns = tuple(
        Turn(turn.role, tuple(next(shown) if part is None else part for part in turn.parts))
        for turn in question.turns
    )
    return Prompt(turns, question.form)
