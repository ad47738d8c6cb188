"""The file sink."""

import asyncio
import json
import resource
import signal
from pathlib import Path
from typing import Any

import pytest
from rig.revisions import revision

from sinks import Credential, SinkRejected, SinkUnavailable, Site
from sinks.jsonl import JsonlConfig, JsonlSink
from sinks.testing import check_sink


def make(path: Path, **options: Any) -> JsonlSink:
    """Build one."""
    config = JsonlConfig(path=path, **options)
    return JsonlSink("file", config, Site("box1", "0", path.parent, _none, lambda: 0.0))


def _none(name: str) -> Credential:
    raise KeyError(name)


def files(folder: Path) -> list[str]:
    """Return the names of the files in a folder."""
    return sorted(file.name for file in folder.iterdir())


def ids(path: Path) -> list[str]:
    """Return the ids in the file, each line read as JSON."""
    return [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]


async def test_sink_keeps_the_contract(tmp_path: Path) -> None:
    """Order, errors, cancelling and leaving are as this room promises."""
    path = tmp_path / "deep" / "events.jsonl"
    events = [revision(n) for n in range(1, 6)]
    await check_sink(lambda: make(path), events, lambda: ids(path))


async def test_a_line_is_the_event_as_it_goes_out_everywhere(tmp_path: Path) -> None:
    """Byte for byte, one line each."""
    path = tmp_path / "events.jsonl"
    async with make(path) as sink:
        await sink.deliver(revision(1, explanation="two\nlines and ü"))
    assert path.read_bytes() == revision(1, explanation="two\nlines and ü").wire().encode() + b"\n"


@pytest.mark.parametrize("torn", [b'{"id": "e2", "ha', b"x" * 200_000])
async def test_a_torn_last_line_is_cut_off(tmp_path: Path, torn: bytes) -> None:
    """What a crash left half is gone; every line can be read."""
    path = tmp_path / "events.jsonl"
    async with make(path) as sink:
        await sink.deliver(revision(1))
    with path.open("ab") as file:
        file.write(torn)
    async with make(path) as sink:
        await sink.deliver(revision(2))
    assert ids(path) == ["e1", "e2"]


async def test_a_file_with_only_a_torn_line_starts_empty(tmp_path: Path) -> None:
    """The first crash is no special case."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"id":')
    async with make(path):
        assert path.read_bytes() == b""


async def test_a_full_disk_leaves_no_half_line(tmp_path: Path) -> None:
    """The event comes again later; the file stays readable."""
    path = tmp_path / "events.jsonl"
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with make(path) as sink:
        await sink.deliver(revision(1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 100, hard))
        try:
            with pytest.raises(SinkUnavailable, match=r"events\.jsonl"):
                await sink.deliver(revision(2))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, before)
        assert ids(path) == ["e1"]
        await sink.deliver(revision(2))
    assert ids(path) == ["e1", "e2"]


async def test_a_path_that_cannot_be_is_refused_in_one_line(tmp_path: Path) -> None:
    """The error names the file and the key."""
    with pytest.raises(SinkRejected, match="see to `path`"):
        await make(tmp_path).__aenter__()


async def test_deliveries_at_once_are_whole_lines(tmp_path: Path) -> None:
    """Twenty at a time never mix."""
    path = tmp_path / "events.jsonl"
    async with make(path) as sink, asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(sink.deliver(revision(number, camera=f"c{number}", size=9000)))
    assert sorted(ids(path)) == sorted(f"e{number}" for number in range(20))


async def test_a_full_file_is_put_aside_whole_and_the_oldest_goes(tmp_path: Path) -> None:
    """No file is above the limit, every line is whole, and the newest are kept in order."""
    path = tmp_path / "events.jsonl"
    line = len(revision(1).wire()) + 1
    limit = (2 * line + line // 2) / 1e6
    async with make(path, megabytes=limit, keep=2) as sink:
        for number in range(1, 9):
            await sink.deliver(revision(number))
    names = ("events.jsonl.2", "events.jsonl.1", "events.jsonl")
    assert files(tmp_path) == sorted(names)
    assert [ids(tmp_path / name) for name in names] == [["e3", "e4"], ["e5", "e6"], ["e7", "e8"]]


async def test_an_event_above_the_limit_has_a_file_of_its_own(tmp_path: Path) -> None:
    """It is written all the same; with nothing kept the file before it is gone."""
    path = tmp_path / "events.jsonl"
    async with make(path, megabytes=0.001, keep=0) as sink:
        await sink.deliver(revision(1, size=3000))
        await sink.deliver(revision(2, size=3000))
    assert ids(path) == ["e2"]
    assert files(tmp_path) == ["events.jsonl"]


async def test_a_file_that_cannot_be_put_aside_goes_on_growing_nothing(tmp_path: Path) -> None:
    """The event comes again when the way is free; no line is lost."""
    path = tmp_path / "events.jsonl"
    async with make(path, megabytes=0.0001, keep=1) as sink:
        await sink.deliver(revision(1))
        (tmp_path / "events.jsonl.1").mkdir()
        with pytest.raises(SinkUnavailable, match="directory"):
            await sink.deliver(revision(2))
        assert ids(path) == ["e1"]
        (tmp_path / "events.jsonl.1").rmdir()
        await sink.deliver(revision(2))
    assert (ids(tmp_path / "events.jsonl.1"), ids(path)) == (["e1"], ["e2"])


async def test_zero_never_puts_aside(tmp_path: Path) -> None:
    """Whoever rotates with another tool switches ours off."""
    path = tmp_path / "events.jsonl"
    async with make(path, megabytes=0) as sink:
        for number in range(20):
            await sink.deliver(revision(number, size=9000))
    assert len(ids(path)) == 20
