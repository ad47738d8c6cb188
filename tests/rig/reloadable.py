"""A daemon in this process whose configuration changes while it runs."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, model_validator
from rig.waiting import until

from daemon import reloaded
from daemon.app import App
from daemon.config import parse
from daemon.plan import Plan, plan
from daemon.reloaded import Reloaded
from daemon.secrets import Secrets
from sinks.journal import JournalReader

DETECTOR = "detectors.testing:ScriptedDetector"
TIMING = {"opening": 20.0, "silence": 20.0, "heartbeat": 20.0, "stop": 8.0, "drain": 2.0}
WALK = {"type": "rig.spots:SpotSource", "fps": 20, "goes": 10**9}
OFF = {"source": WALK, "enabled": False}
ZONE = {"points": [[0, 0], [1, 0], [1, 1], [0, 1]]}
STANDS = {"when": {"label": "person", "inside": "all"}}


class Mistaken:
    """A backend whose options are judged by code with a mistake in it."""

    class Config(BaseModel):
        """Its options."""

        @model_validator(mode="after")
        def _check(self) -> Self:
            raise RuntimeError("not thought of")


class Running:
    """A daemon, and the configuration it is to read."""

    def __init__(self, folder: Path, **config: Any) -> None:
        self.state = folder / "state"
        self.config: dict[str, Any] = {
            "node": "box1",
            "detector": {"type": DETECTOR, "width": 160, "height": 96},
            "state_dir": str(self.state),
            "timing": TIMING,
            "sinks": sinks_of(folder),
            **config,
        }
        self.stalled = False
        """Whether its file is on a disk that has gone."""

        self.app = App(self.read(), read=self.read)

    def read(self) -> Plan:
        """Make a plan of the configuration as it is now, as soon as it can be read."""
        while self.stalled:
            time.sleep(0.01)
        return plan(parse(self.config, "lookout.yaml"), "lookout.yaml", Secrets())

    async def reload(self, **changes: Any) -> Reloaded:
        """Change the configuration, let it be read, and return what became of it."""
        before = reloaded.read(self.state)
        self.config = {**self.config, **changes}
        self.app.reload()
        await until(lambda: reloaded.read(self.state) != before, within=30)
        found = reloaded.read(self.state)
        assert found is not None
        return found

    async def watched(self, *names: str) -> None:
        """Wait until cameras have an event."""
        await until(lambda: {("latest", name) for name in names} <= self.shown(), within=30)

    def events(self) -> list[dict[str, Any]]:
        """Return every committed revision."""
        with JournalReader(self.state / "journal.sqlite") as reader:
            return [json.loads(entry.event.wire()) for entry in reader.events()]

    def shown(self) -> set[tuple[str, ...]]:
        """Return what is on the board."""
        return set(self.app.board.states)


def sinks_of(folder: Path) -> dict[str, Any]:
    """Return the sinks that it has if nobody says otherwise."""
    return {"out": {"type": "jsonl", "path": str(folder / "out.jsonl")}}


@asynccontextmanager
async def running(one: Running, within: float = 90) -> AsyncIterator[Running]:
    """Run a daemon for as long as the context lasts; nothing is left over."""
    async with asyncio.timeout(within), asyncio.TaskGroup() as group:
        group.create_task(one.app.run())
        try:
            yield one
        finally:
            one.app.stop()
    assert all(line.figures.balanced for line in one.app.lines.values())
    assert all(line.figures.in_hand == 0 for line in one.app.lines.values())
