"""SIGTERM ends the daemon in time, whatever hangs; the service manager is told the truth."""

import signal
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest
from rig.accounts import check
from rig.broker import Mosquitto
from rig.faulty_sinks import PATH
from rig.lookout import SCRIPTED, Lookout
from rig.model_server import ModelServer
from rig.proxy import Proxy
from rig.service_manager import ServiceManager

from daemon.exits import Exit
from reasoners.testing import hangs

pytestmark = pytest.mark.broker

PATIENT = {"silence": 60.0, "heartbeat": 60.0, "inference": 60.0, "picture": 60.0}
"""Nothing that hangs is killed before the signal comes."""

HURRIED = {"drain": 2.0, "stop": 4.0}
"""Deadlines of the end scaled down, from 8 s and 10 s."""


def seen(clip: Path) -> dict[str, Any]:
    """Describe a camera that plays a clip again and again."""
    return {
        "source": {"type": "file", "path": str(clip), "pace": "clip", "loop": True},
        "detect": {"fps": 5},
        "presence": {"hold": 0.5},
    }


def mqtt(broker: Mosquitto) -> dict[str, Any]:
    """Describe a sink."""
    return {"mqtt": {"type": "mqtt", "url": broker.url}}


def family(lookout: Lookout) -> list[psutil.Process]:
    """Return every process the daemon has started."""
    return psutil.Process(lookout.pid).children(recursive=True)


@pytest.mark.fault("F46")
@pytest.mark.parametrize(
    ("troubles", "timing", "limit"),
    [
        pytest.param({"camera"}, HURRIED, 4, id="silent_camera"),
        pytest.param({"broker"}, HURRIED, 4, id="dead_broker"),
        pytest.param({"frozen_broker"}, HURRIED, 4, id="frozen_broker"),
        pytest.param({"child"}, HURRIED, 4, id="stopped_child"),
        pytest.param({"worker"}, HURRIED, 4, id="hung_worker"),
        pytest.param({"model"}, HURRIED, 4, id="hung_model"),
        pytest.param(
            {"camera", "broker", "child", "worker", "model"}, {}, 10, id="all_at_once_full_length"
        ),
    ],
)
def test_f46_sigterm_ends_in_time(
    tmp_path: Path,
    visits_clip: Path,
    broker: Mosquitto,
    troubles: set[str],
    timing: dict[str, float],
    limit: float,
) -> None:
    """Whatever hangs, the daemon is gone in time, with 3 when events wait and 0 when none do."""
    trigger = tmp_path / "hang"
    config: dict[str, Any] = {
        "sinks": mqtt(broker),
        "cameras": {"yard": seen(visits_clip)},
        "timing": {**PATIENT, **timing},
    }
    with ExitStack() as life:
        if "camera" in troubles:
            silent = life.enter_context(Proxy(target=1))
            silent.mode = "ignore"
            url = f"rtsp://127.0.0.1:{silent.port}/stream"
            config["cameras"]["silent"] = {"source": {"type": "rtsp", "url": url}}
        if "worker" in troubles:
            config["detector"] = {**SCRIPTED, "fault": "hang", "fault_file": str(trigger)}
        if "model" in troubles:
            model = life.enter_context(ModelServer(hangs()))
            config["reasoner"] = {"type": "openai", "url": model.url, "model": "m", "deadline": 60}
        if "broker" in troubles:
            broker.kill()
        lookout = life.enter_context(Lookout(tmp_path / "d", config))
        wait_for_event(lookout)
        if "model" in troubles:
            model.wait_requests()
        if "worker" in troubles:
            trigger.touch()
            lookout.wait(lambda: not trigger.exists(), what="the worker hangs")
        if "child" in troubles:
            (child,) = (c for c in lookout.children("sources.child") if "yard" in c.cmdline())
            child.suspend()
        if "frozen_broker" in troubles:
            lookout.wait(lambda: delivered(lookout), what="the broker has taken an event")
            broker.freeze()
        relatives = family(lookout)
        began = time.monotonic()
        lookout.signal(signal.SIGTERM)
        code = lookout.wait_end(limit + 5)
        assert time.monotonic() - began <= limit
        _, alive = psutil.wait_procs(relatives, timeout=2)
        assert not alive
        behind = troubles & {"broker", "frozen_broker"}
        assert code == (Exit.BEHIND if behind else Exit.CLEAN)
        assert (lookout.figures()["sinks"]["mqtt"]["waiting"] > 0) == bool(behind)
        check(lookout, lost_children=True)


