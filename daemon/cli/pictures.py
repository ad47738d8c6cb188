"""The pictures that models were shown, taken off a cassette again."""

import base64
import binascii
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from daemon.errors import ConfigRejected
from reasoners import ReasonerRejected
from reasoners.prompt import digest
from reasoners.providers.tape import lines
from sinks.journal import Call

SHORT: Final = 12
"""Letters of a picture's hash that name it."""


def write(calls: Iterable[Call], cassette: Path, folder: Path) -> dict[str, Path]:
    """Write the pictures of exchanges into a folder, as far as a cassette still holds them.

    Args:
        calls: Which exchanges.
        cassette: Where they were recorded.
        folder: Where they go; it is made.

    Returns:
        The file of each picture by its hash.

    Raises:
        ConfigRejected: There is no such cassette, or the folder cannot be written.
    """
    wanted = {name for call in calls for name in call.pictures}
    events = {event for call in calls for event in call.events}
    found: dict[str, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for line in lines(cassette):
            if not events.isdisjoint(line.get("events", ())):
                for picture in line["pictures"]:
                    name = str(picture["sha256"])
                    if name in wanted - found.keys():
                        found[name] = _written(folder, name, picture["jpeg"])
    except ReasonerRejected as exc:
        raise ConfigRejected(f"--pictures: {exc}") from None
    except (KeyError, TypeError, binascii.Error):
        raise ConfigRejected(f"--pictures: cassette {cassette}: is damaged") from None
    except OSError as exc:
        raise ConfigRejected(f"--pictures: {folder}: {exc.strerror}") from None
    return found


def _written(folder: Path, name: str, encoded: str) -> Path:
    """Write one picture, if it is the one that its name says.

    Raises:
        Error: It is not (of `binascii`).
    """
    jpeg = base64.b64decode(encoded, validate=True)
    if digest(jpeg) != name:
        raise binascii.Error
    path = folder / f"{name[:SHORT]}.jpg"
    path.write_bytes(jpeg)
    return path
