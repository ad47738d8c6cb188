"""The page of fault cases says what the tests say."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from rig.checkout import ROOT

SCRIPT = ROOT / "docs" / "ref" / "faults.py"


def test_every_case_is_held_by_a_test_and_the_page_is_fresh() -> None:
    """Each row has a test that is marked with its case, and each mark its row."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_claimed_and_not_held_is_named(tmp_path: Path) -> None:
    """A row without a test, a mark without a row and a case with two rows are each told."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_one.py").write_text(
        "import pytest\n\n"
        '@pytest.mark.fault("F01", "F99")\ndef test_quick():\n    pass\n\n'
        '@pytest.mark.slow\n@pytest.mark.fault("F01")\ndef test_long():\n    pass\n'
    )
    script = load()
    held = script.holders(tmp_path)
    lines = ["| F01 | a | b | c | | |", "| F02 | a | b | c | | |", "| F02 | d | e | f | | |"]
    told = "\n".join(script.differences(lines, held))
    assert "F02 has more than one row" in told
    assert "F02 is held by no test" in told
    assert "test_quick claims F99" in told
    assert "F01" not in told
    (first, *_) = script.filled(lines, held)
    assert first == (
        "| F01 | a | b | c | [test_quick](../tests/test_one.py) "
        "| [test_long](../tests/test_one.py) |"
    )


def load() -> ModuleType:
    """Import the script, which is in no package."""
    spec = importlib.util.spec_from_file_location("faults_page", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
