"""What a model answered: read whole, checked against our own form, or not believed at all. Pure."""

import json
import re
from collections.abc import Collection
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from reasoners.errors import ReplyInvalid, ReplyRefused
from reasoners.question import CANNOT_TELL, Question
from reasoners.vlm.call import Call
from reasoners.vlm.form import (
    ANSWER,
    ATTRIBUTES,
    COUNTS,
    DESCRIPTION,
    EVIDENCE,
    HORIZON,
    KIND,
    NEXT,
    NUMBER,
    RELATIONS,
    TEXT,
    THINGS,
    UNCHANGED,
    WRITTEN,
)

LINK = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.)\S+", re.IGNORECASE)
FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*", re.DOTALL | re.IGNORECASE)
THOUGHT: Final = "</think>"
"""Ends what a model says to itself; its beginning may stand in the template, and so not here."""

DECLINED = re.compile(
    r"\W{0,3}(?:(?:i['\u2019]?m|i am|we['\u2019]?re) (?:very |so )?(?:sorry|afraid|unable|not able)"
    r"|sorry\b|i (?:can['\u2019]?t|cannot|can not|won['\u2019]?t|will not|must decline|decline)\b"
    r"|as an ai\b|unfortunately,? i\b"
    r"|(?:es )?tut mir (?:sehr )?leid\b|leider (?:kann|darf) ich\b|als (?:eine? )?ki\b"
    r"|ich (?:kann|darf|werde) [^.{]{0,80}\bnicht\b"
    r"|(?:非常|十分|很)?抱歉|对不起|我(?:无法|不能|不会)|作为(?:一个|一名)?\s?(?:ai|人工智能))",
    re.IGNORECASE,
)
"""How refusals begin, in English, German and Chinese."""

HELPING = re.compile(
    r"\b(?:help|assist|identify|recogni[sz]e|describe|comply|request|helfen|erkennen|beschreiben"
    r"|identifizieren|beantworten)\b|帮助|识别|描述|回答|提供",
    re.IGNORECASE,
)
"""What is declined with: a caption may well begin with what it cannot see."""


def plain(text: str) -> str:
    """Keep what a person can read: one line, no control or direction marks, no links."""
    readable = "".join(sign if sign.isprintable() else " " for sign in text)
    return LINK.sub("[link]", " ".join(readable.split()))


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Percent = Annotated[int, Field(ge=0, le=100)]
Id = Annotated[str, Field(max_length=TEXT), AfterValidator(plain)]
"""Name of a track, keyframe or zone; whether there is one of that name is judged later."""


class ReplyAnswer(_Part):
    """The answer to one question."""

    answer: Annotated[str, Field(min_length=1, max_length=ANSWER), AfterValidator(plain)]
    confidence: Percent
    evidence: list[Id] = Field(max_length=EVIDENCE)


class ReplyThing(_Part):
    """One thing that is to be seen."""

    text: Annotated[str, Field(min_length=1, max_length=TEXT), AfterValidator(plain)]
    kind: Annotated[str, Field(min_length=1, max_length=KIND), AfterValidator(plain)]
    track: Id | None
    attributes: list[Annotated[str, Field(max_length=KIND), AfterValidator(plain)]] = Field(
        max_length=ATTRIBUTES
    )
    motion: Literal["moving", "still", "cannot_tell"]
    zone: Id | None = CANNOT_TELL


class ReplyCount(_Part):
    """How many of a kind one picture shows."""

    kind: Annotated[str, Field(min_length=1, max_length=KIND), AfterValidator(plain)]
    keyframe: Id
    count: Annotated[int, Field(ge=0, le=99)]


class ReplyRelation(_Part):
    """What is claimed to hold between two things."""

    subject: Id
    predicate: Annotated[str, Field(max_length=KIND), AfterValidator(plain)]
    object: Id


class ReplyNext(_Part):
    """What is expected."""

    what: Annotated[str, Field(max_length=KIND), AfterValidator(plain)]
    subject: Id
    object: Id | None
    within_s: Annotated[int, Field(ge=1, le=HORIZON)]
    probability: Percent


