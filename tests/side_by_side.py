"""Runs the tests in two processes side by side: end-to-end runs mostly wait, the others compute.

python tests/side_by_side.py MARKERS [OPTION …]
"""

import subprocess
import sys
import tempfile
import time

END_TO_END = "tests/flow"
_PYTEST = [sys.executable, "-m", "pytest", "--durations=10", "-rs", "-p", "no:cacheprovider"]


def main(markers: str, options: list[str]) -> int:
    """Run both halves, show one after the other, return the worse exit code."""
    begun = time.monotonic()
    with tempfile.TemporaryFile() as kept:
        flow = subprocess.Popen(
            [*_PYTEST, "-m", markers, END_TO_END, *options], stdout=kept, stderr=kept
        )
        try:
            rest = subprocess.run(
                [*_PYTEST, "-m", markers, "--ignore", END_TO_END, *options], check=False
            )
            sys.stdout.write("\nend-to-end runs are still under way …\n" * (flow.poll() is None))
            sys.stdout.flush()
            flow.wait()
        finally:
            flow.kill()
            flow.wait()
        kept.seek(0)
        sys.stdout.write(kept.read().decode(errors="replace"))
    minutes = (time.monotonic() - begun) / 60
    sys.stdout.write(f"both halves took {minutes:.1f} minutes\n")
    return max(rest.returncode, flow.returncode)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
