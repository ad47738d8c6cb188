"""Writes what is asked and answered on a cassette: a line each, for its owner alone, bounded."""

import base64
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from reasoners.errors import (
    QuestionTooLong,
    ReasonerError,
    ReasonerRejected,
    ReasonerUnavailable,
    ReplyInvalid,
    ReplyRefused,
    ReplyTruncated,
)
from reasoners.prompt import Prompt, Said, digest

ERRORS: Final[dict[str, type[ReasonerError]]] = {
    "unavailable": ReasonerUnavailable,
    "too_long": QuestionTooLong,
    "truncated": ReplyTruncated,
    "invalid": ReplyInvalid,
    "refused": ReplyRefused,
    "rejected": ReasonerRejected,
}
LATE: Final = "late"
"""Kind of an answer that did not come by the deadline."""

LARGEST: Final = 1_000_000_000
"""Bytes of a cassette, where nobody says otherwise."""

Outcome = Mapping[str, Any]
"""What came of a question, as a cassette has it; see `heard`, `failed` and `late`."""


def heard(said: Said) -> Outcome:
    """Describe an answer."""
    return {"said": {name: getattr(said, name) for name in Said.__slots__}}


def failed(error: ReasonerError) -> Outcome:
    """Describe why there was none."""
    kind = next(name for name, kind in ERRORS.items() if isinstance(error, kind))
    return {"error": {"kind": kind, "reason": str(error)}}


def late(reason: str) -> Outcome:
    """Describe that nobody waited for it any longer."""
    return {"error": {"kind": LATE, "reason": reason}}


class Tape:
    """A cassette that is being recorded. It blocks; what is there already stays.

    Args:
        path: Where it is.
        most: Bytes it may take, what is set aside included.
        endless: What to do when it is full. Either the newest matters: the older half is set aside
            as `older(path)`, and that of before goes. Or nothing more is recorded.
    """

    def __init__(self, path: Path, most: int = LARGEST, *, endless: bool = False) -> None:
        self._path = path
        self._most = most // 2 if endless else most
        self._endless = endless
        self._since: float | None = None
        """Unix seconds of its first line."""

    def prepare(self) -> None:
        """See to it that it can be written, by its owner alone.

        Raises:
            ReasonerRejected: It cannot.
        """
        try:
            self._path.touch(mode=0o600)
            with self._path.open("a", encoding="utf-8"):
                self._since = began(self._path)
        except OSError as exc:
            reason = f"{exc.strerror}; correct `path`"
            raise ReasonerRejected(f"cassette {self._path}: {reason}") from None

    def write(self, prompt: Prompt, outcome: Outcome, about: Mapping[str, Any]) -> bool:
        """Add a line; tell whether there was room for it.

        Args:
            prompt: What was asked.
            outcome: What came of it.
            about: What else is to be known: when it began (`at`), whose it was.

        Raises:
            OSError: The disk does not take it.
        """
        pictures = [
            {"sha256": digest(image), "jpeg": base64.b64encode(image).decode("ascii")}
            for image in prompt.images
        ]
        named = {"digest": prompt.digest, "shown": prompt.shown, "prompt": prompt.text}
        line = {**about, **named, "pictures": pictures, **outcome}
        data = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        if self._endless and self._size() + len(data) > self._most:
            self._set_aside()
        self._path.touch(mode=0o600)
        with self._path.open("ab") as file:
            if file.tell() + len(data) > self._most:
                return False
            file.write(data)
        if self._since is None:
            self._since = about.get("at")
        return True

    def expire(self, now: float, kept: float) -> None:
        """Let go of what is too old, half a cassette at a time, so that nothing gets older than it.

        Args:
            now: Unix seconds.
            kept: Seconds a line is kept.

        Raises:
            OSError: The disk does not let it go.
        """
        old = older(self._path)
        if old.exists() and old.stat().st_mtime < now - kept / 2:
            old.unlink()
        if self._since is not None and self._since < now - kept / 2:
            self._set_aside()

    def _size(self) -> int:
        return self._path.stat().st_size if self._path.exists() else 0

    def _set_aside(self) -> None:
        if self._size():
            self._path.replace(older(self._path))
        self._since = None


def older(path: Path) -> Path:
    """Name the older half of a cassette that is recorded without end."""
    return path.with_name(path.name + ".1")


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read a cassette, its older half first where there is one.

    Raises:
        ReasonerRejected: It is not there, or not one.
    """
    if older(path).exists():
        yield from _lines(older(path))
    yield from _lines(path)


def began(path: Path) -> float | None:
    """Return the time of the first line, Unix seconds; None where it has none."""
    try:
        first = next(_lines(path), {})
    except ReasonerRejected:
        return None
    found = first.get("at")
    return float(found) if isinstance(found, (int, float)) else None


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            for number, data in enumerate(file, 1):
                if not data.endswith(b"\n"):
                    return  # a crash, or somebody who is writing it just now
                line = json.loads(data)
                if not isinstance(line, dict) or not {"digest"} < line.keys():
                    raise ReasonerRejected(f"cassette {path}: line {number} is none of a cassette")
                yield line
    except OSError as exc:
        raise ReasonerRejected(f"cassette {path}: {exc.strerror}; check the path") from None
    except ValueError:
        raise ReasonerRejected(f"cassette {path}: is not lines of JSON") from None
