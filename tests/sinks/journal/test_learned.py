"""What cameras have learned survives the daemon."""

from pathlib import Path

from sinks.journal import Journal, JournalReader
from sinks.journal.learned import LONGEST


def test_what_was_learned_is_there_after_a_restart(tmp_path: Path) -> None:
    """The last of each camera is kept, byte for byte, and can be read beside the daemon."""
    path = tmp_path / "journal.db"
    journal = Journal(path)
    journal.open()
    journal.keep_learned({"porch": '{"spread": 1.0}', "yard": "{}"})
    journal.keep_learned({"porch": '{"spread": 2.0}'})
    journal.close()
    journal.open()
    assert journal.learned() == {"porch": '{"spread": 2.0}', "yard": "{}"}
    with JournalReader(path) as reader:
        assert reader.learned() == journal.learned()
    journal.close()


def test_what_is_too_long_is_not_kept(tmp_path: Path) -> None:
    """A notebook that grew beyond all measure does not fill the disk."""
    journal = Journal(tmp_path / "journal.db")
    journal.open()
    journal.keep_learned({"porch": "x" * (LONGEST + 1)})
    assert journal.learned() == {}
    journal.close()