def wait_for_event(lookout: Lookout) -> None:
    """Wait until an event is committed."""
    lookout.wait_for_log("yard: online")
    lookout.wait(lookout.events, what="an event is committed")


def delivered(lookout: Lookout) -> bool:
    """Tell whether a sink has taken something."""
    return lookout.figures()["sinks"]["mqtt"]["delivered"] > 0


def test_sigint_ends_like_sigterm(tmp_path: Path, visits_clip: Path, broker: Mosquitto) -> None:
    """Ctrl-C is a graceful end too: everything is delivered, every event is ended."""
    config = {"sinks": mqtt(broker), "cameras": {"yard": seen(visits_clip)}}
    with Lookout(tmp_path / "d", config) as lookout:
        wait_for_event(lookout)
        relatives = family(lookout)
        lookout.signal(signal.SIGINT)
        assert lookout.wait_end(10) == Exit.CLEAN
        _, alive = psutil.wait_procs(relatives, timeout=2)
        assert not alive
        check(lookout)
        assert lookout.events()[-1]["type"] == "end"


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_second_signal_ends_at_once(
    tmp_path: Path, visits_clip: Path, broker: Mosquitto, second: signal.Signals
) -> None:
    """Who asks twice does not wait for the drain; what is committed waits in the journal."""
    broker.kill()
    config = {"sinks": mqtt(broker), "cameras": {"yard": seen(visits_clip)}}
    with Lookout(tmp_path / "d", config) as lookout:
        wait_for_event(lookout)
        relatives = family(lookout)
        lookout.signal(signal.SIGTERM)
        lookout.wait_for_log("stopping")
        began = time.monotonic()
        lookout.signal(second)
        assert lookout.wait_end(8) != Exit.CLEAN
        assert time.monotonic() - began < 1.5
        _, alive = psutil.wait_procs(relatives, timeout=2)
        assert not alive
        assert lookout.figures()["sinks"]["mqtt"]["waiting"] > 0
        check(lookout, clean=False)


def test_service_manager_is_told_how_it_goes(
    tmp_path: Path, visits_clip: Path, broker: Mosquitto
) -> None:
    """READY=1 comes once, then pings all the time, then STOPPING=1 and no READY any more."""
    config = {"sinks": mqtt(broker), "cameras": {"yard": seen(visits_clip)}}
    with (
        ServiceManager(tmp_path, watchdog=0.6) as manager,
        Lookout(tmp_path / "d", config, env=manager.env) as lookout,
    ):
        lookout.wait(lambda: manager.times("READY=1"), what="READY=1")
        assert lookout.state.joinpath("journal.sqlite").exists()
        lookout.wait(lambda: len(manager.times("WATCHDOG=1")) >= 10, what="ten pings")
        assert not manager.times("STOPPING=1")
        assert lookout.stop() == 0
        (ready,) = manager.times("READY=1")
        (stopping,) = manager.times("STOPPING=1")
        pings = manager.times("WATCHDOG=1")
    assert ready < stopping
    # A third of what is allowed, with room for a busy machine.
    assert sorted(b - a for a, b in pairwise(pings))[len(pings) // 2] < 0.4
    assert ready - 0.1 <= pings[0]


@pytest.mark.fault("F47")
def test_f47_blocked_loop_is_not_reported_as_well(tmp_path: Path, visits_clip: Path) -> None:
    """While the event loop is blocked, here for 3 s, no ping goes out, and afterwards they do."""
    blocked, trigger = 3.0, tmp_path / "block"
    odd = {
        "type": "rig.faulty_sinks:BlockingSink",
        "path": str(tmp_path / "out.jsonl"),
        "trigger": str(trigger),
        "seconds": blocked,
    }
    config = {"sinks": {"odd": odd}, "cameras": {"yard": seen(visits_clip)}}
    with (
        ServiceManager(tmp_path, watchdog=0.6) as manager,
        Lookout(tmp_path / "d", config, env={**PATH, **manager.env}) as lookout,
    ):
        lookout.wait(lambda: len(manager.times("WATCHDOG=1")) >= 5, what="pings")
        trigger.touch()
        lookout.wait(lambda: not trigger.exists(), what="the sink blocks")
        before = len(manager.times("WATCHDOG=1"))
        lookout.wait(lambda: len(manager.times("WATCHDOG=1")) >= before + 5, what="pings again")
        pings = manager.times("WATCHDOG=1")
        assert lookout.stop() == 0
        check(lookout, sink="odd")
    gaps = [b - a for a, b in pairwise(pings)]
    assert max(gaps) >= blocked - 0.1
    assert len([gap for gap in gaps if gap > blocked / 2]) == 1
