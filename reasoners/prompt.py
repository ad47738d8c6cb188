"""What goes to a model and what comes back, whichever server speaks for it."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Role = Literal["system", "user", "assistant"]

_URL: Final = "data:image/jpeg;base64,"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side says: texts, and pictures as JPEG bytes, in order."""

    role: Role
    parts: tuple[str | bytes, ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question to a model, whole."""

    turns: tuple[Turn, ...]
    form: Mapping[str, Any] | None = None
    """JSON Schema of the answer; None for prose."""

    @classmethod
    def of(cls, messages: Sequence[Mapping[str, Any]], form: Mapping[str, Any] | None) -> "Prompt":
        """Read messages as chat completions have them.

        Raises:
            ValueError: A part is neither text nor a JPEG as data URL.
        """
        turns = (Turn(message["role"], tuple(_parts(message["content"]))) for message in messages)
        return cls(tuple(turns), form)

    @property
    def images(self) -> tuple[bytes, ...]:
        """Every picture, in order."""
        return tuple(part for turn in self.turns for part in turn.parts if isinstance(part, bytes))

    @property
    def text(self) -> str:
        """Everything but the pictures, for people; a picture is named by its number."""
        lines, number = list[str](), 0
        for turn in self.turns:
            lines.append(f"[{turn.role}]")
            for part in turn.parts:
                if isinstance(part, bytes):
                    number += 1
                    lines.append(f"[picture {number}: {len(part)} bytes]")
                else:
                    lines.append(part)
        return "\n".join(lines)

    @property
    def digest(self) -> str:
        """Name of this very question: equal for equal texts, pictures and forms only."""
        whole = {
            "turns": [[turn.role, *(_named(part) for part in turn.parts)] for turn in self.turns],
            "form": self.form,
        }
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()

    @property
    def shown(self) -> str:
        """Name of what is asked about which pictures, whatever is told beside: see `digest`.

        What is asked comes first in each turn; see `reasoners.vlm.prompt`.
        """
        turns = [[turn.role, *_asked(turn.parts)] for turn in self.turns]
        return hashlib.sha256(json.dumps(turns, sort_keys=True).encode()).hexdigest()

    def then(self, said: str, answer: str) -> "Prompt":
        """Return it with what the model said and what is said to that."""
        more = (Turn("assistant", (said,)), Turn("user", (answer,)))
        return Prompt((*self.turns, *more), self.form)

    def with_images(self, most: int) -> "Prompt":
        """Return it with at most so many pictures; the first stays, then the latest."""
        total = len(self.images)
        if total <= most:
            return self
        kept = {0, *range(total - most + 1, total)} if most > 1 else {0}
        turns, number = list[Turn](), -1
        for turn in self.turns:
            parts = list[str | bytes]()
            for part in turn.parts:
                number += isinstance(part, bytes)
                if isinstance(part, str) or number in kept:
                    parts.append(part)
            turns.append(Turn(turn.role, tuple(parts)))
        return Prompt(tuple(turns), self.form)


@dataclass(frozen=True, slots=True)
class Said:
    """What a model answered."""

    text: str
    model: str
    asked: int | None = None
    """Tokens of the prompt; None where nobody says."""

    answered: int | None = None
    first_s: float | None = None
    """Seconds until the first piece came."""

    latency_s: float = 0.0
    bytes_sent: int = 0

    @property
    def tokens(self) -> int | None:
        """All together, as far as they are known."""
        if self.asked is None and self.answered is None:
            return None
        return (self.asked or 0) + (self.answered or 0)


def digest(image: bytes) -> str:
    """Name a picture by what it shows, to the byte."""
    return hashlib.sha256(image).hexdigest()


def _asked(parts: Sequence[str | bytes]) -> list[Any]:
    """Return the first part and every picture."""
    return [
        _named(part) for number, part in enumerate(parts) if not number or isinstance(part, bytes)
    ]


def _named(part: str | bytes) -> Any:  # noqa: ANN401 (JSON)
    return part if isinstance(part, str) else {"sha256": digest(part)}


def _parts(content: Any) -> list[str | bytes]:  # noqa: ANN401 (JSON)
    if isinstance(content, str):
        return [content]
    return [_part(part) for part in content]


def _part(part: Mapping[str, Any]) -> str | bytes:
    if part.get("type") == "text":
        return str(part["text"])
    url = str(part.get("image_url", {}).get("url", ""))
    if not url.startswith(_URL):
        raise ValueError("a part is neither text nor a JPEG as data URL")
    try:
        return base64.b64decode(url.removeprefix(_URL), validate=True)
    except binascii.Error as exc:
        raise ValueError("a picture is not base64") from exc
