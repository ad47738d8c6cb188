"""Looking into a journal that is being written."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.revisions import revision, seen

from reasoners import Reasoning
from sinks.journal import Journal, JournalFailed, JournalReader


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open a journal with events of two cameras, labels, rules and states."""
    journal = Journal(tmp_path / "journal.db")
    journal.open()
    journal.register(["mqtt"])
    journal.commit(
        [
            revision(1),
            revision(2, camera="yard", objects=(seen("t1", "dog"), seen("t2", "person"))),
            revision(3, rule="parcel_left", reasoning=Reasoning(state="verified")),
            revision(4, camera="yard", objects=()),
        ]
    )
    yield journal
    journal.close()


@pytest.fixture
def reader(journal: Journal, tmp_path: Path) -> Iterator[JournalReader]:
    """Read it while it is open for writing."""
    with JournalReader(tmp_path / "journal.db") as reader:
        yield reader


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["e1", "e2", "e3", "e4"]),
        ({"since": 1002.0}, ["e2", "e3", "e4"]),
        ({"until": 1002.0}, ["e1"]),
        ({"camera": "yard"}, ["e2", "e4"]),
        ({"rule": "parcel_left"}, ["e3"]),
        ({"label": "dog"}, ["e2"]),
        ({"label": "person"}, ["e1", "e2", "e3"]),
        ({"state": "verified"}, ["e3"]),
        ({"words": "t2"}, ["e2"]),
        ({"words": "person CAM"}, ["e1", "e2", "e3", "e4"]),
        ({"words": "DÖG"}, ["e2"]),
        ({"words": "person", "camera": "yard"}, ["e2", "e4"]),
        ({"words": 'NEAR( "'}, []),
        ({"words": "person OR dog"}, []),
        ({"limit": 2}, ["e1", "e2"]),
        ({"limit": 0}, []),
        ({"after": 2}, ["e3", "e4"]),
        ({"camera": "yard", "label": "person", "since": 1000.0}, ["e2"]),
        ({"label": "' OR 1=1 --"}, []),
    ],
)
def test_events_answers_what_was_asked(
    reader: JournalReader, asked: dict[str, object], found: list[str]
) -> None:
    """Each question narrows the answer; the order is that of commit."""
    assert [entry.event.id for entry in reader.events(**asked)] == found  # type: ignore[arg-type]


def test_events_gives_long_answers_whole(journal: Journal, reader: JournalReader) -> None:
    """More than one batch comes without gap or repetition, up to the limit."""
    journal.commit([revision(n) for n in range(5, 505)])
    assert [entry.position for entry in reader.events()] == list(range(1, 505))
    assert len(list(reader.events(limit=450))) == 450


def test_reader_sees_what_was_committed_meanwhile(journal: Journal, reader: JournalReader) -> None:
    """A reader does not stay in the past, and does not hold up the writer."""
    assert reader.figures()["rows"] == 4
    journal.commit([revision(5)])
    assert reader.figures()["rows"] == 5
    assert reader.figures() == journal.figures()
    assert reader.integrity() == []


def test_a_journal_that_is_just_being_made_is_no_strange_one(tmp_path: Path) -> None:
    """Whoever looks in the first moment of the first run is told to look again."""
    path = tmp_path / "journal.sqlite"
    path.touch()
    with pytest.raises(JournalFailed, match="just being made; try again"):
        JournalReader(path)


def test_reader_cannot_write(reader: JournalReader) -> None:
    """The connection is read-only by its mode, not by good will."""
    with pytest.raises(Exception, match="readonly"):
        reader._db.execute("DELETE FROM entry")  # noqa: SLF001  there is no public way to try


def test_no_journal_is_one_clear_line(tmp_path: Path) -> None:
    """The error names the file and the remedy."""
    with pytest.raises(JournalFailed, match="no such file"):
        JournalReader(tmp_path / "none.db")


def test_a_foreign_file_is_one_clear_line(tmp_path: Path) -> None:
    """Any other file is refused at once."""
    path = tmp_path / "notes.txt"
    path.write_text("just some notes, long enough to have a header in a database file" * 20)
    with pytest.raises(JournalFailed, match="not a database"):
        JournalReader(path)


def test_damage_is_told(journal: Journal, tmp_path: Path) -> None:
    """Integrity says what is wrong instead of raising."""
    journal.commit([revision(n) for n in range(5, 300)])
    journal.close()
    path = tmp_path / "journal.db"
    with path.open("r+b") as file:
        file.seek(5 * 4096)
        file.write(b"\xa5" * 4096 * 2)
    with JournalReader(path) as reader:
        assert reader.integrity() != []
