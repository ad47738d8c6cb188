"""The demonstration, as a process on a terminal that somebody ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ENTRY = Path(sys.executable).with_name("lookout")


@pytest.mark.parametrize("numbers", [(signal.SIGINT,), (signal.SIGHUP, signal.SIGHUP)])
def test_demo_takes_its_leave_when_the_terminal_ends_it(
    numbers: tuple[signal.Signals, ...],
) -> None:
    """Ctrl-C and a closed terminal reach the whole group; the subscriber still sees every end."""
    with subprocess.Popen(
        [ENTRY, "demo", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = json.loads(process.stdout.readline())
        for number in numbers:
            os.killpg(process.pid, number)
        rest, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert said == ""
    assert first["type"] == "new"
    last = {event["id"]: event for event in map(json.loads, rest.splitlines())}
    assert last[first["id"]]["type"] == "end"
    assert "when Lookout was stopped" in last[first["id"]]["explanation"]
