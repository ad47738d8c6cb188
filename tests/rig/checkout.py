"""What the tests of the house look at: this checkout and the files that belong to it."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("daemon", "sources", "detectors", "reasoners", "sinks")


def tracked() -> list[Path]:
    """List every file under version control, relative to the root; skip outside a repository."""
    if not (ROOT / ".git").exists():
        pytest.skip(f"{ROOT} is no git checkout")
    # The checkout may belong to another user than the one who tests: that is no danger here.
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    named = [Path(name) for name in listing.split("\0") if name]
    return [path for path in named if (ROOT / path).is_file()]


def modules() -> list[Path]:
    """List every Python file of the rooms, relative to the root."""
    return sorted(path.relative_to(ROOT) for room in ROOMS for path in (ROOT / room).rglob("*.py"))
