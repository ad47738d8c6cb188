"""What a model was shown, taken off a cassette."""

from pathlib import Path

import pytest

from daemon.cli.pictures import write
from daemon.errors import ConfigRejected
from reasoners import Prompt, Turn
from reasoners.prompt import Said, digest
from reasoners.providers.tape import Tape, heard
from sinks.journal import Call

ONE, TWO = b"\xff\xd8\xff one", b"\xff\xd8\xff two"


def call(*pictures: bytes) -> Call:
    """Return an exchange about one event."""
    names = tuple(digest(picture) for picture in pictures)
    return Call(1.0, ("e1",), "porch", "big", "m", "d", "?", names, "yes", "answered")


def taped(path: Path, event: str, *pictures: bytes) -> None:
    """Record an exchange."""
    said = heard(Said("yes", "m"))
    Tape(path).write(Prompt((Turn("user", ("?", *pictures)),)), said, {"events": [event]})


def test_pictures_of_an_event_are_written_once_each(tmp_path: Path) -> None:
    """Those of its exchanges, under the beginning of their hash; what is gone is left out."""
    tape, folder = tmp_path / "tape", tmp_path / "made" / "shown"
    taped(tape, "e1", ONE)
    taped(tape, "e1", ONE)
    taped(tape, "e2", TWO)
    found = write([call(ONE, TWO), call(ONE)], tape, folder)
    assert found == {digest(ONE): folder / f"{digest(ONE)[:12]}.jpg"}
    assert [path.read_bytes() for path in folder.iterdir()] == [ONE]


def test_what_cannot_be_read_or_written_is_one_line(tmp_path: Path) -> None:
    """No cassette, a picture that is none of its name, a folder that cannot be made."""
    with pytest.raises(ConfigRejected, match=r"--pictures: cassette .*gone: No such file"):
        write([call(ONE)], tmp_path / "gone", tmp_path / "shown")
    tape = tmp_path / "tape"
    taped(tape, "e1", ONE)
    tape.write_text(tape.read_text().replace(digest(ONE), digest(TWO)))
    with pytest.raises(ConfigRejected, match="is damaged"):
        write([call(TWO)], tape, tmp_path / "shown")
    with pytest.raises(ConfigRejected, match="Not a directory"):
        write([call(ONE)], tape, tape / "below")
