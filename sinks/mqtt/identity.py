"""What our client is called towards the broker."""

import hashlib
import socket
from pathlib import Path
from typing import Final

_MACHINE_ID: Final = Path("/etc/machine-id")


def client_id(node: str, machine_id: Path = _MACHINE_ID) -> str:
    """Make a name that stays the same on this machine and differs on every other.

    The machine's id itself must not leave the machine (machine-id(5)), so it goes in hashed.
    """
    try:
        machine = machine_id.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        machine = ""
    salted = f"lookout:{node}:{machine or socket.gethostname()}"
    return f"lookout-{node}-{hashlib.sha256(salted.encode()).hexdigest()[:8]}"
