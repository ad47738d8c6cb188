"""The process of a local model says in one line why it cannot."""

import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from reasoners.local.message import Failed, Load, from_worker
from sources import BlockingChannel


@pytest.mark.skipif(
    importlib.util.find_spec("transformers") is not None, reason="transformers is installed"
)
def test_without_its_libraries_the_remedy_is_named(tmp_path: Path) -> None:
    """The base has neither torch nor transformers; the last word says how to get them."""
    ours, theirs = socket.socketpair()
    with ours:
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "reasoners.local", "vlm"),
                *("--control", str(theirs.fileno()), "--parent", str(os.getpid())),
            ],
            pass_fds=(theirs.fileno(),),
            stderr=subprocess.DEVNULL,
        )
        theirs.close()
        channel = BlockingChannel(ours)
        channel.send(Load(path=str(tmp_path), device="cpu", threads=1, max_tokens=64))
        received = channel.receive()
        assert process.wait(30) == 78
    assert received is not None
    failed = from_worker.validate_json(received.text)
    assert isinstance(failed, Failed)
    assert failed.remedy == "rejected"
    assert "lookout-daemon[vlm]" in failed.reason
