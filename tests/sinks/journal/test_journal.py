"""The journal: nothing lost, nothing counted wrongly."""

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.revisions import revision, seen

from reasoners import Event, Reasoning
from sinks.journal import Expired, Journal, JournalFailed, JournalReader, Limits

WRITER: Final = """
import os, sys
from pathlib import Path
from rig.revisions import revision
from sinks.journal import Journal

def write(number):
    journal = Journal(Path(sys.argv[1]))
    journal.open()
    journal.register(["mqtt"])
    while True:
        batch = [revision(number + i, camera=("yard", "porch", "gate")[(number + i) % 3])
                 for i in range(1 + number % 4)]
        entries = journal.commit(batch)
        print("committed", *(entry.event.id for entry in entries), flush=True)
        number += len(batch)
        if number % 5 == 0:
            journal.advance({"mqtt": entries[0].position}, {"mqtt": 1})
            print("cursor", entries[0].position, flush=True)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        write(int(line))
    print("writer", child, flush=True)
    os.waitpid(child, 0)
    print("dead", flush=True)
"""
"""Writes in a fresh process for each line it reads, so that only the first one has to import."""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open a journal with one sink."""
    journal = Journal(tmp_path / "journal.db")
    assert journal.open() == ()
    journal.register(["mqtt"])
    yield journal
    journal.close()


def balanced(journal: Journal) -> bool:
    """Tell whether every revision meant for a sink is accounted for."""
    return all(
        figures["committed"]
        == figures["delivered"] + figures["waiting"] + figures["dead_lettered"] + figures["expired"]
        for figures in journal.figures()["sinks"].values()
    )


def test_commit_numbers_each_camera_without_gaps(journal: Journal) -> None:
    """Each camera has a sequence of its own; positions rise over all."""
    entries = journal.commit(
        [revision(1), revision(2, camera="yard"), revision(3), revision(4, camera="yard")]
    )
    assert [entry.event.seq for entry in entries] == [1, 1, 2, 2]
    assert [entry.position for entry in entries] == [1, 2, 3, 4]
    assert journal.after(0, 10) == entries


def test_commit_refuses_a_duplicate_and_keeps_nothing_of_its_batch(journal: Journal) -> None:
    """A revision that is there already undoes the whole transaction, sequence numbers included."""
    journal.commit([revision(1)])
    with pytest.raises(ValueError, match="revision 1"):
        journal.commit([revision(2), revision(1)])
    (entry,) = journal.commit([revision(3)])
    assert entry.event.seq == 2
    assert journal.figures()["rows"] == 2
    assert balanced(journal)


def test_commit_refuses_an_older_revision(journal: Journal) -> None:
    """Revisions of an event only rise."""
    journal.commit([revision(1, revision=2)])
    with pytest.raises(ValueError, match="revision 1 after 2"):
        journal.commit([revision(1)])


def test_a_finished_event_refuses_its_last_revision_again(journal: Journal) -> None:
    """The end of an event is committed once, even though the event is no longer unfinished."""
    journal.commit([revision(1, type="end")])
    with pytest.raises(ValueError, match="already in the journal"):
        journal.commit([revision(1, type="end")])


def test_everything_is_there_after_reopening(tmp_path: Path) -> None:
    """Entries, cursors, sequence and counters outlive the process that wrote them."""
    path = tmp_path / "deep" / "journal.db"
    journal = Journal(path)
    journal.open()
    journal.register(["mqtt"])
    entries = journal.commit([revision(1), revision(2)])
    journal.advance({"mqtt": 1}, {"mqtt": 1})
    journal.note("porch", track=77, index=999)
    journal.close()
    journal.open()
    assert journal.after(0, 10) == entries
    assert journal.cursor("mqtt") == 1
    assert (journal.last_track_id("porch"), journal.last_index("porch")) == (77, 999)
    assert journal.commit([revision(3)])[0].event.seq == 3
    journal.close()


def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """Neither the journal nor the files beside it can be read by others."""
    path = tmp_path / "state" / "journal.db"
    journal = Journal(path)
    journal.open()
    journal.commit([revision(1)])
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    journal.close()


def test_the_disk_is_waited_for(journal: Journal) -> None:
    """The connection runs with the settings that the promise rests on."""
    with journal._guard() as db:  # noqa: SLF001  the settings show nowhere else
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_journal_without_a_file_leaves_none(tmp_path: Path) -> None:
    """A replay's journal works the same and is gone afterwards."""
    journal = Journal(None)
    journal.open()
    journal.register(["jsonl"])
    assert journal.commit([revision(1)])[0].event.seq == 1
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_new_sink_starts_at_the_end_and_a_removed_one_is_forgotten(journal: Journal) -> None:
    """Registering decides from where on a sink gets events."""
    journal.commit([revision(1)])
    journal.register(["mqtt", "jsonl"])
    journal.commit([revision(2)])
    assert (journal.cursor("mqtt"), journal.cursor("jsonl")) == (0, 1)
    figures = journal.figures()["sinks"]
    assert (figures["mqtt"]["waiting"], figures["jsonl"]["waiting"]) == (2, 1)
    journal.register(["jsonl"])
    with pytest.raises(ValueError, match="mqtt"):
        journal.cursor("mqtt")
    journal.register(["mqtt", "jsonl"])
    assert journal.cursor("mqtt") == 2


