"""A chat completion as it arrives, whole or as a stream of server-sent events. Pure and bounded.

The forms accepted are those that llama.cpp, vLLM, `transformers serve` and OpenAI were seen or are
documented to send: `[DONE]` or not, usage in the last chunk, in one of its own, or not at all.
"""

import json
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reasoners.errors import ReasonerUnavailable, ReplyInvalid, ReplyRefused

LONGEST: Final = 65_536
"""Bytes of one line, of the whole answer, and of a reply that is no stream."""


class _Part(BaseModel):
    """What servers add beyond this is not looked at."""

    model_config = ConfigDict(extra="ignore")


class _Piece(_Part):
    content: str | None = None
    refusal: str | None = None


class _Choice(_Part):
    delta: _Piece = _Piece()
    message: _Piece = _Piece()
    finish_reason: str | None = None


class _Usage(_Part):
    total_tokens: int | None = Field(default=None, ge=0, le=2**53)


class _Chunk(_Part):
    choices: list[_Choice] = []
    usage: _Usage | None = None
    error: Any = None


class Completion:
    """Collects one answer.

    Args:
        streamed: Server-sent events; otherwise one JSON object.
        cap: Bytes the whole body may have; a stream repeats its frame around every few letters.
    """

    def __init__(self, *, streamed: bool, cap: int) -> None:
        self.tokens: int | None = None
        """Tokens used, prompt included, if the server says so."""

        self.done = False
        """The server said that nothing more will come."""

        self._streamed = streamed
        self._cap = cap if streamed else LONGEST
        self._taken = 0
        self._buffer = bytearray()
        self._pieces: list[str] = []
        self._length = 0
        self._refusal = False
        self._finish: str | None = None

    @property
    def finished(self) -> bool:
        """Whether the answer is whole, even if more may come."""
        return self.done or self._finish is not None

    def feed(self, data: bytes) -> None:
        """Take a piece of the body.

        Raises:
            ReplyInvalid: Too long, or not a chat completion.
            ReasonerUnavailable: The server reports an error in the middle.
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
            ReplyInvalid: Cut off by the token limit, or not a chat completion.
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
        if self._finish == "length":
            raise ReplyInvalid("the reply was cut off by the token limit (truncated)")
        return "".join(self._pieces)

    def _line(self, line: bytes) -> None:
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
            raise ReasonerUnavailable("the server reported an error instead of an answer")
        if chunk.usage is not None and chunk.usage.total_tokens is not None:
            self.tokens = chunk.usage.total_tokens
        if chunk.choices:
            self._choice(chunk.choices[0])

    def _choice(self, choice: _Choice) -> None:
        piece = choice.delta if self._streamed else choice.message
        if piece.refusal:
            self._refusal = True
        if piece.content:
            self._length += len(piece.content)
            if self._length > LONGEST:
                raise ReplyInvalid(f"the answer is longer than {LONGEST // 1024} KiB")
            self._pieces.append(piece.content)
        self._finish = choice.finish_reason or self._finish


def _kind(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "unknown shape"
    return "not JSON"
