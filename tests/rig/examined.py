"""What `lookout doctor` found."""

from typing import Any

from rig.command import Done

CONFIG: dict[str, Any] = {
    "detector": {"type": "detectors.testing:ScriptedDetector"},
    "cameras": {"street": {"source": {"type": "synthetic"}}},
}


def lines(done: Done) -> dict[str, dict[str, str]]:
    """Return what was found, by what was looked at."""
    return {line["what"]: line for line in done.json}
