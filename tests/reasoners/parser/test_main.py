"""The process of a parser says in one line why it cannot."""

import importlib.util
import os
import socket
import subprocess
import sys

import pytest

from reasoners.local.message import Failed, Load, from_worker
from sources import BlockingChannel


@pytest.mark.skipif(
    importlib.util.find_spec("spacy") is not None, reason="spaCy is installed: see test_pipeline"
)
def test_without_spacy_the_remedy_is_named() -> None:
    """The last word says how to get it, and the exit code that a person must act."""
    ours, theirs = socket.socketpair()
    with ours:
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "reasoners.parser", "vlm-parser"),
                *("--control", str(theirs.fileno()), "--parent", str(os.getpid())),
            ],
            pass_fds=(theirs.fileno(),),
            stderr=subprocess.DEVNULL,
        )
        theirs.close()
        channel = BlockingChannel(ours)
        channel.send(Load(path="en_core_web_sm", device="cpu", threads=1, max_tokens=600))
        received = channel.receive()
        assert process.wait(60) == 78
    assert received is not None
    failed = from_worker.validate_json(received.text)
    assert isinstance(failed, Failed)
    assert failed.remedy == "rejected"
    assert 'pip install "lookout-daemon[nlp]"' in failed.reason
