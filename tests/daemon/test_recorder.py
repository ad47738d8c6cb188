"""The journal's one thread: in order, certain, and fatal when the disk fails."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from rig.revisions import revision
from rig.waiting import until

from daemon.recorder import TOGETHER, Recorder
from reasoners import Event
from sinks.journal import Entry, Journal, JournalFailed, JournalReader
from sinks.media import MediaStore


def files(media: Path) -> list[str]:
    """List what lies in a media folder."""
    return [str(path.relative_to(media)) for path in media.rglob("events/*/*")]


@pytest.fixture
async def recorder(tmp_path: Path) -> AsyncIterator[Recorder]:
    """Run a recorder with a journal and media."""
    media = MediaStore(tmp_path / "media")
    async with Recorder(Journal(tmp_path / "journal.sqlite"), media) as found:
        yield found


async def test_commits_are_in_the_order_submitted(recorder: Recorder) -> None:
    """What was submitted first has the lower position, whoever waits for it."""
    futures = [recorder.submit(revision(number)) for number in range(1, 60)]
    await asyncio.wrap_future(futures[-1])
    entries = await recorder.after(0, 100)
    assert [entry.event.id for entry in entries] == [f"e{number}" for number in range(1, 60)]
    assert [entry.event.seq for entry in entries] == list(range(1, 60))
    assert (recorder.position, recorder.committed) == (59, 59)


async def test_what_waits_together_is_one_transaction(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the disk is busy, more than one revision waits for its next turn and takes it along."""
    batches: list[int] = []
    commit = Journal.commit

    def counted(self: Journal, events: Sequence[Event]) -> list[Entry]:
        batches.append(len(events))
        return commit(self, events)

    monkeypatch.setattr(Journal, "commit", counted)
    free = threading.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(recorder.run(free.wait, 10))
        await asyncio.sleep(0)
        futures = [recorder.submit(revision(number)) for number in range(1, 2 * TOGETHER)]
        free.set()
        for future in futures:
            await asyncio.wrap_future(future)
    assert batches == [TOGETHER, TOGETHER - 1]
    assert recorder.committed == 2 * TOGETHER - 1


async def test_one_that_does_not_belong_there_takes_no_other_along(recorder: Recorder) -> None:
    """Of a batch with an old revision in it, all others are committed; the journal has failed."""
    free = threading.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(recorder.run(free.wait, 10))
        await asyncio.sleep(0)
        futures = [recorder.submit(revision(number)) for number in (1, 2, 1, 3)]
        free.set()
    await asyncio.wait([asyncio.wrap_future(future) for future in futures])
    assert [future.exception() is None for future in futures] == [True, True, False, True]
    with pytest.raises(ValueError, match="event e1: revision 1"):
        await recorder.failed
    assert [entry.event.id for entry in await recorder.after(0, 9)] == ["e1", "e2", "e3"]


async def test_listeners_are_woken_by_a_commit(recorder: Recorder) -> None:
    """Each reader's event is set once something is there to read."""
    first, second = recorder.listen(), recorder.listen()
    assert not first.is_set()
    await recorder.commit(revision())
    await until(lambda: first.is_set() and second.is_set())


async def test_cancelled_waiter_still_moves_its_cursor(recorder: Recorder) -> None:
    """Not only commits: whatever was submitted is carried out."""
    await recorder.prepare(["out"])
    await recorder.commit(revision())
    begun, free = threading.Event(), threading.Event()

    def occupy() -> None:
        begun.set()
        free.wait(10)

    async with asyncio.TaskGroup() as group:
        group.create_task(recorder.run(occupy))
        await until(begun.is_set)
        waiter = group.create_task(recorder.advance({"out": 1}, {"out": 1}))
        await asyncio.sleep(0)
        waiter.cancel()
        await asyncio.wait([waiter])
        free.set()
    assert await recorder.cursors(["out"]) == {"out": 1}


async def test_idle_waits_for_what_nobody_waits_for(recorder: Recorder) -> None:
    """Before a drain, every commit on its way is counted."""
    recorder.submit(revision())
    await recorder.idle()
    assert (recorder.position, recorder.committed) == (1, 1)


async def test_cancelled_waiter_still_commits(recorder: Recorder) -> None:
    """Nobody has to wait for it: what was submitted is committed."""
    begun, free = threading.Event(), threading.Event()

    def occupy() -> None:
        begun.set()
        free.wait(10)

    async with asyncio.TaskGroup() as group:
        busy = group.create_task(recorder.run(occupy))
        await until(begun.is_set)
        waiter = group.create_task(recorder.commit(revision(7)))
        for _ in range(3):  # until it waits behind what occupies the thread
            await asyncio.sleep(0)
        waiter.cancel()
        await asyncio.wait([waiter])
        free.set()
        await busy
    await until(lambda: recorder.position == 1)
    assert [entry.event.id for entry in await recorder.after(0, 10)] == ["e7"]


