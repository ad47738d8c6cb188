"""Exchanges on a cassette: counted, bounded, without secrets, and never of who forbids it."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rig.thinking import JPEG, Conclusions, Oracle, job, thinking
from rig.waiting import running, until

from daemon.thinking.taping import WAITING, Taping
from reasoners import Prompt, Turn
from reasoners.prompt import Said
from reasoners.providers.tape import Outcome, Tape, heard, lines

PROMPT = Prompt((Turn("user", ("Who?", JPEG)),))


class Stuck(Tape):
    """A disk that takes nothing until it is let."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.free = threading.Event()

    def write(self, prompt: Prompt, outcome: Outcome, about: Mapping[str, Any]) -> bool:
        """Write once the test lets it."""
        self.free.wait(20)
        return super().write(prompt, outcome, about)


def counts(taping: Taping) -> tuple[int, int, int]:
    """Return what was recorded, lost and forbidden."""
    figures = taping.figures
    return int(figures["taped"] or 0), taping.lost, taping.forbidden


def test_a_camera_that_forbids_it_is_not_recorded_and_no_secret_is(tmp_path: Path) -> None:
    """Neither its questions nor its pictures; what a server quotes of a key is struck out."""
    path = tmp_path / "tape.jsonl"
    taping = Taping(
        Tape(path),
        allows=lambda camera: camera != "bedroom",
        clean=lambda text: text.replace("sk-1", "***"),
    )
    said = heard(Said("your key sk-1 is fine", "m"))
    for camera in ("porch", "bedroom"):
        taping.note(camera, PROMPT, said, {"at": 1.0})
    taping.close()
    assert counts(taping) == (1, 0, 1)
    assert [line["camera"] for line in lines(path)] == ["porch"]
    assert "sk-1" not in path.read_text()


def test_a_slow_disk_holds_nobody_up(tmp_path: Path) -> None:
    """Of more than fit the newest are left out, and counted."""
    tape = Stuck(tmp_path / "tape.jsonl")
    taping = Taping(tape, allows=lambda _: True)
    for _ in range(WAITING + 5):
        taping.note("porch", PROMPT, heard(Said("yes", "m")), {})
    assert counts(taping) == (0, 5, 0)
    tape.free.set()
    taping.close()
    assert counts(taping) == (WAITING, 5, 0)
    assert taping.noted == WAITING + 5


def test_a_full_disk_loses_and_counts(tmp_path: Path) -> None:
    """Whatever the reason, the daemon goes on."""
    taping = Taping(Tape(tmp_path / "gone" / "tape"), allows=lambda _: True)
    taping.note("porch", PROMPT, heard(Said("yes", "m")), {})
    taping.close()
    assert counts(taping) == (0, 1, 0)


async def test_every_exchange_is_recorded_late_ones_too(tmp_path: Path) -> None:
    """An answer with its pictures and events; and that none came by the deadline."""
    path, oracle, conclusions = tmp_path / "tape.jsonl", Oracle(), Conclusions()
    one = thinking(oracle)
    one.taping = Taping(Tape(path), allows=lambda _: True)
    async with running(one.run()):
        await one.ask(job(1, deadline=0.1), conclusions)
        await until(lambda: not one.figures.pending)
        oracle.answers.set()
        await one.ask(job(2), conclusions)
        await until(lambda: not one.figures.pending)
    late, answered, repaired = lines(path)
    assert late["error"] == {"kind": "late", "reason": "no answer by the deadline"}
    assert (late["events"], answered["events"]) == (["e1"], ["e2"])
    assert answered["said"]["text"] == repaired["said"]["text"] == "yes"
    assert one.stats()["taped"] == 3
