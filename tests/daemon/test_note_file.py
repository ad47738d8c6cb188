"""Small files beside the journal: replaced as a whole, for their owner alone."""

from pathlib import Path

import pytest

from daemon.note_file import put


@pytest.mark.parametrize("durable", [False, True])
def test_it_is_replaced_and_its_owner_s_alone(tmp_path: Path, *, durable: bool) -> None:
    """The newest text stands there, nobody else may read it, and nothing else is left."""
    path = tmp_path / "note.json"
    put(path, "a longer text", durable=durable)
    put(path, "new", durable=durable)
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_it_follows_no_link(tmp_path: Path) -> None:
    """Whoever put a link in the way does not have us write elsewhere."""
    (tmp_path / "note.json.part").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=r"note\.json\.part"):
        put(tmp_path / "note.json", "text")
    assert not (tmp_path / "elsewhere").exists()
