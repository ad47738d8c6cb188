"""All detectors of a daemon."""

import asyncio
import logging
from dataclasses import replace
from typing import Any

import pytest
from rig.detecting import RETRY
from rig.waiting import until

from daemon.backends import Backend, resolve
from daemon.config import CameraConfig, Use
from daemon.crew import Crew
from daemon.detection import DetectorHost, Panel
from daemon.supervisor import Bell
from daemon.systemd import Progress
from daemon.timing import Timing
from detectors import DetectorRejected

CAMERA = CameraConfig.model_validate(
    {"source": {"type": "synthetic"}, "presence": {"labels": ["car"]}}
)


def backend(**script: Any) -> Backend:
    """Make a scripted detector."""
    section = Use.model_validate({"type": "detectors.testing:ScriptedDetector", **script})
    return resolve("detectors", "detector", section, "test")


def crew(said: list[tuple[str, str]], bell: Bell | None = None, /, **backends: Backend) -> Crew:
    """Make a crew whose last member nobody uses."""
    names = list(backends)

    def notice(kind: str, text: str, **details: str | float | bool | None) -> None:
        assert details["detector"] in names
        said.append((kind, text))

    return Crew(
        backends,
        {"yard": (CAMERA, names[:-1]), "porch": (CAMERA, names[:1])},
        timing=Timing(load=20),
        progress=Progress(lambda: 0.0),
        notice=notice,
        bell=bell,
    )


async def test_each_detector_has_troubles_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    """One that is refused is told once and by name; the other works; one nobody uses is absent."""
    said: list[tuple[str, str]] = []
    found = crew(said, people=backend(), cars=backend(load="rejected"), idle=backend())
    with caplog.at_level(logging.WARNING):
        async with found.running(RETRY):
            await until(lambda: found.hosts["people"].running)
            await until(lambda: found.hosts["cars"].figures.starts >= 3)
            assert found.summary() == "1 of 2 detectors"
    assert [kind for kind, _ in said] == ["degraded"]
    assert said[0][1].startswith("cars: nothing is detected: ")
    assert list(found.hosts) == ["people", "cars"]
    assert isinstance(found.of(["people"]), DetectorHost)
    assert isinstance(found.of(["people", "cars"]), Panel)
    assert sum("`lookout check` tries it at once" in text for text in caplog.messages) == 1
    assert "cameras.porch: presence.labels: its detector knows no 'car'; it knows person" in (
        caplog.messages
    )


async def test_a_bell_ends_the_rest_of_one_that_was_refused() -> None:
    """Who rings it may have put the model there that was missing."""
    bell, said = Bell(), list[tuple[str, str]]()
    found = crew(said, bell, cars=backend(load="rejected"), idle=backend())
    async with found.running(replace(RETRY, parked=600)):
        await until(lambda: said)
        assert found.hosts["cars"].figures.starts == 1
        await asyncio.sleep(0)
        bell.ring()
        await until(lambda: found.hosts["cars"].figures.starts == 2)


async def test_who_comes_later_is_tried_out_first() -> None:
    """One that cannot be loaded is refused, told to nobody, and leaves nothing; others take over.

    Whoever is replaced, or used by nobody any more, is ended.
    """
    said: list[tuple[str, str]] = []
    found = crew(said, people=backend(), idle=backend())
    async with found.running(RETRY):
        await until(lambda: found.hosts["people"].running)
        before = found.hosts["people"]
        with pytest.raises(DetectorRejected, match="detector cars: "):
            await found.try_out({"cars": backend(load="rejected"), "people": backend()})
        assert found.hosts == {"people": before}
        hosts = await found.try_out({"cars": backend(), "people": backend(width=64)})
        assert before.running
        await found.adopt(hosts, {"yard": (CAMERA, ["people", "cars"])})
        assert found.hosts == {"people": hosts["people"], "cars": hosts["cars"]}
        assert not before.running
        assert found.summary() == "2 of 2 detectors"
        await found.adopt({}, {"yard": (CAMERA, ["cars"])})
        assert list(found.hosts) == ["cars"]
        assert not hosts["people"].running
    assert said == []


async def test_fallback_is_degraded_and_said() -> None:
    """A detector that runs on less than it was meant to is told as such."""
    said: list[tuple[str, str]] = []
    found = crew(said, detector=backend(load="exhausted", fallback="cpu"), idle=backend())
    async with found.running(RETRY):
        await until(lambda: found.hosts["detector"].figures.state == "fallback")
    assert [kind for kind, _ in said] == ["degraded", "degraded"]
    assert "runs on its fallback" in said[-1][1]
