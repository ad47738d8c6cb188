"""Events that are locked."""

from pathlib import Path

from sinks.lock import MARK, Locks


def folders(root: Path, *names: str) -> list[Path]:
    """Make folders of events."""
    made = [root / name for name in names]
    for folder in made:
        folder.mkdir(exist_ok=True)
    return made


def test_the_oldest_gives_way_and_locks_outlive_a_restart(tmp_path: Path) -> None:
    """No more than so many are held; what is released is counted; a mark on the disk says which."""
    made = folders(tmp_path, "a", "b", "c")
    locks = Locks(tmp_path, 2)
    for folder in made:
        locks.hold(folder.name)
    assert [name in locks for name in "abc"] == [False, True, True]
    assert (len(locks), locks.released) == (2, 1)
    assert [(folder / MARK).exists() for folder in made] == [False, True, True]
    again = Locks(tmp_path, 1)
    again.find(made)
    assert [name in again for name in "abc"] == [False, False, True]
    again.hold("c")
    assert len(again) == 1
    again.drop("c")
    assert not (tmp_path / "c" / MARK).exists()


def test_none_at_all_may_be_wanted(tmp_path: Path) -> None:
    """With room for none nothing is locked."""
    folders(tmp_path, "a")
    locks = Locks(tmp_path, 0)
    locks.hold("a")
    assert len(locks) == 0
    assert not (tmp_path / "a" / MARK).exists()
