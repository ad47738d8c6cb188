"""The configuration that held last, kept for a start with a file that does not.

It holds what the file held, included files too; credentials stay where they are.
"""

import json
from pathlib import Path

from daemon.config import DaemonConfig, default_state, parse, read
from daemon.errors import ConfigRejected
from daemon.note_file import put

NAME = "last-good.json"


def keep(state: Path, config: DaemonConfig) -> None:
    """Write down what holds now, readable by its owner alone, durably.

    Raises:
        OSError: It cannot be written.
    """
    text = config.model_dump_json(exclude_unset=True, by_alias=True, indent=1)
    put(state / NAME, text, durable=True)


def find(path: Path) -> tuple[DaemonConfig, Path]:
    """Return what held last where a file does not hold now, and where it was kept.

    Raises:
        ConfigRejected: Nothing is kept, or it does not hold any more.
    """
    try:
        state = state_of(path)
    except ConfigRejected:
        state = default_state()
    kept = state / NAME
    try:
        data = json.loads(kept.read_bytes())
    except OSError as exc:
        raise ConfigRejected(f"{kept}: cannot be read: {exc.strerror}") from None
    except ValueError:
        raise ConfigRejected(f"{kept}: not what was written there; remove it") from None
    return parse(data, str(kept)), kept


def state_of(path: Path) -> Path:
    """Return the state folder that a file names, whatever else is wrong with the file.

    Raises:
        ConfigRejected: It cannot be read at all.
    """
    found = read(path)
    named = found.get("state_dir") if isinstance(found, dict) else None
    return Path(named) if isinstance(named, str) else default_state()
