"""The example files are accepted as they are."""

import shutil
from pathlib import Path

import pytest

from daemon import config, secrets
from daemon.backends import Room, resolve
from daemon.config import DaemonConfig, Use

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
EXAMPLE = DEPLOY / "lookout.yaml"


def uses(example: DaemonConfig) -> list[tuple[Room, str, Use]]:
    """List every backend that a configuration names, with its place."""
    found: list[tuple[Room, str, Use]] = [("detectors", "detector", example.detector)]
    for name, camera in example.cameras.items():
        found.append(("sources", f"cameras.{name}.source", camera.source))
    for name, use in example.sinks.items():
        found.append(("sinks", f"sinks.{name}", use))
    if example.reasoner is not None:
        found.append(("reasoners", "reasoner", example.reasoner))
    return found


def uncommented(text: str) -> str:
    """Switch on what the example shows switched off: comments that are nothing but a key."""
    lines = []
    for line in text.splitlines():
        head, _, rest = line.partition("# ")
        key = rest.partition(":")[0].strip() if ":" in rest else ""
        off = not head.strip() and key.isidentifier() and key.islower()
        lines.append(head + rest if off else line)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("whole", [False, True], ids=["as it is", "everything switched on"])
def test_example_configuration_is_accepted(whole: bool, tmp_path: Path) -> None:
    """The daemon takes the example, and every backend in it takes its options."""
    path = tmp_path / "lookout.yaml"
    text = EXAMPLE.read_text()
    path.write_text(uncommented(text) if whole else text)
    example = config.load(path)
    assert (example.reasoner is not None) == whole
    for room, key, use in uses(example):
        resolve(room, key, use, str(path))


def test_example_secrets_hold_what_the_example_asks_for(tmp_path: Path) -> None:
    """Every credential that the configuration names is in the example of the secrets file."""
    path = tmp_path / "secrets.toml"
    shutil.copy(DEPLOY / "secrets.toml", path)
    path.chmod(0o600)
    known = secrets.load(path)
    asked = {
        line.split("credential:")[1].split()[0].rstrip(",}")
        for line in EXAMPLE.read_text().splitlines()
        if "credential: " in line and "`" not in line
    }
    assert asked
    for name in asked:
        assert known.get(name).password
