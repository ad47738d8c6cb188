"""What our client is called."""

import re
from pathlib import Path

from sinks.mqtt.identity import client_id


def test_the_name_is_stable_and_differs_between_machines_and_nodes(tmp_path: Path) -> None:
    """The same machine and node give the same name, any other gives another."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("0123456789abcdef0123456789abcdef\n")
    two.write_text("fedcba9876543210fedcba9876543210\n")
    names = {client_id("box1", one), client_id("box1", two), client_id("box2", one)}
    assert len(names) == 3
    assert client_id("box1", one) in names


def test_the_machines_id_does_not_leave_the_machine(tmp_path: Path) -> None:
    """Only a few digits of a hash do."""
    machine = tmp_path / "machine-id"
    machine.write_text("0123456789abcdef0123456789abcdef\n")
    name = client_id("box1", machine)
    assert re.fullmatch(r"lookout-box1-[0-9a-f]{8}", name)
    assert "01234567" not in name


def test_a_machine_without_an_id_has_a_name(tmp_path: Path) -> None:
    """Containers often have none; the host's name stands in."""
    assert client_id("box1", tmp_path / "none") == client_id("box1", tmp_path / "none")
