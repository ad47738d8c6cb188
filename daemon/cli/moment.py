"""Times as people give them on the command line."""

import re
from datetime import datetime
from typing import Final

import typer

_SPAN: Final = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)(s|m|h|d|w)", re.ASCII)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def moment(option: str, given: str | None, now: float) -> float | None:
    """Read a span back from now, or a local or zoned ISO 8601 time, as Unix seconds.

    Raises:
        typer.BadParameter: It is neither; names the option.
    """
    if given is None:
        return None
    if span := _SPAN.fullmatch(given.strip()):
        return now - float(span[1]) * _SECONDS[span[2]]
    try:
        return datetime.fromisoformat(given.strip()).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        raise typer.BadParameter(
            f"{option}: {given!r} is no time; give 30m, 2h, 7d or 2026-01-31T12:00"
        ) from None
