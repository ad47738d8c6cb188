"""What all decoder children share."""

import os

import pytest

from daemon.turns import Turns


def test_it_is_there_as_long_as_the_daemon_runs() -> None:
    """At least one place, never more than cores, and no descriptor left over."""
    with Turns() as turns:
        assert 1 <= turns.places <= len(os.sched_getaffinity(0))
        assert os.fstat(turns.descriptor).st_size == 0
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(turns.descriptor)


def test_no_child_can_write_there() -> None:
    """Neither a word for another child nor a byte of memory: it stays empty for good."""
    with Turns() as turns:
        for change in (lambda fd: os.write(fd, b"x"), lambda fd: os.ftruncate(fd, 4096)):
            with pytest.raises(PermissionError):
                change(turns.descriptor)
