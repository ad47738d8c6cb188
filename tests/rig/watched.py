"""A daemon whose detector writes down which camera's which picture it was shown, and when."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
from rig.accounts import check
from rig.broker import Mosquitto
from rig.lookout import Lookout
from rig.subscriber import Subscriber

ROOM = float(os.environ.get("LOOKOUT_TEST_ROOM", "10"))
"""Times a limit in seconds that quick tests allow, on a machine that is busy with other tests; at
full length limits hold as they stand."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture that came to the detector."""

    camera: str
    index: int
    at: float
    """Monotonic seconds."""

    width: int
    height: int
    truth: tuple[int, int] | None
    """Camera and number that are written in the picture; None if it bears none or is torn."""


@dataclass(frozen=True, slots=True)
class Status:
    """One state of a camera as it was published."""

    state: str
    reason: str
    since: float
    """Unix seconds."""


class Watched:
    """One run of the daemon over several cameras, its subscriber and its detector's record.

    Args:
        folder: Holds everything.
        broker: Where it publishes.
        cameras: As in the configuration.
        secrets: Credentials by name, as (user, password).
        env: What its environment has besides.
        more: Further keys of the configuration.
    """

    def __init__(
        self,
        folder: Path,
        broker: Mosquitto,
        cameras: Mapping[str, Any],
        *,
        secrets: Mapping[str, tuple[str, str]] | None = None,
        env: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.record = folder / "record"
        self.cameras = tuple(cameras)
        self.subscriber = Subscriber(broker.port, folder / "got")
        self.lookout = Lookout(
            folder / "d",
            {
                "detector": {
                    "type": "detectors.testing:ScriptedDetector",
                    "width": 1280,
                    "height": 720,
                    "max_batch": 8,
                    "record": str(self.record),
                },
                "sinks": {"mqtt": {"type": "mqtt", "url": broker.url}},
                "cameras": dict(cameras),
                **more,
            },
            secrets=secrets,
            env=env,
        )
        self._read = 0
        self._shown: list[Shown] = []

    def __enter__(self) -> Self:
        self.subscriber.__enter__()
        self.lookout.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.lookout.kill()
        self.subscriber.__exit__(exc_type, exc, tb)

    def shown(self, camera: str = "") -> list[Shown]:
        """Return the pictures of one camera, or of all, in the order in which they were seen."""
        if self.record.exists():
            with self.record.open("rb") as file:
                file.seek(self._read)
                fresh = file.read()
            whole = fresh[: fresh.rfind(b"\n") + 1]
            self._read += len(whole)
            self._shown += [_shown(json.loads(line)) for line in whole.splitlines()]
        return [one for one in self._shown if camera in {"", one.camera}]

    def statuses(self, camera: str) -> list[Status]:
        """Return every state of a camera, oldest first."""
        topic = f"lookout/box1/cameras/{camera}/status"
        told = [m.json for m in self.subscriber.messages if m.topic == topic]
        return [Status(one["state"], one["reason"], one["since"]) for one in told]

    def state(self, camera: str) -> str:
        """Return the present state of a camera."""
        told = self.statuses(camera)
        return told[-1].state if told else ""

    def notices(self, kind: str, camera: str) -> list[str]:
        """Return what was said once about a camera."""
        topic = "lookout/box1/notices"
        told = [m.json for m in self.subscriber.messages if m.topic == topic]
        return [n["text"] for n in told if (n["kind"], n.get("camera")) == (kind, camera)]

    def child(self, camera: str) -> psutil.Process | None:
        """Return a camera's decoder child, if it has one just now."""
        for child in self.lookout.children("sources.child"):
            try:
                if camera in child.cmdline():
                    return child
            except psutil.Error:
                continue
        return None

    def fresh(self, camera: str, after: float, within: float = 30.0) -> Shown:
        """Wait for the first picture of a camera that was seen later than a monotonic second."""

        def found() -> Shown | None:
            return next((one for one in self.shown(camera) if one.at > after), None)

        self.lookout.wait(found, within, f"a picture of {camera}")
        first = found()
        assert first is not None
        return first

    def end(self, *, torn: float = 0.0) -> None:
        """End the daemon in order, and check every account and every picture's identity.

        Args:
            torn: Share of the pictures that may be damaged beyond recognition.
        """
        assert self.lookout.stop() == 0
        self.subscriber.wait(lambda s: s.latest("lookout/box1/availability") == "offline")
        check(self.lookout, self.subscriber, lost_children=True)
        unknown = [one for one in self.shown() if one.truth is None]
        assert len(unknown) <= torn * len(self.shown()), unknown[:5]
        for camera in self.cameras:
            indices = [one.index for one in self.shown(camera)]
            assert indices == sorted(set(indices)), f"{camera}: an index was used twice"


def _shown(line: Mapping[str, Any]) -> Shown:
    truth = line["truth"]
    return Shown(
        line["camera"],
        line["index"],
        line["at"],
        line["width"],
        line["height"],
        None if truth is None else (truth[0], truth[1]),
    )
