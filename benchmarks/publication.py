"""How long an event takes to its subscriber with a model, without one, and while the model fails.

For each kind of model two daemons run at the same time over the same generated clips, five cameras
each with a visit every 0.9 to 2.3 s: one that asks it about every event, and one without a model.
Whatever else the machine does falls on both alike, what a model on it computes among it.

* `answering`: a real server of our own, that answers in half a second.
* `failing`: that server is frozen for 8 s and goes on for 8 s, again and again, and is killed for
  the last quarter of the time.
* `llama_server`, `local`: llama.cpp's server, and `transformers` in a process of the daemon's, with
  a tiny random model, where they are installed. `local` is loaded while it is measured.

An event's time runs from the last packet of its picture to the arrival of its first revision at an
MQTT subscriber. The event loop is watched from inside (`benchmarks.lagging`), from the daemon's
start on. Each row says what became of its questions: none may be without a terminal state.
"""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from rig.served import Served, find_llama_server, llama_server, small
from rig.visits import Visits

from benchmarks import processes
from benchmarks.listening import Heard, subscriber
from benchmarks.running import ROOT, Running
from benchmarks.scenery import folder
from reasoners import TERMINAL

SPAN = 60.0
"""Seconds that are measured, for each kind."""

WARM_UP = 4.0
PERIODS = (0.9, 1.1, 1.3, 1.7, 2.3)
"""Seconds from visit to visit, camera by camera: pictures for a question, which are taken a second
after its event began, come at all times of other events."""

THERE = 0.5
FROZEN = 8.0
DEADLINE = 5.0
START = 60.0
"""Seconds both daemons have until their first event."""

SETTLE = 2.0
"""Seconds after the last deadline of a question, for its end to arrive."""

LIBRARIES = ("torch", "transformers", "llguidance", "gguf")
WANTED_MS, WANTED_RATIO, WANTED_LAG_MS = 10.0, 1.1, 10.0


def measure() -> dict[str, Any]:
    """Return times of publication, lags and terminal states, kind by kind."""
    home = folder() / "publication"
    home.mkdir(exist_ok=True)
    clips = [
        Visits(count=40, there=THERE, away=period - THERE).write(home / f"visits-{period:g}.mp4")
        for period in PERIODS
    ]
    kinds = ["answering", "failing"]
    if all(map(find_spec, LIBRARIES)):
        _build(home)
        kinds += ["llama_server"] if find_llama_server() is not None else []
        kinds += ["local"]
    return {
        "events": f"{len(PERIODS)} cameras, 320x240, 10/s; deadline {DEADLINE:g} s",
        **{kind: _pair(kind, clips, home) for kind in kinds},
        "wanted": f"p99 within {WANTED_MS:g} ms or a tenth; loop p99 within {WANTED_LAG_MS:g} ms",
        "load_average": processes.load(),
    }


def _pair(kind: str, clips: Sequence[Path], home: Path) -> dict[str, Any]:
    """Run both daemons of a kind; return a row for each, and how they differ."""
    ahead = time.clock_gettime(time.CLOCK_REALTIME) - time.monotonic()
    records = {name: home / f"{kind}-{name}.json" for name in ("without", "with")}
    heard: dict[str, Heard] = {}
    with ExitStack() as life:
        reasoners = {"without": None, "with": _reasoner(kind, home, life)}
        for name, reasoner in reasoners.items():
            heard[name], url = life.enter_context(subscriber())
            config = _config(clips, url, records[name], reasoner)
            life.enter_context(Running(config))
        deadline = time.monotonic() + START
        while not all(map(_events, heard.values())):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{kind}: no event within {START:g} s")
            time.sleep(0.05)
        begins = time.monotonic() + WARM_UP
        ends = begins + SPAN
        time.sleep(WARM_UP + SPAN + DEADLINE + SETTLE)
    rows = {name: _row(heard[name], records[name], begins, ends, ahead) for name in reasoners}
    return {**rows, **_beside(rows["with"], rows["without"])}


