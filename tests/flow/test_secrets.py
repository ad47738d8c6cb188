"""F51 and F65: secrets are where they are needed, and nowhere else."""

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import psutil
import pytest
from rig.accounts import check
from rig.broker import Mosquitto
from rig.clip import repeat
from rig.lookout import SCRIPTED, Lookout
from rig.model_server import ModelServer
from rig.rtsp_server import RtspServer
from rig.subscriber import Subscriber

from reasoners.testing import answer

pytestmark = [pytest.mark.broker, pytest.mark.rtsp]

FRONT = "k4N-fr0nt @:/%2F?#[]"
BACK = "k4N-b4ck%20&=+ü$ !*"
BROKER = "k4N-br0ker'%41\\"
MODEL = "k4N-m0del%2Fkey~!"
WRONG = "k4N-wr0ng%3Aword"
USER = "viewer"

DENIED = "not authorised to connect; see to credential `broker`"

CHUNK = 16 * 1024 * 1024
SLOTS = "/memfd:lookout-slots (deleted)"
TURNS = "/memfd:turns (deleted)"
OWN = "/memfd:own-memory (deleted)"


def forms(secret: str) -> list[bytes]:
    """Return a secret as it may lie about: raw, quoted, percent-encoded."""
    texts = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1]}
    return [text.encode() for text in texts]


