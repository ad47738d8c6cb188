"""What became of the last wish for another configuration, as a file beside the journal.

`lookout reload` waits for it, `lookout doctor` shows it. Each start writes it anew, which also says
that the process that runs can be asked.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from daemon.note_file import put

NAME = "reload.json"

MOST = 20
"""Problems that are told."""


class Reloaded(BaseModel):
    """One reload."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    state: Literal["applied", "partly", "refused"]
    at: float
    """Unix seconds."""

    asked: float
    """Monotonic seconds at which the file began to be read: it answers who asked before."""

    pid: int
    config: str
    """The file."""

    begun: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    anew: tuple[str, ...] = ()
    """Cameras that came, went, were changed."""

    cameras: int = 0
    """How many there are now."""

    problems: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    """Keys that wait for a restart."""

    def summary(self) -> str:
        """Say it in one line."""
        if self.state == "refused":
            more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
            return f"configuration refused, the old one goes on: {self.problems[0]}{more}"
        told = [
            f"{what} {', '.join(names)}"
            for what, names in (
                ("added", self.begun),
                ("removed", self.ended),
                ("changed", self.anew),
            )
            if names
        ]
        text = f"configuration applied: {'; '.join(told) or 'no camera changed'}"
        if self.waiting:
            text += f"; restart to apply {', '.join(self.waiting)}"
        return text


def write(state: Path, reloaded: Reloaded) -> None:
    """Put it in its place, readable by its owner alone.

    Raises:
        OSError: It cannot be written.
    """
    put(state / NAME, reloaded.model_dump_json())


def read(state: Path) -> Reloaded | None:
    """Return it; None where there is none.

    Raises:
        OSError: It cannot be read.
    """
    try:
        return Reloaded.model_validate_json((state / NAME).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
