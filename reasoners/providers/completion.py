"""A chat completion as it arrives: whole, as server-sent events, or as lines. Pure and bounded.

The forms accepted are those that llama.cpp, vLLM, `transformers serve` and OpenAI were seen or are
documented to send: `[DONE]` or not, usage in the last chunk, in one of its own, or not at all; and
Ollama's own, one JSON object a line.
"""

import json
from collections.abc import Callable
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reasoners.errors import ReasonerUnavailable, ReplyInvalid, ReplyRefused, ReplyTruncated
from reasoners.providers.refusal import reported

LONGEST: Final = 65_536
"""Bytes of one line, of the whole answer, and of a reply that is no stream."""


class _Part(BaseModel):
    """What servers add beyond this is not looked at."""

    model_config = ConfigDict(extra="ignore")


class _Piece(_Part):
    content: str | None = None
    refusal: str | None = None
    reasoning_content: Any = None
    """What the model says to itself before it answers; vLLM, llama.cpp and SGLang keep it apart."""

    reasoning: Any = None
    """The same, by its newer name."""

    thinking: Any = None
    """The same, as Ollama calls it."""


class _Choice(_Part):
    delta: _Piece | None = None
    message: _Piece | None = None
    finish_reason: str | None = None


class _Usage(_Part):
    total_tokens: int | None = Field(default=None, ge=0, le=2**53)
    prompt_tokens: int | None = Field(default=None, ge=0, le=2**53)
    completion_tokens: int | None = Field(default=None, ge=0, le=2**53)


class _Chunk(_Part):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: Any = None


class _Line(_Part):
    """One line of Ollama's own API."""

    message: _Piece | None = None
    done: bool = False
    done_reason: str | None = None
    prompt_eval_count: int | None = Field(default=None, ge=0, le=2**53)
    eval_count: int | None = Field(default=None, ge=0, le=2**53)
    error: Any = None


Form = Literal["events", "lines", "whole"]

THOUGHTS: Final = (
    "the model said nothing but to itself: set `effort`, such as `effort: none`, or raise"
    " `max_tokens`"
)

GIVEN_UP: Final = frozenset({"abort", "aborted", "error", "cancelled", "load", "unload"})
"""Reasons of an end that say that the answer is not whole: the server stops, or lost the model."""


class Completion:
    """Collects one answer.

    Args:
        form: Server-sent events, one JSON object a line, or a single one.
        cap: Bytes the whole body may have; a stream repeats its frame around every few letters.
        clean: Takes secrets out of what the server says of its errors.
    """

    def __init__(self, form: Form, *, cap: int, clean: Callable[[str], str] = str) -> None:
        self.asked: int | None = None
        """Tokens of the prompt, if the server says so."""

        self.answered: int | None = None
        """Tokens of the answer, likewise."""

        self.done = False
        """The server said that nothing more will come."""

        self._form = form
        self._streamed = form != "whole"
        self._cap = cap if self._streamed else LONGEST
        self._taken = 0
        self._buffer = bytearray()
        self._pieces: list[str] = []
        self._length = 0
        self._refusal = False
        self._thought = False
        """Whether the model said something to itself."""

        self._clean = clean
        self._finish: str | None = None

    @property
    def begun(self) -> bool:
        """Whether anything of the answer is there."""
        return self._length > 0

    @property
    def finished(self) -> bool:
        """Whether the answer is whole, even if more may come."""
        return self.done or self._finish is not None

    def feed(self, data: bytes) -> None:
        """Take a piece of the body.

        Raises:
            ReplyInvalid: Too long, or not a chat completion.
            ReasonerError: The server reports an error in the middle.
        """
        self._taken += len(data)
        if self._taken > self._cap:
            raise ReplyInvalid(f"the reply is longer than {self._cap // 1024} KiB")
        self._buffer += data
        if not self._streamed:
            return
        *lines, rest = self._buffer.split(b"\n")
        self._buffer = rest
        if len(rest) > LONGEST:
            raise ReplyInvalid(f"a line of the reply is longer than {LONGEST // 1024} KiB")
        for line in lines:
            self._line(bytes(line))

    def text(self) -> str:
        """Return the answer, once the body is over.

        Raises:
            ReplyTruncated: Cut off by the token limit, or all that the model says to itself.
            ReplyInvalid: Not a chat completion.
            ReplyRefused: The server or the model declined.
            ReasonerUnavailable: The body ended midway.
        """
        if self._buffer:
            last, self._buffer = bytes(self._buffer), bytearray()
            if self._streamed:
                self._line(last)
            else:
                self._chunk(last)
        if self._refusal or self._finish == "content_filter":
            raise ReplyRefused("the server reports a refusal")
        if not self.finished:
            raise ReasonerUnavailable("the reply ended midway")
        if self._finish in GIVEN_UP:
            raise ReasonerUnavailable(f"the server gave the answer up ({self._finish})")
        if self._thought and not self._length:
            raise ReplyTruncated(THOUGHTS)
        if self._finish == "length":
            raise ReplyTruncated("the reply was cut off by the token limit (truncated)")
        return "".join(self._pieces)

    def _line(self, line: bytes) -> None:
        if self._form == "lines":
            if line.strip():
                self._own(line)
            return
        field, _, value = line.strip().partition(b":")
        if field != b"data" or self.done:
            return
        value = value.strip()
        if value == b"[DONE]":
            self.done = True
        elif value:
            self._chunk(value)

    def _chunk(self, data: bytes) -> None:
        try:
            chunk = _Chunk.model_validate(json.loads(data))
        except (ValueError, RecursionError) as error:
            raise ReplyInvalid(f"the reply is not a chat completion ({_kind(error)})") from error
        if chunk.error is not None:
            raise reported(chunk.error, self._clean)
        if chunk.usage is not None:
            self._count(chunk.usage)
        if chunk.choices:
            self._choice(chunk.choices[0])

    def _own(self, data: bytes) -> None:
        try:
            line = _Line.model_validate(json.loads(data))
        except (ValueError, RecursionError) as error:
            raise ReplyInvalid(f"the reply is not a chat completion ({_kind(error)})") from error
        if line.error is not None:
            raise reported(line.error, self._clean)
        self._take(line.message)
        if line.done:
            self.done = True
            self._finish = line.done_reason or "stop"
            self.asked, self.answered = line.prompt_eval_count, line.eval_count

    def _count(self, usage: _Usage) -> None:
        """Note what was used; of a total alone, all is taken for prompt."""
        if usage.prompt_tokens is not None:
            self.asked, self.answered = usage.prompt_tokens, usage.completion_tokens
        elif usage.total_tokens is not None:
            self.asked = usage.total_tokens

    def _choice(self, choice: _Choice) -> None:
        self._take(choice.delta if self._streamed else choice.message)
        self._finish = choice.finish_reason or self._finish

    def _take(self, piece: _Piece | None) -> None:
        if piece is None:
            return
        if piece.refusal:
            self._refusal = True
        if piece.reasoning_content or piece.reasoning or piece.thinking:
            self._thought = True
        if piece.content:
            self._length += len(piece.content)
            if self._length > LONGEST:
                raise ReplyInvalid(f"the answer is longer than {LONGEST // 1024} KiB")
            self._pieces.append(piece.content)


def _kind(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "unknown shape"
    return "not JSON"
