"""Libraries are asked in a process of their own."""

from pathlib import Path

from rig.command import lookout, written
from rig.examined import CONFIG, lines

from daemon.exits import Exit


def test_library_that_cannot_be_imported_is_bad(
    tmp_path: Path,
) -> None:
    """A broken library is asked in a process of its own; its last words are told."""
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open')")
    file = written(tmp_path, CONFIG)
    done = lookout("doctor", "--config", file, "--json", env={"PYTHONPATH": str(tmp_path)})
    found = lines(done)["opencv"]
    assert (done.code, found["health"]) == (Exit.UNREACHABLE, "bad")
    assert "libGL.so.1" in found["found"]
