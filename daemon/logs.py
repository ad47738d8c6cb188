"""Logging: text for people or JSON for machines, with every known secret removed by value."""

import json
import logging
import sys
import traceback
from collections.abc import Iterable
from typing import Literal

from daemon import clock
from daemon.supervisor import flatten

HIDDEN = "***"


class SecretFilter:
    """Replaces known secrets in any text, raw and percent-encoded.

    Values shorter than three characters are left alone: removing every `1` hides nothing and
    ruins the log.
    """

    shortest = 3

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: list[str] = []
        self.learn(values)

    def learn(self, values: Iterable[str]) -> None:
        """Add values to be hidden from now on."""
        known = {*self._values, *(value for value in values if len(value) >= self.shortest)}
        self._values = sorted(known, key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return the text without secrets."""
        for value in self._values:
            if value in text:
                text = text.replace(value, HIDDEN)
        return text


class _Formatter(logging.Formatter):
    def __init__(self, secrets: SecretFilter) -> None:
        super().__init__()
        self._secrets = secrets

    def formatException(self, ei: object) -> str:  # noqa: N802 (logging's own name)
        """Flatten exception groups: one traceback per leaf."""
        exc = ei[1] if isinstance(ei, tuple) else None
        if not isinstance(exc, BaseException):
            return ""
        leaves = ("".join(traceback.format_exception(leaf)) for leaf in flatten(exc))
        return "\n".join(leaves).rstrip()

    def _message(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.exc_info:
            message = f"{message}\n{self.formatException(record.exc_info)}"
        return self._secrets.clean(message)


class TextFormatter(_Formatter):
    """`2026-01-31 12:00:00 WARNING camera.porch: silent for 10 s`."""

    def format(self, record: logging.LogRecord) -> str:
        """Build one line, or more where a traceback follows."""
        at = clock.text(record.created)
        return f"{at} {record.levelname:<7} {record.name}: {self._message(record)}"


class JournaldFormatter(_Formatter):
    """The same without time, which journald adds, and with its priority prefix (sd-daemon(3))."""

    def format(self, record: logging.LogRecord) -> str:
        """Build one line per line of the message, each with its priority."""
        if record.levelno >= logging.ERROR:
            priority = 3
        elif record.levelno >= logging.WARNING:
            priority = 4
        else:
            priority = 6 if record.levelno >= logging.INFO else 7
        lines = f"{record.name}: {self._message(record)}".splitlines()
        return "\n".join(f"<{priority}>{line}" for line in lines)


class JsonFormatter(_Formatter):
    """One JSON object per record."""

    def format(self, record: logging.LogRecord) -> str:
        """Build one line."""
        return json.dumps(
            {
                "at": round(record.created, 3),
                "level": record.levelname.lower(),
                "logger": record.name,
                "message": self._message(record),
            },
            ensure_ascii=False,
        )


def set_up(
    form: Literal["text", "json", "journald"], level: str, secrets: SecretFilter
) -> logging.Handler:
    """Send all logging to standard error in the given form; return the handler."""
    formatter = {"text": TextFormatter, "json": JsonFormatter, "journald": JournaldFormatter}[form]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("amqtt", "transitions", "httpx2", "httpcore2", "mqtt", "asyncio"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    return handler
