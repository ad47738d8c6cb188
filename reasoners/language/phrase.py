"""What is to be said, before any language has words for it; every statement with its evidence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that a statement rests on."""

    kind: Literal[
        "object", "change", "relation", "cause", "condition", "prediction", "end", "reasoning"
    ]
    what: str
    """A field of the object, a kind of change, a predicate, a pattern, …"""

    about: tuple[int | str, ...] = ()
    """Identities of the objects and names of the places (`zone:step`) it is about, in order."""

    at: float = 0.0
    """When it was certain, or since when it holds; seconds."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a thing is: a detector's label, put into any form that the language has for it."""

    label: str


@dataclass(frozen=True, slots=True)
class Verbatim:
    """What is the same in every language: `t17`, the name of a zone."""

    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """Somebody else's words, in quotation marks: no catalogue has them."""

    text: str
    longest: int = 300


@dataclass(frozen=True, slots=True)
class Span:
    """How long, in seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Number:
    """A number with so many decimals."""

    value: float
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """0 to 1, said in percent."""

    value: float


@dataclass(frozen=True, slots=True)
class Several:
    """Things side by side: `a, b and c`."""

    parts: tuple["Value", ...]
    deeds: bool = False
    """Whether they are what somebody does, one after the other."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A message of the catalogues, with what stands in its gaps."""

    key: str
    """Group and name: `change.entered`."""

    gaps: Mapping[str, "Value"] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = field(default=())
    """Empty where the phrase states nothing: the name of a zone, a place on the picture."""

    def within(self) -> Iterator["Phrase"]:
        """Yield this phrase and all phrases in its gaps, outermost first."""
        yield self
        for value in self.gaps.values():
            yield from _within(value)


Value = Phrase | Word | Verbatim | Quoted | Span | Number | Share | Several


def _within(value: Value) -> Iterator[Phrase]:
    if isinstance(value, Phrase):
        yield from value.within()
    elif isinstance(value, Several):
        for part in value.parts:
            yield from _within(part)
