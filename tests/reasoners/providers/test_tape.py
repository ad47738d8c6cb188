"""A cassette grows by whole lines, up to a limit, and forgets."""

import json
import os
from pathlib import Path

import pytest

from reasoners import Prompt, ReasonerRejected, Turn
from reasoners.prompt import Said
from reasoners.providers.tape import Tape, began, heard, lines, older

SAID = heard(Said("yes", "m"))


def prompt(number: int) -> Prompt:
    """Ask something with a picture of some size."""
    return Prompt((Turn("user", (f"{number}?", b"\xff\xd8\xff" + b"x" * 300)),))


def numbers(path: Path) -> list[int]:
    """Return what is on it, in order."""
    return [line["number"] for line in lines(path)]


def test_an_endless_one_keeps_the_newest_within_its_size(tmp_path: Path) -> None:
    """The older half goes at once; both halves together never outgrow the limit, and are read."""
    path, most = tmp_path / "tape.jsonl", 8000
    tape = Tape(path, most, endless=True)
    tape.prepare()
    for number in range(40):
        assert tape.write(prompt(number), SAID, {"number": number, "at": float(number)})
        both = [one.stat().st_size for one in (path, older(path)) if one.exists()]
        assert sum(both) <= most
    kept = numbers(path)
    assert kept == list(range(40 - len(kept), 40))
    assert len(kept) > 4
    assert all(one.stat().st_mode & 0o077 == 0 for one in (path, older(path)))
    assert not tape.write(Prompt((Turn("user", ("x" * most,)),)), SAID, {}), "larger than a half"


def test_any_other_keeps_the_beginning(tmp_path: Path) -> None:
    """A replay needs its first questions: when it is full, nothing more is added."""
    path = tmp_path / "tape.jsonl"
    tape = Tape(path, 3000)
    told = [tape.write(prompt(number), SAID, {"number": number}) for number in range(9)]
    assert told[0]
    assert not told[-1]
    assert numbers(path) == list(range(sum(told)))
    assert path.stat().st_size <= 3000


def test_old_lines_go_after_their_time(tmp_path: Path) -> None:
    """Half a time after the first line the file is set aside; half a time later it is gone."""
    path = tmp_path / "tape.jsonl"
    Tape(path, endless=True).write(prompt(1), SAID, {"number": 1, "at": 1000.0})
    tape = Tape(path, endless=True)
    tape.prepare()
    assert began(path) == 1000.0
    tape.expire(1040.0, 100.0)
    assert not older(path).exists()
    tape.expire(1051.0, 100.0)
    assert older(path).exists()
    tape.write(prompt(2), SAID, {"number": 2, "at": 1060.0})
    assert numbers(path) == [1, 2]
    os.utime(older(path), (1049.0, 1049.0))
    tape.expire(1100.0, 100.0)
    assert numbers(path) == [2]


def test_half_a_line_is_no_line(tmp_path: Path) -> None:
    """What a crash cut short, or somebody is just writing, is not read."""
    path = tmp_path / "tape.jsonl"
    Tape(path).write(prompt(1), SAID, {"number": 1})
    with path.open("a") as file:
        file.write(json.dumps({"digest": "d", "number": 2})[:-4])
    assert numbers(path) == [1]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """One line: the path, and why."""
    with pytest.raises(ReasonerRejected, match="No such file or directory; correct `path`"):
        Tape(tmp_path / "gone" / "tape.jsonl").prepare()
