"""The file sink."""

import asyncio
import json
import resource
import signal
from pathlib import Path

import pytest
from rig.revisions import revision

from sinks import Credential, SinkRejected, SinkUnavailable, Site
from sinks.jsonl import JsonlConfig, JsonlSink
from sinks.testing import check_sink


def make(path: Path) -> JsonlSink:
    """Build one."""
    config = JsonlConfig(path=path)
    return JsonlSink("file", config, Site("box1", "0", path.parent, _none, lambda: 0.0))


def _none(name: str) -> Credential:
    raise KeyError(name)


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
