"""Start of the decoder child.

    python -P -m sources.child NAME --control FD --slots FD --parent PID

The name is there for people who look at the process list. Nothing is taken from the environment.
"""

import argparse
import os
import socket
import sys
import threading
import traceback

from sources.child.limits import confine
from sources.process import keep_to_itself, leave_with, return_freed

_MAPPED, _KEPT = 786_432, 1_048_576
"""Bytes. What a detector's picture takes is kept at hand: mapped and unmapped for every look, as
from 128 KiB on, it costs 300 page faults and up to 1 ms. At 4 and 8 MiB every camera holds 14 MB
more."""

_SOFTWARE = 70
"""Exit code of a bug (EX_SOFTWARE)."""


def main() -> int:
    """Serve one camera; 0 when the daemon hung up, 1 when the stream failed."""
    parser = argparse.ArgumentParser(prog="python -m sources.child", allow_abbrev=False)
    parser.add_argument("name", help="camera, shown in the process list")
    parser.add_argument("--control", type=int, required=True, help="descriptor of the socket")
    parser.add_argument("--slots", type=int, required=True, help="descriptor of the slots")
    parser.add_argument("--turns", type=int, help="descriptor that all children share")
    parser.add_argument("--parent", type=int, required=True, help="process that started this one")
    arguments = parser.parse_args()
    _settle(arguments.parent)
    # Loaded after the parent is watched: imports take a third of a second.
    from sources.channel import BlockingChannel  # noqa: PLC0415
    from sources.child.serve import Service  # noqa: PLC0415

    with socket.socket(fileno=arguments.control) as control:
        control.setblocking(True)
        try:
            clean = Service(BlockingChannel(control), arguments.slots, arguments.turns).run()
        except (BrokenPipeError, ConnectionResetError):
            clean = True
    return 0 if clean else 1


def _settle(parent: int) -> None:
    """Die with the parent, leave no core, keep memory flat, let no thread die alone."""
    if not leave_with(parent):
        os._exit(0)
    keep_to_itself()
    confine()
    return_freed(_MAPPED, _KEPT)
    threading.excepthook = _die


def _die(failure: threading.ExceptHookArgs) -> None:
    traceback.print_exception(failure.exc_type, failure.exc_value, failure.exc_traceback)
    os._exit(_SOFTWARE)


if __name__ == "__main__":
    try:
        CODE = main()
    except Exception:  # noqa: BLE001 (a bug: say it and leave without libav's exit handlers)
        traceback.print_exc()
        CODE = _SOFTWARE
    sys.stderr.flush()
    os._exit(CODE)
