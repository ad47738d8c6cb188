"""Room that is given up when the disk is nearly full."""

from pathlib import Path

from sinks.journal.reserve import MARGIN, Reserve

SIZE = 1024 * 1024


class Room:
    """A disk with so much free beside the reserve."""

    def __init__(self, path: Path, rest: int) -> None:
        self.path = path
        self.rest = rest

    def __call__(self, folder: Path) -> int:
        """Count what is free."""
        return self.rest + (0 if (folder / self.path.name).exists() else SIZE)


def test_it_is_taken_where_there_is_room_and_given_up_where_there_is_not(tmp_path: Path) -> None:
    """It comes back only when there is clearly more than it needs, so that nothing flaps."""
    path = tmp_path / "reserve"
    room = Room(path, 100 * MARGIN)
    reserve = Reserve(path, SIZE, room)
    reserve.open()
    assert reserve.held
    assert path.stat().st_size == SIZE
    assert path.stat().st_blocks * 512 >= SIZE
    assert not reserve.keep()
    room.rest = MARGIN - 1
    assert reserve.tight
    assert reserve.keep()
    assert not path.exists()
    room.rest = MARGIN
    assert not reserve.keep()
    room.rest = 2 * MARGIN
    assert reserve.keep()
    assert path.exists()


def test_what_an_earlier_run_held_is_taken_up_or_needed_at_once(tmp_path: Path) -> None:
    """A start on a full disk gives the reserve up before anything is written."""
    path = tmp_path / "reserve"
    room = Room(path, 100 * MARGIN)
    Reserve(path, SIZE, room).open()
    room.rest = 0
    again = Reserve(path, SIZE, room)
    again.open()
    assert not again.held
    assert not path.exists()


def test_without_a_size_there_is_none(tmp_path: Path) -> None:
    """Zero bytes leave no file."""
    reserve = Reserve(tmp_path / "reserve", 0)
    reserve.open()
    assert not reserve.keep()
    assert list(tmp_path.iterdir()) == []
