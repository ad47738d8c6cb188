"""`python -P -m reasoners.local NAME --control FD --parent PID`, started by the daemon alone."""

import argparse
import contextlib
import errno
import os
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reasoners.errors import ReasonerError, ReasonerRejected, ReasonerUnavailable
from reasoners.local.message import Failed, Load
from reasoners.local.serve import Model, serve
from sources import BlockingChannel, ChannelBroken
from sources.process import keep_to_itself, leave_with

SWITCHES = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""Environment that libraries read when they are imported: only what is on disk."""

_LOWEST = 19
"""Priorities end there, see nice(2)."""

_EGRESS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"})


def run(make: Callable[[Load], Model]) -> int:
    """Settle the process, serve, and return the exit code.

    Args:
        make: Loads the model.
    """
    parser = argparse.ArgumentParser(prog="python -m reasoners.local")
    parser.add_argument("name", help="the model's name in the configuration")
    parser.add_argument("--control", type=int, required=True, help="descriptor of the socket")
    parser.add_argument("--parent", type=int, required=True, help="process id of the daemon")
    arguments = parser.parse_args()
    if not leave_with(arguments.parent):
        return 0
    keep_to_itself()
    os.environ.update(SWITCHES)
    sys.addaudithook(_stay_home)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with socket.socket(fileno=arguments.control) as sock:
        channel = BlockingChannel(sock)
        try:
            serve(channel, lambda load: make(_standing_back(load)))
        except ReasonerError as exc:
            heals = isinstance(exc, ReasonerUnavailable)
            reason = str(exc)[:2000]
            failed = Failed(remedy="unavailable" if heals else "rejected", reason=reason)
            return _last_word(channel, failed)
        except (ConnectionError, ChannelBroken):
            return 76
        except Exception as exc:  # noqa: BLE001 (the last word of a process that ends)
            traceback.print_exc()
            reason = f"bug: {type(exc).__name__}: {exc}"[:2000]
            return _last_word(channel, Failed(remedy="unavailable", reason=reason))
    return 0


def _standing_back(load: Load) -> Load:
    """Let cameras and detection go first: in each thread, and in those that it will start."""
    level = min(os.getpriority(os.PRIO_PROCESS, 0) + load.nice, _LOWEST)
    for thread in Path("/proc/self/task").iterdir():
        # One that has just ended needs none.
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, int(thread.name), level)
    return load


def _make(load: Load) -> Model:
    try:
        from reasoners.local.model import VisionModel  # noqa: PLC0415 (heavy, and may be missing)
    except ImportError as exc:
        raise ReasonerRejected(
            f"{exc}; install what it needs: pip install lookout-daemon[vlm]"
        ) from exc
    return VisionModel(load)


def _last_word(channel: BlockingChannel, failed: Failed) -> int:
    try:
        channel.send(failed)
    except OSError:
        sys.stderr.write("the daemon is gone\n")
    return 69 if failed.remedy == "unavailable" else 78


def _stay_home(event: str, _: tuple[Any, ...]) -> None:
    """Refuse Python code its way to the network; libraries take it for being offline."""
    if event in _EGRESS:
        raise OSError(errno.ENETUNREACH, "a local model has no network")


if __name__ == "__main__":
    code = run(_make)
    sys.stderr.flush()
    # Not sys.exit: a model may still be computing.
    os._exit(code)
