"""What a worker settles about itself; each check in a process of its own."""

import os
import subprocess
import sys
import textwrap

from detectors.worker.process import rss


def said_by(code: str) -> str:
    """Run code in a fresh interpreter that has settled like a worker, and return its output."""
    lines = "from detectors.worker.process import settle\nsettle()\n"
    ended = subprocess.run(
        [sys.executable, "-P", "-c", lines + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def test_there_are_no_core_dumps() -> None:
    """A crash never writes pictures to disk."""
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
    assert said_by(code) == "(0, 0)"


def test_libraries_are_told_to_stay_offline() -> None:
    """The switches are set before anything that reads them is imported."""
    code = "import os; print(os.environ['YOLO_AUTOINSTALL'], os.environ['HF_HUB_OFFLINE'])"
    assert said_by(code) == "false 1"


def test_openvino_reports_nothing() -> None:
    """OpenVINO's telemetry cannot be imported; OpenVINO works without it."""
    code = """
        import importlib, openvino
        from openvino.tools.ovc import telemetry_utils
        print(openvino.Core().available_devices[0], telemetry_utils.tm.__name__)
    """
    assert said_by(code) == "CPU openvino.tools.ovc.telemetry_stub"


def test_python_code_has_no_network() -> None:
    """Names are not resolved and connections are not made; local sockets of our own still work."""
    code = """
        import socket, urllib.request, errno
        for reach in (
            lambda: socket.create_connection(("127.0.0.1", 9)),
            lambda: socket.getaddrinfo("localhost", 80),
            lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
            lambda: urllib.request.urlopen("http://127.0.0.1:9/"),
        ):
            try:
                reach()
            except OSError as error:
                print(getattr(error, "reason", error).errno == errno.ENETUNREACH)
        left, right = socket.socketpair()
        left.sendall(b"still here")
        print(right.recv(100).decode())
    """
    assert said_by(code).splitlines() == ["True"] * 4 + ["still here"]


def test_memory_counts_what_is_held_alone() -> None:
    """Touching memory raises the figure by about as much."""
    before = rss()
    held = bytearray(os.urandom(1024)) * (64 * 1024)
    grown = rss() - before
    assert 50 * 1024**2 < grown < 100 * 1024**2
    del held
