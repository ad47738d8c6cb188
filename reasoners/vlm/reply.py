"""What a model answered: read whole, checked against our own form, or not believed at all. Pure.

A reply off the form is not sent back for repair: it ends as `invalid`.
"""

import json
import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from reasoners.errors import ReplyInvalid, ReplyRefused

DESCRIPTION: Final = 600
ENTITIES: Final = 16
TEXT: Final = 80
KIND: Final = 40

LINK = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.)\S+", re.IGNORECASE)
FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*", re.DOTALL | re.IGNORECASE)
DECLINED = re.compile(
    r"\W{0,3}(?:(?:i['\u2019]?m|i am|we['\u2019]?re) (?:very |so )?(?:sorry|afraid|unable|not able)"
    r"|sorry\b|i (?:can['\u2019]?t|cannot|can not|won['\u2019]?t|will not|must decline|decline)\b"
    r"|as an ai\b|unfortunately,? i\b)",
    re.IGNORECASE,
)


def _plain(text: str) -> str:
    """Keep what a person can read: one line, no control or direction marks, no links."""
    readable = "".join(sign if sign.isprintable() else " " for sign in text)
    return LINK.sub("[link]", " ".join(readable.split()))


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ReplyEntity(_Part):
    """A thing named in the description."""

    text: Annotated[str, Field(min_length=1, max_length=TEXT), AfterValidator(_plain)]
    kind: Annotated[str, Field(min_length=1, max_length=KIND), AfterValidator(_plain)]
    track: Annotated[str, Field(max_length=40), AfterValidator(_plain)] | None


class Reply(_Part):
    """The answer to one question."""

    answer: Literal["yes", "no", "cannot_tell"]
    confidence: int = Field(ge=0, le=100)
    description: Annotated[str, Field(max_length=DESCRIPTION), AfterValidator(_plain)]
    entities: list[ReplyEntity] = Field(max_length=ENTITIES)


def read(text: str) -> Reply:
    """Read a reply.

    Raises:
        ReplyInvalid: It is not the JSON that was asked for.
        ReplyRefused: It is a refusal in prose.
    """
    fenced = FENCED.fullmatch(text)
    body = fenced[1] if fenced else text
    try:
        value = _value(body)
    except (ValueError, RecursionError) as error:
        if DECLINED.match(text):
            raise ReplyRefused("the model declined in words") from error
        raise ReplyInvalid("the reply is not JSON") from error
    try:
        return Reply.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        # Keys come from the model and could be anything; ours are known.
        where = ".".join(str(key) for key in first["loc"] if isinstance(key, int) or key in KEYS)
        raise ReplyInvalid(
            f"the reply does not fit the form: {where or 'reply'}: {first['type']}"
        ) from error


KEYS: Final = frozenset(Reply.model_fields) | frozenset(ReplyEntity.model_fields)


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