@pytest.fixture(scope="module")
def long_clip(visits_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Join the clip with itself, so that no child ends with its clip in the middle of a search."""
    return repeat(visits_clip, 10, tmp_path_factory.mktemp("long") / "long.mp4")


@pytest.fixture
def front(long_clip: Path) -> Iterator[RtspServer]:
    """Serve a camera that wants a password."""
    with RtspServer(long_clip, user=USER, password=FRONT) as server:
        yield server


@pytest.fixture
def back(long_clip: Path) -> Iterator[RtspServer]:
    """Serve another one, with another password."""
    with RtspServer(long_clip, user=USER, password=BACK, scheme="basic") as server:
        yield server


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Mosquitto]:
    """Run a broker that lets in the daemon by its password, and a subscriber by none of ours."""
    folder = tmp_path / "broker"
    folder.mkdir()
    acl = f"user {USER}\ntopic readwrite lookout/#\n"
    with Mosquitto.guarded(folder, acl, {USER: BROKER}) as broker:
        yield broker


def described(front: RtspServer, back: RtspServer, broker: Mosquitto, model: str) -> dict[str, Any]:
    """Describe a daemon that needs four secrets."""
    seen = {"detect": {"fps": 5}, "presence": {"hold": 0.5}}
    return {
        "detector": SCRIPTED,
        "reasoner": {"type": "openai", "url": model, "model": "m", "credential": "model"},
        "sinks": {"mqtt": {"type": "mqtt", "url": broker.url, "credential": "broker"}},
        "cameras": {
            "front": {
                "source": {"type": "rtsp", "url": front.url, "credential": "front"},
                **seen,
            },
            "back": {"source": {"type": "rtsp", "url": back.url, "credential": "back"}, **seen},
        },
    }


RIGHT = {
    "front": (USER, FRONT),
    "back": (USER, BACK),
    "broker": (USER, BROKER),
    "model": ("", MODEL),
}


@pytest.mark.fault("F65")
def test_no_process_holds_a_secret_it_does_not_need(
    tmp_path: Path, front: RtspServer, back: RtspServer, guarded: Mosquitto
) -> None:
    """Neither in command lines nor environments, descriptors or foreign memory is any secret.

    A child has the password of its own camera, the worker none; reconnects, a child's crash and
    a broker's restart leave none behind either.
    """
    with (
        ModelServer(answer("yes")) as model,
        Lookout(
            tmp_path / "d", described(front, back, guarded, model.url), secrets=RIGHT
        ) as lookout,
    ):
        for name in ("front", "back"):
            lookout.wait_for_log(f"{name}: online")
        model.wait_requests()
        victim = child(lookout, "front")
        victim.send_signal(signal.SIGSEGV)
        back.restart()
        guarded.kill()
        guarded.start()
        for name in ("front", "back"):
            lookout.wait_for_log(f"{name}: online", 30, times=2)
        lookout.wait(lambda: caught_up(lookout), 20, "the broker has taken all")
        assert model.requests[0].headers["authorization"] == f"Bearer {MODEL}"
        processes = [psutil.Process(lookout.pid), *lookout.children()]
        assert len(processes) == 4
        # A child may hold its own password, no other; that the search finds any is seen in the
        # daemon, which holds all.
        holds = searched(lookout)
        assert holds["front"] <= {FRONT}
        assert holds["back"] <= {BACK}
        assert holds["worker"] == set()
        assert in_memory(psutil.Process(lookout.pid), [*forms(FRONT)])
        descriptors(lookout)
        assert lookout.stop() == 0
        check(lookout, lost_children=True, secrets=(FRONT, BACK, BROKER, MODEL))


@pytest.mark.fault("F51")
def test_secrets_are_in_no_message(
    tmp_path: Path, front: RtspServer, back: RtspServer, broker: Mosquitto
) -> None:
    """What a subscriber or a file gets, through a refusing model and a child's death, is clean."""
    with (
        ModelServer(answer("yes", description=f"A note says {MODEL}.")) as model,
        Subscriber(broker.port, tmp_path / "got") as subscriber,
    ):
        config = described(front, back, broker, model.url)
        config["sinks"] = {
            "mqtt": {"type": "mqtt", "url": broker.url},
            "file": {"type": "jsonl", "path": str(tmp_path / "out.jsonl")},
        }
        with Lookout(tmp_path / "d", config, secrets={**RIGHT, "back": (USER, WRONG)}) as lookout:
            lookout.wait_for_log("back: refused")
            lookout.wait_for_log("front: online")
            child(lookout, "front").kill()
            lookout.wait_for_log("front: online", 30, times=2)
            subscriber.wait(lambda s: len(s.events) >= 2, 30)
            assert lookout.stop() == 0
            subscriber.wait(lambda s: s.latest("lookout/box1/availability") == "offline")
            check(lookout, subscriber, lost_children=True, secrets=(FRONT, WRONG, BROKER))
        said = (tmp_path / "got").read_bytes() + (tmp_path / "out.jsonl").read_bytes()
        for secret in (FRONT, WRONG, BROKER):
            assert not any(form in said for form in forms(secret))


def test_f05_wrong_camera_password_is_refused_and_parked(
    tmp_path: Path, front: RtspServer, broker: Mosquitto
) -> None:
    """The camera's state is `refused`, one line says why, and attempts are rare and quiet."""
    config = {
        "sinks": {"mqtt": {"type": "mqtt", "url": broker.url}},
        "cameras": {"front": {"source": {"type": "rtsp", "url": front.url, "credential": "front"}}},
        "timing": {"retry_parked": 2.0},
    }
    with (
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        Lookout(tmp_path / "d", config, secrets={"front": (USER, WRONG)}) as lookout,
    ):
        state = "lookout/box1/cameras/front/state"
        subscriber.wait(lambda s: s.latest(state) == "refused", 20)
        began = time.monotonic()
        lookout.wait_for_log("front: connecting", times=3)
        # Three attempts are two spans of parking.
        assert time.monotonic() - began > 2.0
        subscriber.wait(lambda s: s.latest(state) == "refused", 20)
        assert lookout.stop() == 0
        check(lookout, subscriber, secrets=(WRONG,))
    lines = [line for line in lookout.text().splitlines() if "refuses user or password" in line]
    warnings = [line for line in lines if " WARNING " in line]
    assert len(warnings) == 1
    assert "401" in warnings[0]
    assert "front" in warnings[0]
    assert "credential" in warnings[0]


def test_wrong_broker_password_is_named_and_parked(
    tmp_path: Path, visits_clip: Path, guarded: Mosquitto
) -> None:
    """One line names the credential, events wait in the journal, attempts are rare."""
    config = {
        "sinks": {"mqtt": {"type": "mqtt", "url": guarded.url, "credential": "broker"}},
        "cameras": {
            "yard": {
                "source": {"type": "file", "path": str(visits_clip), "pace": "clip", "loop": True},
                "presence": {"hold": 0.5},
            }
        },
        "timing": {"retry_parked": 2.0, "drain": 1.0},
    }
    with Lookout(tmp_path / "d", config, secrets={"broker": (USER, WRONG)}) as lookout:
        lookout.wait_for_log(DENIED)
        lookout.wait_for_log("yard: online")
        lookout.wait(lambda: len(lookout.events()) >= 2, what="events are committed")
        lookout.wait_for_log(DENIED, times=2)
        assert lookout.stop() == 3
        check(lookout, secrets=(WRONG,))
        lines = [line for line in lookout.text().splitlines() if DENIED in line]
        figures = lookout.figures()["sinks"]["mqtt"]
    assert len([line for line in lines if " WARNING " in line]) == 1
    assert figures["delivered"] == 0
    assert figures["waiting"] == figures["committed"] > 0


def child(lookout: Lookout, camera: str) -> psutil.Process:
    """Return the decoder child of a camera."""
    (found,) = (c for c in lookout.children("sources.child") if camera in c.cmdline())
    return found


def caught_up(lookout: Lookout) -> bool:
    """Tell whether the broker has taken what is committed."""
    figures = lookout.figures()["sinks"]["mqtt"]
    return figures["committed"] > 0 and figures["waiting"] == 0


def shown(process: psutil.Process, secret: str) -> bool:
    """Tell whether a secret is in a process's command line or environment."""
    said = b"".join(Path(f"/proc/{process.pid}/{name}").read_bytes() for name in OPEN)
    return any(form in said for form in forms(secret))


OPEN = ("cmdline", "environ")


def searched(lookout: Lookout) -> dict[str, set[str]]:
    """Return which secrets each process holds in memory; none is on a command line or environment.

    Begins anew when a child was replaced in the middle, as when its clip has ended.
    """
    for _ in range(3):
        try:
            for process in (psutil.Process(lookout.pid), *lookout.children()):
                for secret in (FRONT, BACK, BROKER, MODEL):
                    assert not shown(process, secret), process.cmdline()
            holds = {
                name: {
                    secret
                    for secret in (FRONT, BACK, BROKER, MODEL)
                    if in_memory(process, [*forms(secret)])
                }
                for name, process in (
                    ("front", child(lookout, "front")),
                    ("back", child(lookout, "back")),
                    ("worker", lookout.children("detectors.worker")[0]),
                )
            }
        except (ProcessLookupError, FileNotFoundError, psutil.NoSuchProcess):
            continue
        else:
            return holds
    raise AssertionError("the processes never stood still for a search")


def in_memory(process: psutil.Process, needles: list[bytes]) -> bool:
    """Tell whether any of some texts is in a process's memory."""
    with Path(f"/proc/{process.pid}/mem").open("rb", buffering=0) as memory:
        for start, end in regions(process.pid):
            at = start
            while at < end:
                wanted = min(CHUNK, end - at)
                try:
                    memory.seek(at)
                    data = memory.read(wanted)
                except OSError:
                    break  # not every region can be read
                if any(needle in data for needle in needles):
                    return True
                if len(data) < wanted or at + wanted >= end:
                    break  # the rest of the region cannot be read, or there is none
                at += wanted - 256  # a text may lie across two pieces
    return False


def regions(pid: int) -> list[tuple[int, int]]:
    """Return the readable, writable parts of a process's memory."""
    found = []
    for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
        place, rights, *_ = line.split()
        if rights.startswith("rw"):
            start, end = place.split("-")
            found.append((int(start, 16), int(end, 16)))
    return found


def descriptors(lookout: Lookout) -> None:
    """Assert what each process holds open: its socket, its slots, its camera, nothing of others."""
    daemon = [link(lookout.pid, fd) for fd in fds(lookout.pid)]
    assert any("journal.sqlite" in target for target in daemon)
    pictures: dict[str, set[int]] = {}
    for process in lookout.children():
        targets = [link(process.pid, fd) for fd in fds(process.pid)]
        kinds = [kind(target) for target in targets]
        decodes = "sources.child" in " ".join(process.cmdline())
        assert set(kinds) <= {"null", "pipe", "socket", "memfd", "eventpoll", "eventfd"}, targets
        # The control socket, and for a child the connection to its camera (RTSP inside TCP).
        assert kinds.count("socket") <= (2 if decodes else 1), targets
        # What children share to take turns is empty, and stays so.
        shared = {target for target in targets if kind(target) == "memfd"} - {SLOTS}
        assert shared <= {TURNS, OWN}, targets
        for fd in fds(process.pid):
            if link(process.pid, fd) == TURNS:
                assert Path(f"/proc/{process.pid}/fd/{fd}").stat().st_size == 0
        pictures[process.cmdline()[4]] = slots(process)
        if not decodes:
            assert not any(
                writable(process, fd) for fd in fds(process.pid) if is_slots(process, fd)
            )
    assert len(pictures["front"]) == len(pictures["back"]) == 1
    assert pictures["front"].isdisjoint(pictures["back"])
    # Of a child that died the worker lets go with the next picture.
    (worker,) = lookout.children("detectors.worker")
    own = pictures["front"] | pictures["back"]
    lookout.wait(lambda: slots(worker) == own, what="the worker has the slots of both cameras only")


def slots(process: psutil.Process) -> set[int]:
    """Return which shared memories for pictures a process has open, by inode."""
    return {
        Path(f"/proc/{process.pid}/fd/{fd}").stat().st_ino
        for fd in fds(process.pid)
        if is_slots(process, fd)
    }


def is_slots(process: psutil.Process, fd: str) -> bool:
    """Tell whether a descriptor is a shared memory for pictures."""
    return link(process.pid, fd) == SLOTS


def writable(process: psutil.Process, fd: str) -> bool:
    """Tell whether a descriptor may be written to."""
    text = Path(f"/proc/{process.pid}/fdinfo/{fd}").read_text()
    (flags,) = re.findall(r"^flags:\s+([0-7]+)", text, re.MULTILINE)
    return int(flags, 8) & os.O_ACCMODE != os.O_RDONLY


def fds(pid: int) -> list[str]:
    """Return the numbers of a process's descriptors."""
    return [entry.name for entry in Path(f"/proc/{pid}/fd").iterdir()]


def link(pid: int, fd: str) -> str:
    """Return what a descriptor refers to."""
    try:
        return str(Path(f"/proc/{pid}/fd/{fd}").readlink())
    except FileNotFoundError:
        return "null"  # closed meanwhile


def kind(target: str) -> str:
    """Name what a descriptor refers to by its kind."""
    if target.startswith("/memfd:"):
        return "memfd"
    found = re.match(r"/dev/null|anon_inode:\[(\w+)\]|(\w+):", target)
    if found is None:
        return target
    return found[1] or found[2] or "null"
