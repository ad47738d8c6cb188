"""The architecture page mirrors the tree."""

import subprocess
import sys

from rig.checkout import ROOT


def test_every_module_stands_on_the_page() -> None:
    """Each module is listed with its subject, as the code says it."""
    done = subprocess.run(
        [sys.executable, "docs/ref/tree.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
