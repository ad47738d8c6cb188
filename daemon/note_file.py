"""Small files beside the journal, each replaced as a whole and readable by its owner alone."""

import os
from pathlib import Path


def put(path: Path, text: str, *, durable: bool = False) -> None:
    """Write a file anew; whoever reads it meanwhile reads the old one or the new one.

    Args:
        path: Of the file.
        text: All that is in it.
        durable: Whether it is there after the power failed, which costs a wait for the disk.

    Raises:
        OSError: It cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    part.replace(path)