class Report(_Part):
    """What is to be seen, beyond the answers."""

    description: Annotated[str, Field(max_length=DESCRIPTION), AfterValidator(plain)]
    things: list[ReplyThing] = Field(max_length=THINGS)
    counts: list[ReplyCount] = Field(max_length=COUNTS)
    written: list[Annotated[str, Field(max_length=TEXT), AfterValidator(plain)]] = Field(
        max_length=WRITTEN
    )
    why: Annotated[str, Field(max_length=DESCRIPTION // 2), AfterValidator(plain)]
    relations: list[ReplyRelation] = Field(default=[], max_length=RELATIONS)
    next: list[ReplyNext] = Field(default=[], max_length=NEXT)
    order: list[Id] = Field(default=[], max_length=64)


class Reply(_Part):
    """The reply to one call."""

    answers: dict[str, ReplyAnswer] = {}
    """None where nothing but a report was asked for."""

    report: Report | Literal["unchanged"] | None = None
    """None after a short call."""


def read(text: str, call: Call) -> Reply:
    """Read the reply to a call: all of it, or none.

    Raises:
        ReplyInvalid: It is not the JSON that was asked for.
        ReplyRefused: It is a refusal in prose.
    """
    try:
        value = _given(text)
    except (ValueError, RecursionError) as error:
        if DECLINED.match(aloud(text)):
            raise ReplyRefused("the model declined in words") from error
        raise ReplyInvalid("the reply is not JSON") from error
    try:
        reply = Reply.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        # Keys come from the model and could be anything; ours are known.
        where = ".".join(str(key) for key in first["loc"] if _ours(key))
        raise ReplyInvalid(
            f"the reply does not fit the form: {where or 'reply'}: {first['type']}"
        ) from error
    _complete(reply, call)
    return reply


def caption(text: str) -> str:
    """Return what a model that only writes prose said of the pictures.

    Raises:
        ReplyInvalid: It said nothing.
        ReplyRefused: It declined.
    """
    said = aloud(text).strip()
    if not said:
        raise ReplyInvalid("the model said nothing")
    if DECLINED.match(said) and HELPING.search(said[:200]):
        raise ReplyRefused("the model declined in words")
    return said


def aloud(text: str) -> str:
    """Leave out what a model says to itself before it answers."""
    return text.rpartition(THOUGHT)[2]


KEYS: Final = frozenset(
    key
    for part in (
        Reply,
        Report,
        ReplyAnswer,
        ReplyThing,
        ReplyCount,
        ReplyRelation,
        ReplyNext,
    )
    for key in part.model_fields
)


def _ours(key: int | str) -> bool:
    return isinstance(key, int) or key in KEYS or re.fullmatch(r"q\d{1,3}", key) is not None


def _complete(reply: Reply, call: Call) -> None:
    """Hold a reply against what was asked for in this very call."""
    if reply.answers.keys() != {asked.key for asked in call.questions}:
        raise ReplyInvalid("the reply does not fit the form: answers: not those to the questions")
    for asked in call.questions:
        if not _legal(reply.answers[asked.key].answer, asked.question):
            raise ReplyInvalid(f"the reply does not fit the form: {asked.key}: no legal answer")
    if (reply.report is None) != (call.stage == "short"):
        raise ReplyInvalid("the reply does not fit the form: report: missing or not asked for")
    if reply.report == UNCHANGED and not call.memory:
        raise ReplyInvalid("the reply does not fit the form: report: unchanged since nothing")


def _legal(answer: str, question: Question) -> bool:
    match question.kind:
        case "yes_no":
            legal: Collection[str] = ("yes", "no", CANNOT_TELL)
        case "choice":
            legal = (*question.choices, CANNOT_TELL)
        case "number":
            written = re.fullmatch(NUMBER.strip("^$"), answer, re.ASCII) is not None
            return written and (answer == CANNOT_TELL or _within(float(answer), question))
        case "text":
            return True
    return answer in legal


def _within(number: float, question: Question) -> bool:
    low, high = question.low, question.high
    return (low is None or number >= low) and (high is None or number <= high)


def _given(text: str) -> Any:  # noqa: ANN401  what JSON may hold
    """Read the JSON of a reply, whatever is put before or around it."""
    try:
        return _value(_unfenced(text))
    except ValueError:
        _, mark, rest = text.partition(THOUGHT)
        if not mark:
            raise
        return _value(_unfenced(rest))


def _unfenced(text: str) -> str:
    fenced = FENCED.fullmatch(text)
    return fenced[1] if fenced else text


def _value(text: str) -> Any:  # noqa: ANN401  what JSON may hold
    """Parse; some servers let raw line breaks into strings, which a second try forgives."""
    try:
        return _parsed(text, strict=True)
    except ValueError:
        return _parsed(text, strict=False)


def _parsed(text: str, *, strict: bool) -> Any:  # noqa: ANN401  what JSON may hold
    return json.loads(text, strict=strict, parse_constant=_refuse_constant, object_pairs_hook=_once)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object; of two values for one key, neither can be believed."""
    value = dict(pairs)
    if len(value) != len(pairs):
        msg = "a key is given twice"
        raise ValueError(msg)
    return value
