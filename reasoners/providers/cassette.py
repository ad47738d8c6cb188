"""What was asked and answered, kept in a file, and answered from it again.

One JSON object a line. A question is found again by its digest, which covers texts, pictures and
form to the byte; asked several times, it is answered as it was each time, in turn. So a recording
that is replayed with its cassette gives the same bytes, and no model is contacted.
"""

import asyncio
import base64
import json
from collections import defaultdict, deque
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Final, Self

from pydantic import BaseModel

from reasoners.errors import (
    QuestionTooLong,
    ReasonerError,
    ReasonerRejected,
    ReasonerUnavailable,
    ReplyInvalid,
    ReplyRefused,
)
from reasoners.prompt import Prompt, Said, digest
from reasoners.providers.config import Provider
from reasoners.reasoner import Reasoner

ERRORS: Final[dict[str, type[ReasonerError]]] = {
    "unavailable": ReasonerUnavailable,
    "too_long": QuestionTooLong,
    "invalid": ReplyInvalid,
    "refused": ReplyRefused,
    "rejected": ReasonerRejected,
}
LATE: Final = "late"
"""Kind of an answer that did not come by the deadline."""

LARGEST: Final = 1_000_000_000
"""Bytes a cassette may grow to; what comes after is not recorded."""


class CassetteConfig(Provider):
    """Which cassette answers."""

    path: Path
    """The file. No default."""

    model: str = "cassette"
    """Shown where the cassette names no model; default `cassette`."""

    probe: bool = False


class CassetteReasoner:
    """Answers what was answered before, and nothing else."""

    Config: ClassVar[type[BaseModel]] = CassetteConfig
    enforces = True

    def __init__(self, name: str, config: CassetteConfig, secret: str | None) -> None:  # noqa: ARG002 (it needs no key)
        self.name = name
        self._path = config.path
        self._tracks: dict[str, deque[dict[str, Any]]] = defaultdict(deque)

    async def __aenter__(self) -> Self:
        """Read the cassette.

        Raises:
            ReasonerRejected: It cannot be read.
        """
        for line in lines(self._path):
            self._tracks[line["digest"]].append(line)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Nothing to close."""

    async def complete(self, prompt: Prompt) -> Said:
        """Return what was said then, or fail as it failed then.

        Raises:
            TimeoutError: Nothing was said by the deadline.
            ReasonerRejected: The question is not on the cassette.
        """
        track = self._tracks.get(prompt.digest)
        if not track:
            raise ReasonerRejected("the cassette has no answer to this question")
        line = track.popleft() if len(track) > 1 else track[0]
        if "error" in line:
            if line["error"]["kind"] == LATE:
                raise TimeoutError
            kind = ERRORS.get(line["error"]["kind"], ReasonerUnavailable)
            raise kind(line["error"]["reason"])
        return Said(**line["said"])


class Recording:
    """A model whose every answer is put on a cassette.

    Args:
        reasoner: Who is asked.
        path: The cassette; what is there stays.
    """

    Config: ClassVar[type[BaseModel]] = BaseModel

    def __init__(self, reasoner: Reasoner, path: Path) -> None:
        self.name = getattr(reasoner, "name", "")
        self._reasoner = reasoner
        self._path = path

    @property
    def enforces(self) -> bool:
        """Whether the model behind obeys the form."""
        return bool(getattr(self._reasoner, "enforces", True))

    async def __aenter__(self) -> Self:
        """Make the model ready.

        Raises:
            ReasonerRejected: The cassette cannot be written.
        """
        try:
            self._path.touch(mode=0o600)
        except OSError as exc:
            raise ReasonerRejected(f"cassette {self._path}: {exc.strerror}") from None
        await self._reasoner.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Let the model go."""
        await self._reasoner.__aexit__(exc_type, exc, tb)

    async def complete(self, prompt: Prompt) -> Said:
        """Ask, and keep what came of it, be it nothing by the deadline."""
        try:
            said = await self._reasoner.complete(prompt)
        except asyncio.CancelledError:
            self._write(prompt, {"error": {"kind": LATE, "reason": "no answer by the deadline"}})
            raise
        except ReasonerError as error:
            self._write(prompt, {"error": {"kind": _kind(error), "reason": str(error)}})
            raise
        shown = {name: getattr(said, name) for name in Said.__slots__}
        self._write(prompt, {"said": shown})
        return said

    def _write(self, prompt: Prompt, outcome: dict[str, Any]) -> None:
        line = {
            "digest": prompt.digest,
            "prompt": prompt.text,
            "pictures": [
                {"sha256": digest(image), "jpeg": base64.b64encode(image).decode("ascii")}
                for image in prompt.images
            ],
            **outcome,
        }
        with self._path.open("a", encoding="utf-8") as file:
            if file.tell() < LARGEST:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read a cassette.

    Raises:
        ReasonerRejected: It is not there, or not one.
    """
    try:
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, 1):
                line = json.loads(text)
                if not isinstance(line, dict) or not {"digest"} < line.keys():
                    raise ReasonerRejected(f"cassette {path}: line {number} is none of a cassette")
                yield line
    except OSError as exc:
        raise ReasonerRejected(f"cassette {path}: {exc.strerror}; check the path") from None
    except ValueError:
        raise ReasonerRejected(f"cassette {path}: is not lines of JSON") from None


def _kind(error: ReasonerError) -> str:
    return next(name for name, kind in ERRORS.items() if isinstance(error, kind))
