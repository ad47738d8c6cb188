"""Only so many at the same moment, across processes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from rig.waiting import UNIT

from sources.child.turnstile import Turnstile

HOLD = """
import sys
from sources.child.turnstile import Turnstile
with Turnstile(int(sys.argv[1]), int(sys.argv[2])).turn(60):
    print("in", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def shared() -> Iterator[int]:
    """Make what children share."""
    descriptor = os.memfd_create("turns")
    yield descriptor
    os.close(descriptor)


def holder(shared: int, places: int) -> "subprocess.Popen[str]":
    """Start a process that takes a place and keeps it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(shared), str(places)],
        pass_fds=(shared,),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    return process


def test_a_place_is_given_back_by_whoever_dies(shared: int) -> None:
    """With all places taken one waits, counted; a killed holder makes room."""
    with holder(shared, 2) as one, holder(shared, 2) as two:
        turnstile = Turnstile(shared, 2)
        started = time.monotonic()
        with turnstile.turn(0.1):
            assert time.monotonic() - started >= 0.1
        assert turnstile.waited == 1
        one.kill()
        one.wait()
        started = time.monotonic()
        with turnstile.turn(60 * UNIT):
            assert time.monotonic() - started < 30 * UNIT
        two.kill()


def test_with_room_nobody_waits(shared: int) -> None:
    """A free place is taken at once and is free again afterwards."""
    turnstile = Turnstile(shared, 1)
    for _ in range(3):
        with turnstile.turn(0.0):
            pass
    assert turnstile.waited == 0
    with holder(shared, 1) as other:
        other.kill()


def test_alone_there_is_nothing_to_wait_for() -> None:
    """A child that shares nothing passes."""
    with Turnstile().turn(0.0):
        pass
