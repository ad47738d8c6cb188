"""`python -P -m detectors.worker NAME --control FD --parent PID`, started by the daemon alone."""

import argparse
import os
import socket
import sys
import traceback
from types import TracebackType
from typing import Self

from detectors.errors import DetectorExhausted, DetectorRejected, DetectorUnavailable
from detectors.message import Failed
from detectors.worker.process import settle
from detectors.worker.serve import serve
from sources import BlockingChannel, ChannelBroken
from sources.process import leave_with

CLEAN = 0
BUG = 1
UNAVAILABLE = 69
BROKEN = 76
REJECTED = 78
"""Exit codes, after sysexits(3); a bug is 1 as everywhere in Lookout."""


class LastWord:
    """Tells the daemon why serving ended, whatever it was; the exit code is in `code`.

    What ended it is kept, and with it all that was at work: to free what lies on a device that
    failed is to be ended by its runtime.
    """

    def __init__(self, name: str, channel: BlockingChannel) -> None:
        self._name = name
        self._why: BaseException | None = None
        self.channel = channel
        self.code = CLEAN

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> bool:
        self._why = exc
        match exc:
            case None:
                pass
            case DetectorRejected():
                self._say(REJECTED, Failed(remedy="rejected", reason=_line(str(exc))))
            case DetectorExhausted():
                reason = _line(str(exc))
                failed = Failed(remedy="unavailable", reason=reason, exhausted=True)
                self._say(UNAVAILABLE, failed)
            case DetectorUnavailable():
                self._say(UNAVAILABLE, Failed(remedy="unavailable", reason=_line(str(exc))))
            case ChannelBroken():
                self._say(BROKEN, Failed(remedy="unavailable", reason=_line(f"daemon: {exc}")))
            case ConnectionError():
                self.code = CLEAN
            case _:
                traceback.print_exception(exc)
                reason = _line(f"bug: {type(exc).__name__}: {exc}")
                self._say(BUG, Failed(remedy="unavailable", reason=reason))
        return True

    def _say(self, code: int, failed: Failed) -> None:
        self.code = code
        sys.stderr.write(f"detector {self._name}: {failed.reason}\n")
        try:
            self.channel.send(failed)
        except OSError:
            sys.stderr.write(f"detector {self._name}: the daemon is gone\n")


def main() -> None:
    """Settle the process, serve, and leave with the exit code."""
    parser = argparse.ArgumentParser(prog="python -m detectors.worker")
    parser.add_argument("name", help="the detector's name in the configuration")
    parser.add_argument("--control", type=int, required=True, help="descriptor of the socket")
    parser.add_argument("--parent", type=int, required=True, help="process id of the daemon")
    arguments = parser.parse_args()
    if not leave_with(arguments.parent):
        return
    settle()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with socket.socket(fileno=arguments.control) as sock:
        last_word = LastWord(arguments.name, BlockingChannel(sock))
        with last_word:
            serve(last_word.channel)
        sys.stderr.flush()
        # Not sys.exit: the finalizers of inference runtimes hang or crash often enough.
        os._exit(last_word.code)


def _line(text: str) -> str:
    return " ".join(text.split())[:2000] or "no reason given"


if __name__ == "__main__":
    main()
