"""`python -P -m detectors.export NAME --control FD --parent PID`, started by the command line."""

import argparse
import errno
import os
import socket
import sys
import traceback

from detectors.errors import DetectorRejected
from detectors.export.exporting import export
from detectors.export.message import Export, Step
from detectors.message import Failed
from detectors.worker.process import settle
from sources import BlockingChannel
from sources.process import leave_with

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def main() -> int:
    """Settle the process, do the one thing it is for, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m detectors.export")
    parser.add_argument("name", help="shown in the command line")
    parser.add_argument("--control", type=int, required=True, help="descriptor of the socket")
    parser.add_argument("--parent", type=int, required=True, help="process id of who started it")
    arguments = parser.parse_args()
    if not leave_with(arguments.parent):
        return 0
    settle()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with socket.socket(fileno=arguments.control) as sock:
        return _serve(BlockingChannel(sock))


def _serve(channel: BlockingChannel) -> int:
    received = channel.receive()
    if received is None:
        return 0
    order = Export.model_validate_json(received.text)
    try:
        channel.send(export(order, lambda doing: channel.send(Step(doing=doing))))
    except DetectorRejected as error:
        reason = str(error)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        reason = f"{order.folder.parent}: the disk is full; make room, or name another with --out"
    except Exception as error:
        traceback.print_exc()
        channel.send(Failed(remedy="unavailable", reason=f"bug: {type(error).__name__}: {error}"))
        raise
    else:
        return 0
    channel.send(Failed(remedy="rejected", reason=" ".join(reason.split())[:2000]))
    return 1


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Not sys.exit: the finalizers of inference runtimes hang or crash often enough.
    os._exit(code)
