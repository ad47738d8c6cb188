"""Answers from a file what was asked and answered before; `tape` writes such files.

One JSON object a line. A question is found again by its digest, which covers texts, pictures and
form to the byte; asked several times, it is answered as it was each time, in turn. So a recording
that is replayed with its cassette gives the same bytes, and no model is contacted. Where only what
is told beside differs, such as what the model had said before, the same question about the same
pictures is given the answer it got then.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from pydantic import BaseModel

from reasoners.errors import ReasonerRejected, ReasonerUnavailable
from reasoners.prompt import Prompt, Said
from reasoners.providers.config import Provider
from reasoners.providers.tape import ERRORS, LATE, lines


class CassetteConfig(Provider):
    """Which cassette answers."""

    path: Path
    """The file. No default."""

    only: str | None = None
    """Name of the model whose answers these are, where several are on it; default all."""

    model: str = "cassette"
    """Shown where the cassette names no model; default `cassette`."""

    probe: bool = False


@dataclass(slots=True)
class _Answer:
    said: dict[str, Any] | None
    error: dict[str, Any] | None
    given: bool = False


class CassetteReasoner:
    """Answers what was answered before, and nothing else."""

    Config: ClassVar[type[BaseModel]] = CassetteConfig
    enforces = True

    def __init__(self, name: str, config: CassetteConfig, secret: str | None) -> None:  # noqa: ARG002 (it needs no key)
        self.name = name
        self._path = config.path
        self._only = config.only
        self._tracks: dict[str, list[_Answer]] = defaultdict(list)
        self._shown: dict[str, list[_Answer]] = defaultdict(list)

    async def __aenter__(self) -> Self:
        """Read the cassette.

        Raises:
            ReasonerRejected: It cannot be read.
        """
        for line in lines(self._path):
            if self._only is not None and line.get("provider", self._only) != self._only:
                continue
            answer = _Answer(line.get("said"), line.get("error"))
            self._tracks[line["digest"]].append(answer)
            if "shown" in line:
                self._shown[line["shown"]].append(answer)
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
        track = self._tracks.get(prompt.digest) or self._shown.get(prompt.shown)
        if not track:
            raise ReasonerRejected("the cassette has no answer to this question")
        answer = next((one for one in track if not one.given), track[-1])
        answer.given = True
        if answer.said is not None:
            return Said(**answer.said)
        error = answer.error or {}
        if error.get("kind") == LATE:
            raise TimeoutError
        kind = ERRORS.get(error.get("kind", ""), ReasonerUnavailable)
        raise kind(str(error.get("reason", "")))