def _reasoner(kind: str, home: Path, life: ExitStack) -> Mapping[str, Any]:
    """Start the server of a kind, if it is one; return what the daemon is told to ask."""
    if kind == "local":
        model = {"type": "transformers", "path": str(home / "tiny"), "device": "cpu"}
        return {**model, "threads": 1, "max_tokens": 2000}
    if kind == "llama_server":
        return life.enter_context(llama_server(home / "gguf", home)).reasoner()
    server = life.enter_context(small(home, pause=0.02))
    if kind == "failing":
        life.enter_context(_suffering(server))
    return {**server.reasoner(), "at_once": 8}


def _build(home: Path) -> None:
    """Make the tiny model, in both forms."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    tiny, gguf = str(home / "tiny"), str(home / "gguf")
    for words in (("rig.tiny_model", tiny), ("rig.tiny_gguf", tiny, gguf)):
        subprocess.run([sys.executable, "-m", *words], check=True, env=env)


@contextmanager
def _suffering(server: Served) -> Iterator[None]:
    """Freeze a server and let it go on, in turns; kill it for the last quarter."""
    over = threading.Event()

    def suffer() -> None:
        ends = time.monotonic() + WARM_UP + 0.75 * SPAN
        while time.monotonic() < ends:
            for step in (server.stop, server.resume):
                if over.wait(FROZEN):
                    server.resume()
                    return
                step()
        server.kill()

    thread = threading.Thread(target=suffer, name="suffering")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _config(
    clips: Sequence[Path], url: str, record: Path, reasoner: Mapping[str, Any] | None
) -> dict[str, Any]:
    cameras = {
        f"cam{number}": {
            "source": {"type": "file", "path": str(clip), "pace": "clip", "loop": True},
            "presence": {"hold": 0.2},
            "detect": {"fps": 10},
        }
        for number, clip in enumerate(clips)
    }
    asked = {"reasoner": {**reasoner, "deadline": DEADLINE}} if reasoner is not None else {}
    return {
        "detector": {"type": "detectors.testing:ScriptedDetector"},
        "sinks": {
            "broker": {"type": "mqtt", "url": url},
            "lag": {"type": "benchmarks.lagging:LagSink", "record": str(record)},
        },
        "cameras": cameras,
        **asked,
    }


def _events(heard: Heard) -> list[tuple[float, dict[str, Any]]]:
    """Return what arrived of events; a rule's state has a topic that ends as theirs does."""
    about = heard.about("/presence")
    return [(at, one) for at, one in about if one.get("schema") == "lookout.event/1"]


def _row(heard: Heard, record: Path, begins: float, ends: float, ahead: float) -> dict[str, Any]:
    took: list[float] = []
    states: dict[str, str] = {}
    for at, event in _events(heard):
        if event["type"] == "new" and begins <= at < ends:
            took.append(1000 * (at + ahead - event["frame"]["received_at"]))
            states[event["id"]] = "pending"
        if event["id"] in states:
            states[event["id"]] = event["reasoning"]["state"]
    lag = json.loads(record.read_text())
    late = [ms for at, ms in zip(lag["at"], lag["late_ms"], strict=True) if at < ends]
    return {
        "events": len(took),
        "published_p50_ms": round(statistics.median(took), 1),
        "published_p99_ms": round(float(np.percentile(took, 99)), 1),
        "published_most_ms": round(max(took), 1),
        "loop_late_p99_ms": round(float(np.percentile(late, 99)), 2),
        "loop_late_most_ms": round(max(late), 1),
        "terminal": {
            state: sum(1 for one in states.values() if one == state)
            for state in sorted(set(states.values()) & TERMINAL)
        },
        "without_an_end": sum(1 for state in states.values() if state == "pending"),
    }


def _beside(row: Mapping[str, Any], without: Mapping[str, Any]) -> dict[str, Any]:
    more = row["published_p99_ms"] - without["published_p99_ms"]
    ratio = row["published_p99_ms"] / without["published_p99_ms"]
    return {
        "p99_more_ms": round(more, 1),
        "p99_ratio": round(ratio, 3),
        "met": (more <= WANTED_MS or ratio <= WANTED_RATIO)
        and row["loop_late_p99_ms"] <= WANTED_LAG_MS,
    }