async def test_position_goes_on_after_a_restart(tmp_path: Path) -> None:
    """A new run knows what earlier ones committed, and how far numbering has come."""
    path = tmp_path / "journal.sqlite"
    async with Recorder(Journal(path), None) as first:
        await first.prepare(["mqtt"])
        await first.commit(revision(1))
        await first.note("porch", 41, 1000)
        first.keep_learned({"porch": "{}"})
    async with Recorder(Journal(path), None) as second:
        assert second.position == 1
        assert second.committed == 0
        assert await second.numbering("porch") == (42, 1001)
        assert await second.numbering("yard") == (1, 1)
        assert (await second.learned("porch"), await second.learned("yard")) == ("{}", None)
        assert [event.id for event in await second.unfinished()] == ["e1"]
        assert await second.cursors(["mqtt"]) == {"mqtt": 0}


async def test_failing_journal_resolves_failed(recorder: Recorder, tmp_path: Path) -> None:
    """A disk error reaches whoever guards the journal, and every later commit fails as well."""
    with sqlite3.connect(tmp_path / "journal.sqlite") as vandal:
        vandal.execute("DROP TABLE entry")
    vandal.close()
    with pytest.raises(JournalFailed, match=r"journal .*journal\.sqlite"):
        await recorder.commit(revision())
    with pytest.raises(JournalFailed):
        async with asyncio.timeout(5):
            await recorder.failed
    with pytest.raises(JournalFailed):
        await recorder.after(0, 1)


async def test_revision_out_of_order_is_a_bug_that_ends_it(recorder: Recorder) -> None:
    """The same revision twice is refused, and that is not passed over in silence."""
    await recorder.commit(revision())
    with pytest.raises(ValueError, match="revision 1"):
        await recorder.commit(revision())
    with pytest.raises(ValueError, match="revision 1"):
        async with asyncio.timeout(5):
            await recorder.failed


async def test_journal_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """Somebody else's database is neither used nor touched."""
    path = tmp_path / "journal.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(JournalFailed, match="belongs to another program"):
        async with Recorder(Journal(path), None):
            pass
    assert path.read_bytes() == before


async def test_media_that_fail_are_told_once_and_recover(tmp_path: Path) -> None:
    """Events go on without snapshots; one notice says so, another one that they are back."""
    told: list[tuple[str, str]] = []
    store = MediaStore(tmp_path / "media")
    journal = Journal(None)
    async with Recorder(journal, store, lambda kind, text: told.append((kind, text))) as recorder:
        assert await recorder.store("e1", 1, b"jpeg") == "/events/e1/snapshot.jpg"
        events = tmp_path / "media" / "events"
        aside = events.rename(tmp_path / "media" / "aside")
        events.write_text("no folder any more")
        assert await recorder.store("e2", 1, b"jpeg") is None
        assert await recorder.store("e3", 1, b"jpeg") is None
        events.unlink()
        aside.rename(events)
        assert await recorder.store("e4", 1, b"jpeg") == "/events/e4/snapshot.jpg"
    assert [kind for kind, _ in told] == ["degraded", "recovered"]
    assert "snapshots" in told[0][1]


async def test_full_media_are_told_too(tmp_path: Path) -> None:
    """A picture above the quota is left out, and the event is not."""
    told: list[str] = []
    store = MediaStore(tmp_path / "media", quota=10)
    async with Recorder(Journal(None), store, lambda kind, _: told.append(kind)) as recorder:
        assert await recorder.store("e1", 1, b"x" * 11) is None
        await recorder.commit(revision())
    assert told == ["degraded"]


async def test_without_media_nothing_is_stored() -> None:
    """A recorder without a place for media gives no reference."""
    async with Recorder(Journal(None), None) as recorder:
        assert await recorder.store("e1", 1, b"jpeg") is None
        await recorder.sweep()


async def test_sweep_leaves_what_the_journal_names(recorder: Recorder, tmp_path: Path) -> None:
    """A picture that no event names goes, half-written ones go, named ones stay."""
    kept = await recorder.store("e1", 1, b"jpeg")
    lost = await recorder.store("e2", 1, b"jpeg")
    (tmp_path / "media" / "events" / "e1" / "snapshot-2.jpg.part").write_bytes(b"half")
    await recorder.commit(revision(1, media={"snapshot": kept, "snapshot_frame": 1}))
    await recorder.sweep()
    assert files(tmp_path / "media") == ["events/e1/snapshot.jpg"]
    assert lost == "/events/e2/snapshot.jpg"


async def test_dead_letters_and_cursors_reach_the_disk(recorder: Recorder, tmp_path: Path) -> None:
    """What a sink refused for good is kept aside, and how far it has come is written."""
    await recorder.prepare(["mqtt"])
    await recorder.commit(revision(1))
    (entry,) = await recorder.after(0, 1)
    await recorder.dead_letter("mqtt", entry, "too large")
    await recorder.advance({"mqtt": 1}, {"mqtt": 0})
    figures = await recorder.figures()
    with JournalReader(tmp_path / "journal.sqlite") as reader:
        assert [letter.reason for letter in reader.dead_letters()] == ["too large"]
    assert figures["sinks"]["mqtt"]["dead_lettered"] == 1
    assert figures["sinks"]["mqtt"]["waiting"] == 0
