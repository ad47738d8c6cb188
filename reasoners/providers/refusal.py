"""What a server's refusal means: its words for people, its remedy, how long it asks to wait. Pure.

Bodies as seen of llama.cpp and `transformers serve`, and as documented of vLLM, SGLang, Ollama,
FastAPI and OpenAI.
"""

import json
import re
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

from reasoners.errors import (
    QuestionTooLong,
    ReasonerError,
    ReasonerRejected,
    ReasonerUnavailable,
)

Clean = Callable[[str], str]

REDIRECT, BAD, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, NOT_ALLOWED = 300, 400, 401, 403, 404, 405
TIMEOUT, TOO_LARGE, TOO_MANY, SERVER_ERROR = 408, 413, 429, 500

LONGEST: Final = 200
"""Characters of a server's words that are repeated."""

TOO_LONG: Final = re.compile(
    r"exceed_context_size|context_length_exceeded|maximum context length|context (?:size|window)"
    r"|longer than the (?:maximum|model)|max_model_len|too many (?:images|tokens)"
    r"|at most \d+ (?:image|multimodal)",
    re.IGNORECASE,
)
"""How servers say that a question is too much for them."""

BLIND: Final = re.compile(
    r"mmproj|(?:image|vision|multimodal)s?(?: input)?s? (?:is|are) not supported"
    r"|not support (?:image|vision|multimodal)|not a multimodal model"
    r"|data required for image input",
    re.IGNORECASE,
)
"""How they say that they, or this model of theirs, take no pictures at all."""

PENNILESS: Final = re.compile("insufficient_quota|exceeded your current quota", re.IGNORECASE)
"""How they say that the account is empty: waiting fills none."""

THINKS: Final = re.compile("max_completion_tokens|reasoning[._]effort", re.ASCII)
"""What a server says that refuses our usual request because its model thinks to itself first."""


def refused(
    status: int,
    body: str,
    *,
    wait: float | None = None,
    keyed: bool = True,
    effort: bool = False,
    clean: Clean = str,
) -> ReasonerError:
    """Return the error that an HTTP status is; nobody is billed for what is refused.

    Args:
        status: It.
        body: The beginning of what came with it.
        wait: Seconds the server asks to wait.
        keyed: Whether it was given a key.
        effort: Whether it was told how much to think.
        clean: Takes secrets out of what a server says: some quote them.
    """
    error = _refused(status, body, wait, keyed=keyed, effort=effort, clean=clean)
    error.billed = False
    return error


def _refused(
    status: int, body: str, wait: float | None, *, keyed: bool, effort: bool, clean: Clean
) -> ReasonerError:
    if status in {UNAUTHORIZED, FORBIDDEN}:
        remedy = "refuses the key" if keyed else "wants a key: name it under `credential`"
        return ReasonerRejected(f"HTTP {status}: the server {remedy}")
    reason = f"HTTP {status}: {_sentence(body, clean)}".removesuffix(": ")
    if wait is not None:
        reason = f"{reason} (asks to wait {wait:g} s)"
    if BLIND.search(body):
        return ReasonerRejected(f"{reason}: it takes no pictures; choose a model that does")
    if PENNILESS.search(body):
        return ReasonerRejected(reason)
    if status in {TOO_MANY, TIMEOUT} or status >= SERVER_ERROR:
        return ReasonerUnavailable(reason, retry_after=wait)
    if status == TOO_LARGE or (status == BAD and TOO_LONG.search(body)):
        return QuestionTooLong(reason)
    if REDIRECT <= status < BAD:
        reason = f"{reason}: it sends us elsewhere: correct `url`"
    elif status in {NOT_FOUND, NOT_ALLOWED}:
        reason = f"{reason}: check `url` (most end in /v1) and `model`"
    elif not effort and THINKS.search(body):
        reason = f"{reason}: set `effort`, such as `effort: none`"
    return ReasonerRejected(reason)


def reported(error: Any, clean: Clean = str) -> ReasonerError:  # noqa: ANN401 (any JSON)
    """Return the error that a server reports in the middle of an answer, under status 200."""
    body = json.dumps({"error": error})
    reason = f"the server reported an error: {_sentence(body, clean)}".removesuffix(": ")
    code = error.get("code") if isinstance(error, dict) else None
    if TOO_LONG.search(body):
        return QuestionTooLong(reason)
    if isinstance(code, int) and BAD <= code < SERVER_ERROR and code not in {TIMEOUT, TOO_MANY}:
        return ReasonerRejected(reason)
    return ReasonerUnavailable(reason)


def told(body: str) -> str:
    """Return the sentence for people in what a server says; all of it where there is none."""
    try:
        found = _message(json.loads(body))
    except (ValueError, RecursionError):
        return body
    return found or body


def waiting(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After, RFC 9110 section 10.2.3: seconds, or a date by the server's own clock."""
    asked = headers.get("retry-after", "")
    if re.fullmatch(r"\d{1,6}", asked, re.ASCII):
        return float(asked)
    try:
        then, now = (parsedate_to_datetime(text) for text in (asked, headers.get("date", "")))
        return max(0.0, (then - now).total_seconds())
    except (ValueError, TypeError):  # no date; or one with, one without its zone
        return None


def safe(text: str, longest: int) -> str:
    """Keep letters, figures and plain signs, on one line."""
    return " ".join(re.sub(r"[^A-Za-z0-9 .,:;_/()'*-]+", " ", text).split())[:longest]


def _sentence(body: str, clean: Clean) -> str:
    return safe(clean(told(clean(body))), LONGEST)


def _message(value: Any) -> str:  # noqa: ANN401 (JSON)
    """Find the message of an error; empty where there is none."""
    if isinstance(value, list):
        return "; ".join(filter(None, map(_complaint, value[:3])))
    if not isinstance(value, dict):
        return ""
    for key in ("error", "message", "detail"):
        found = value.get(key)
        if isinstance(found, str):
            return found + _numbers(value)
        if isinstance(found, (dict, list)):
            return _message(found)
    return ""


def _complaint(value: Any) -> str:  # noqa: ANN401 (JSON)
    """Say one of the things that FastAPI found wrong with a request, and where."""
    if isinstance(value, dict) and isinstance(value.get("msg"), str):
        where = value.get("loc")
        place = " ".join(map(str, where)) if isinstance(where, list) else ""
        return f"{value['msg']} ({place})" if place else str(value["msg"])
    return _message(value)


def _numbers(value: Mapping[str, Any]) -> str:
    """Say how much was asked and how much there is room for, as llama.cpp tells it."""
    asked, room = value.get("n_prompt_tokens"), value.get("n_ctx")
    return (
        f" ({asked} of {room} tokens)" if isinstance(asked, int) and isinstance(room, int) else ""
    )
