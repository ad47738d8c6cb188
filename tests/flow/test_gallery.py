"""The gallery of the documentation, made again."""

import subprocess
import sys

import pytest
from rig.checkout import ROOT


@pytest.mark.slow
def test_the_gallery_says_what_is_said_today() -> None:
    """Every text of the page comes out of the whole pipeline again, word for word."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "ref" / "gallery.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
