"""Runs the tests in four processes side by side: most of them wait, and two cores have room.

python tests/side_by_side.py MARKERS [OPTION …]
"""

import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from typing import IO

LOTS = (
    (
        "tests/flow/test_visits.py",
        "tests/flow/test_pictures.py",
        "tests/flow/test_four_cameras.py",
        "tests/flow/test_reasoning.py",
        "tests/detectors",
        "tests/sinks",
    ),
    ("tests/flow", "tests/sources/child/rtsp"),
    ("tests/daemon/cli", "tests/sources"),
)
"""What each process but the last runs, but for what an earlier one does; that has all the rest."""

_PYTEST = [sys.executable, "-m", "pytest", "--durations=10", "-rs", "-p", "no:cacheprovider"]


def main(markers: str, options: list[str]) -> int:
    """Run all lots, show the first as it goes and then the others, return the worst exit code."""
    begun = time.monotonic()
    with ExitStack() as life:
        running: list[tuple[subprocess.Popen[bytes], IO[bytes]]] = []
        for lot in arguments():
            kept = life.enter_context(tempfile.TemporaryFile())
            process = subprocess.Popen(
                [*_PYTEST, "-m", markers, *lot, *options],
                stdout=kept if running else None,
                stderr=subprocess.STDOUT,
            )
            life.callback(_end, process)
            running.append((process, kept))
        codes = []
        for process, output in running:
            codes.append(process.wait())
            output.seek(0)
            sys.stdout.write(output.read().decode(errors="replace"))
            waiting = sum(other.poll() is None for other, _ in running)
            if waiting:
                sys.stdout.write(f"\n{waiting} more are still under way …\n")
            sys.stdout.flush()
    minutes = (time.monotonic() - begun) / 60
    sys.stdout.write(f"all tests took {minutes:.1f} minutes\n")
    return max(codes)


def arguments() -> list[list[str]]:
    """Return what pytest is told to run in each process, the one with all the rest first."""
    told: list[list[str]] = []
    taken: list[str] = []
    for lot in LOTS:
        told.append([*lot, *(f"--ignore={path}" for path in taken)])
        taken += lot
    return [[f"--ignore={path}" for path in taken], *told]


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