def test_a_cursor_never_moves_back_nor_past_the_end(journal: Journal) -> None:
    """A late answer moves nothing; a place where nothing is yet is a bug."""
    journal.commit([revision(n) for n in range(1, 6)])
    journal.advance({"mqtt": 4}, {"mqtt": 4})
    journal.advance({"mqtt": 2}, {"mqtt": 1})
    assert journal.cursor("mqtt") == 4
    figures = journal.figures()["sinks"]["mqtt"]
    assert (figures["delivered"], figures["deliveries"]) == (4, 5)
    with pytest.raises(ValueError, match="past the end"):
        journal.advance({"mqtt": 6}, {})


def test_a_dead_letter_is_neither_waiting_nor_delivered(journal: Journal) -> None:
    """The accounts balance before and after the cursor passes what was put aside."""
    entries = journal.commit([revision(n) for n in range(1, 4)])
    journal.dead_letter("mqtt", entries[1], "too large")
    journal.dead_letter("mqtt", entries[1], "too large")
    figures = journal.figures()["sinks"]["mqtt"]
    assert (figures["waiting"], figures["dead_lettered"]) == (2, 1)
    assert balanced(journal)
    journal.advance({"mqtt": 3}, {"mqtt": 2})
    figures = journal.figures()["sinks"]["mqtt"]
    assert (figures["delivered"], figures["waiting"], figures["dead_lettered"]) == (2, 0, 1)
    assert balanced(journal)


def test_unfinished_gives_the_latest_of_what_is_open_or_pending(journal: Journal) -> None:
    """An event is finished when it has ended and its question has found its end."""
    pending = Reasoning(state="pending", deadline_at=2000.0)
    verified = Reasoning(state="verified")
    journal.commit([revision(1), revision(2, reasoning=pending), revision(3)])
    journal.commit([revision(1, revision=2, type="update"), revision(3, revision=2, type="end")])
    journal.commit([revision(2, revision=2, type="end", reasoning=pending)])
    assert [(event.id, event.revision) for event in journal.unfinished()] == [("e1", 2), ("e2", 2)]
    journal.commit([revision(2, revision=3, type="end", reasoning=verified)])
    assert [event.id for event in journal.unfinished()] == ["e1"]


def test_an_event_is_read_as_it_stands(journal: Journal) -> None:
    """Its highest revision, ended or not; of an event that is not kept, nothing."""
    journal.commit([revision(1), revision(2), revision(1, revision=2, type="end")])
    assert [journal.latest(name) for name in ("e1", "e2", "e3")] == [
        revision(1, revision=2, type="end", seq=3),
        revision(2, seq=2),
        None,
    ]


def test_unfinished_outlives_the_limits(tmp_path: Path) -> None:
    """An event that is open for longer than rows are kept can still be ended."""
    journal = Journal(tmp_path / "journal.db", Limits(count=1))
    journal.open()
    journal.commit([revision(n) for n in range(1, 4)])
    journal.expire(0)
    assert [event.id for event in journal.unfinished()] == ["e1", "e2", "e3"]
    journal.close()


def test_a_held_event_blocks_nobody_and_gets_its_seq_on_release(tmp_path: Path) -> None:
    """Holding survives a restart; committing ends it and numbers the event then."""
    path = tmp_path / "journal.db"
    journal = Journal(path)
    journal.open()
    journal.hold(revision(1))
    journal.hold(revision(1, explanation="seen better"))
    journal.hold(revision(2))
    assert journal.commit([revision(3)])[0].event.seq == 1
    journal.close()
    journal.open()
    assert [event.explanation for event in journal.held()] == ["seen better", "person t2 came"]
    assert journal.figures()["held"] == 2
    assert journal.commit(journal.held()[:1])[0].event.seq == 2
    assert [event.id for event in journal.held()] == ["e2"]
    journal.close()


