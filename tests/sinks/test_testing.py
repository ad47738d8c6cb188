"""The scripted sink does what the script says."""

import asyncio
import json
from pathlib import Path

import pytest
from rig.revisions import revision

from sinks import Credential, EventRejected, SinkRejected, SinkUnavailable, Site, Stats
from sinks.testing import Fault, ScriptedConfig, ScriptedSink, check_sink


def make(path: Path, **script: object) -> ScriptedSink:
    """Build one."""
    config = ScriptedConfig.model_validate({"path": path, **script})
    return ScriptedSink("scripted", config, Site("box1", "0", path.parent, _none, lambda: 0.0))


def _none(name: str) -> Credential:
    raise KeyError(name)


def ids(path: Path) -> list[str]:
    """Return the ids it took."""
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


async def test_sink_keeps_the_contract(tmp_path: Path) -> None:
    """Without faults it is a sink like any other."""
    path = tmp_path / "taken"
    await check_sink(lambda: make(path), [revision(1), revision(2)], lambda: ids(path))


async def test_check_sink_finds_one_that_mixes_the_order(tmp_path: Path) -> None:
    """The check can fail."""
    path = tmp_path / "taken"
    events = [revision(1), revision(2)]
    with pytest.raises(AssertionError, match="keeps the order"):
        await check_sink(lambda: make(path), events, lambda: ids(path)[::-1])


@pytest.mark.parametrize(
    ("fault", "error"),
    [("event_rejected", EventRejected), ("rejected", SinkRejected), ("gone", SinkUnavailable)],
)
async def test_a_fault_comes_when_its_number_is_due(
    tmp_path: Path, fault: Fault, error: type[Exception]
) -> None:
    """Only the second delivery fails, and nothing is written for it."""
    path = tmp_path / "taken"
    sink = make(path, faults={2: fault})
    async with sink:
        await sink.deliver(revision(1))
        with pytest.raises(error):
            await sink.deliver(revision(2))
    async with sink:
        await sink.deliver(revision(2))
        await sink.show(Stats(at=1, node="box1", uptime_s=1))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [entry.get("id", entry.get("shown")) for entry in lines] == ["e1", "e2", "Stats"]


async def test_a_hang_lasts_until_it_is_cancelled(tmp_path: Path) -> None:
    """A sink that hangs takes nothing."""
    path = tmp_path / "taken"
    async with make(path, faults={1: "hang"}) as sink:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await sink.deliver(revision(1))
    assert path.read_text() == ""


async def test_gone_is_heard_by_who_waits(tmp_path: Path) -> None:
    """Losing the connection ends the wait for it."""
    async with make(tmp_path / "taken", faults={1: "gone"}) as sink:
        waiting = asyncio.timeout(2)
        async with waiting:
            with pytest.raises(SinkUnavailable):
                await sink.deliver(revision(1))
            with pytest.raises(SinkUnavailable):
                await sink.lost()


async def test_connects_fail_as_often_as_scripted(tmp_path: Path) -> None:
    """Then they work."""
    sink = make(tmp_path / "taken", unavailable_connects=2)
    for _ in range(2):
        with pytest.raises(SinkUnavailable):
            await sink.__aenter__()
    async with sink:
        assert sink.connects == 3
