"""The configuration reference says what the code says."""

import subprocess
import sys

from rig.checkout import ROOT


def test_every_key_is_documented_and_the_page_is_fresh() -> None:
    """Each field of each configuration has its docstring, and the rendered page holds it."""
    done = subprocess.run(
        [sys.executable, "docs/ref/render.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