def test_track_counter_follows_what_was_committed(journal: Journal) -> None:
    """The highest track number counts, whatever order they come in; odd ids do not."""
    journal.commit([revision(1, objects=(seen("t9"), seen("t12"), seen("x99")))])
    journal.commit([revision(2, objects=(seen("t3"),))])
    assert journal.last_track_id("porch") == 12
    assert journal.last_index("porch") == 2
    assert journal.last_track_id("nowhere") == 0
    journal.note("porch", track=5, index=50)
    journal.note("porch", track=40, index=20)
    assert (journal.last_track_id("porch"), journal.last_index("porch")) == (40, 50)


def test_a_second_writer_is_refused(tmp_path: Path, journal: Journal) -> None:
    """Two daemons never write the same journal."""
    with pytest.raises(JournalFailed, match="in use by another process"):
        Journal(tmp_path / "journal.db").open()
    assert journal.commit([revision(1)])


def test_the_journal_belongs_to_one_thread(journal: Journal) -> None:
    """A call from another thread fails instead of mixing transactions."""
    caught: list[BaseException] = []

    def intrude() -> None:
        try:
            journal.commit([revision(1)])
        except JournalFailed as exc:
            caught.append(exc)

    thread = threading.Thread(target=intrude)
    thread.start()
    thread.join()
    assert "thread" in str(caught[0])


@pytest.mark.fault("F38")
def test_after_a_failure_nothing_is_said_to_be_committed(tmp_path: Path) -> None:
    """When the database fails once, every later call fails too, even if it could succeed."""
    path = tmp_path / "journal.db"
    journal = Journal(path)
    journal.open()
    with sqlite3.connect(path, isolation_level=None) as intruder:
        intruder.execute("ALTER TABLE unfinished RENAME TO elsewhere")
        with pytest.raises(JournalFailed):
            journal.commit([revision(1)])
        intruder.execute("ALTER TABLE elsewhere RENAME TO unfinished")
    intruder.close()
    with pytest.raises(JournalFailed):
        journal.commit([revision(1)])
    with pytest.raises(JournalFailed):
        journal.figures()
    journal.close()


@pytest.mark.fault("F38")
def test_a_full_disk_is_a_failure_and_not_a_commit(tmp_path: Path) -> None:
    """A write that the disk refuses ends in an error; what was committed before is there."""
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from rig.revisions import revision\n"
        "from sinks.journal import Journal, JournalFailed\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "journal.open()\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "for number in range(2000):\n"
        "    try:\n"
        "        journal.commit([revision(number)])\n"
        "    except JournalFailed as exc:\n"
        "        print('failed', exc)\n"
        "        break\n"
        "    print(f'e{number}', flush=True)\n"
    )
    path = tmp_path / "journal.db"
    run = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        env=_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    *acknowledged, last = run.stdout.splitlines()
    assert last.startswith("failed")
    with JournalReader(path) as reader:
        assert [entry.event.id for entry in reader.events()] == acknowledged
        assert reader.integrity() == []


