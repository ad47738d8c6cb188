"""What the worker process settles about itself before it does anything else."""

import errno
import os
import resource
import sys
from pathlib import Path
from typing import Any

from sources.process import keep_to_itself

SWITCHES = {
    # Ultralytics: no installing at run time, no banners, no calls home.
    "YOLO_AUTOINSTALL": "false",
    "YOLO_OFFLINE": "true",
    "YOLO_VERBOSE": "false",
    # Hugging Face, which other detectors may use: only what is on disk.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}
"""Environment that libraries read when they are imported."""

_ABSENT = ("openvino_telemetry",)
"""Packages hidden from imports: OpenVINO falls back to a stub that reports nothing."""

_EGRESS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"})


def settle() -> None:
    """Leave no core dumps, leave Ctrl-C to the daemon, and keep libraries quiet and at home.

    Must run before any library of a detector is imported.
    """
    keep_to_itself()
    os.environ.update(SWITCHES)
    for package in _ABSENT:
        sys.modules[package] = None  # type: ignore[assignment]  # how Python spells "not there"
    sys.addaudithook(_stay_home)


def rss() -> int:
    """Return the bytes of memory this process holds alone: resident, without what it shares."""
    resident, shared = Path("/proc/self/statm").read_text(encoding="ascii").split()[1:3]
    return (int(resident) - int(shared)) * resource.getpagesize()


def _stay_home(event: str, _: tuple[Any, ...]) -> None:
    """Refuse Python code its way to the network; libraries take it for being offline."""
    if event in _EGRESS:
        raise OSError(errno.ENETUNREACH, "a detector worker has no network")