@pytest.mark.fault("F37")
@pytest.mark.parametrize("rounds", [15, pytest.param(1000, marks=pytest.mark.slow)])
def test_nothing_acknowledged_is_missing_after_kill_9(tmp_path: Path, rounds: int) -> None:
    """F37 for the journal alone: kills at random moments lose no commit and no cursor."""
    path = tmp_path / "journal.db"
    chance = random.Random(37)
    acknowledged: list[str] = []
    cursor = 0
    with _writer(path) as writer:
        for done in range(1, rounds + 1):
            number = int(acknowledged[-1][1:]) + 1000 if acknowledged else 1
            for line in _write_and_kill(writer, number, chance.randint(2, 80)):
                word, *values = line.split()
                if word == "committed":
                    acknowledged += values
                elif word == "cursor":
                    cursor = max(cursor, int(values[0]))
            if done % (rounds // 15):
                continue
            with JournalReader(path) as reader:
                assert reader.integrity() == []
                events = [entry.event for entry in reader.events()]
                assert set(acknowledged) <= {event.id for event in events}
                assert reader.figures()["sinks"]["mqtt"]["cursor"] >= cursor
            for camera in ("yard", "porch", "gate"):
                seqs = [event.seq for event in events if event.camera == camera]
                assert seqs == list(range(1, len(seqs) + 1))
    journal = Journal(path)
    assert journal.open() == ()
    assert balanced(journal)
    journal.close()
    assert len(acknowledged) > 100


@contextmanager
def _writer(path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        yield writer
        assert writer.stdin is not None
        writer.stdin.close()


def _write_and_kill(writer: subprocess.Popen[str], number: int, lines: int) -> list[str]:
    """Let a fresh process write, kill it after so many lines, return all it said."""
    assert writer.stdin is not None
    assert writer.stdout is not None
    writer.stdin.write(f"{number}\n")
    writer.stdin.flush()
    said: list[str] = []
    process: int | None = None
    killed = False
    while not said or said[-1] != "dead":
        said.append(writer.stdout.readline().strip())
        if said[-1].startswith("writer"):
            process = int(said[-1].split()[1])
        if len(said) >= lines and process is not None and not killed:
            os.kill(process, signal.SIGKILL)
            killed = True
    return said


def _environment() -> dict[str, str]:
    root = Path(__file__).resolve().parents[3]
    return {"PYTHONPATH": f"{root}:{root / 'tests'}"}


steps = st.lists(
    st.one_of(
        st.tuples(st.just("commit"), st.integers(1, 5)),
        st.tuples(st.just("advance"), st.integers(1, 6)),
        st.tuples(st.just("dead_letter"), st.integers(1, 6)),
        st.tuples(st.just("expire"), st.just(0)),
        st.tuples(st.just("late"), st.integers(1, 6)),
    ),
    max_size=30,
)


@given(steps=steps, keep=st.integers(1, 8))
@settings(max_examples=150, deadline=None)
def test_accounts_balance_whatever_happens(steps: list[tuple[str, int]], keep: int) -> None:
    """Every revision meant for a sink is in exactly one place, and losses are told exactly."""
    journal = Journal(None, Limits(count=keep))
    journal.open()
    journal.register(["a", "b"])
    number = told = 0
    for step, amount in steps:
        waiting = journal.after(journal.cursor("a"), amount)
        if step == "commit":
            journal.commit([revision(number + i) for i in range(amount)])
            number += amount
        elif step == "advance" and waiting:
            journal.advance({"a": waiting[-1].position}, {"a": len(waiting)})
        elif step == "dead_letter" and waiting:
            journal.dead_letter("a", waiting[-1], "refused")
        elif step == "late" and number:
            journal.advance({"a": max(1, journal.cursor("a") - amount)}, {})
        elif step == "expire":
            told += sum(loss.count for loss in journal.expire(0) if loss.sink == "a")
        assert balanced(journal)
        figures = journal.figures()["sinks"]
        assert figures["a"]["committed"] == figures["b"]["committed"] == number
        assert figures["a"]["expired"] == told
        assert figures["b"]["delivered"] == 0
    journal.close()


@pytest.mark.fault("F68")
def test_what_fell_out_is_told_to_each_sink_that_missed_it(tmp_path: Path) -> None:
    """F68 for the journal: count, first and last are exact, per sink."""
    journal = Journal(tmp_path / "journal.db", Limits(count=3))
    journal.open()
    journal.register(["fast", "slow"])
    entries = journal.commit([revision(n) for n in range(1, 11)])
    journal.advance({"fast": 10, "slow": 2}, {})
    journal.dead_letter("slow", entries[4], "refused")
    assert journal.expire(0) == [Expired("slow", 4, 3, 7)]
    assert journal.cursor("slow") == 7
    assert [entry.event.id for entry in journal.after(0, 9)] == ["e8", "e9", "e10"]
    assert journal.expire(0) == []
    journal.close()


def test_references_are_those_of_every_body_kept(journal: Journal) -> None:
    """A picture is named by rows, by what is open, held or set aside; others are nobody's."""
    journal.register(["mqtt"])

    def pictured(number: int, **changes: Any) -> Event:
        name = {"snapshot": f"/events/e{number}/snapshot.jpg", "snapshot_frame": number}
        name |= {"forecast": f"/events/e{number}/forecast.jpg", "forecast_frame": number}
        return revision(number, media=name, **changes)

    entries = journal.commit([pictured(1), pictured(2, type="end"), revision(3)])
    journal.hold(pictured(4))
    journal.dead_letter("mqtt", entries[0], "refused")
    everything = {
        f"/events/e{number}/{kind}.jpg" for number in (1, 2, 4) for kind in ("snapshot", "forecast")
    }
    assert journal.references() == everything
