"""Cameras that refuse, are off, break their child or take it over, beside one that is well.

One daemon watches them all, with delays shortened as a whole; figures are scaled alike. The delays
as they are shipped are in `tests/daemon/test_supervisor.py` and `test_faults_at_length.py`.
"""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import psutil
import pytest
from rig.broker import Mosquitto
from rig.camera_b import CameraB, Login, Script
from rig.checkout import ROOT
from rig.clip import Clip
from rig.fleet import settled_port
from rig.refusals import failures, loud
from rig.watched import Watched

pytestmark = pytest.mark.broker

MOST = 2.0
"""Longest usual delay, in place of 30 s; who refused five times is asked at most twice in 2 x
this."""

CRASHED = 3.0
"""In place of 60 s."""

PARKED = 20.0
TIMING = {
    "opening": 30.0,
    "heartbeat": 10.0,
    "retry_first": 0.2,
    "retry_most": MOST,
    "retry_crashed": CRASHED,
    "retry_parked": PARKED,
}
REFUSED = {
    "wrong_own": "check the credential",
    "wrong_libav": "check the credential",
    "full_own": "too many viewers",
    "full_libav": "too many viewers",
    "taken_own": "one viewer",
    "taken_libav": "one viewer",
    "sha_libav": "SHA-256",
}
"""Cameras that refuse us, each with either reader, and what must be said of each."""

BUSY = ("full_own", "full_libav", "taken_own", "taken_libav")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Run the daemon over all of them; at its end, every account balances."""
    folder = tmp_path_factory.mktemp("refusals")
    (folder / "broker").mkdir()
    clip = Clip(frames=40, width=320, height=240, fps=4, gop=4).write(folder / "clip.mp4")
    login = Login("viewer", "right")
    with ExitStack() as stack:
        broker = stack.enter_context(Mosquitto.shipped(folder / "broker"))
        scripts = {
            "well": Script(),
            "wrong": Script(login=login),
            "full": Script(refusals=(("SETUP", "453 Not Enough Bandwidth"),)),
            "taken": Script(single=True),
            "sha": Script(login=Login("viewer", "wrong", ("SHA-256",))),
        }
        cameras = {
            name: stack.enter_context(CameraB(clip, script)) for name, script in scripts.items()
        }
        # Somebody else is watching already.
        stack.enter_context(socket.create_connection(("127.0.0.1", cameras["taken"].port)))
        sources: dict[str, dict[str, object]] = {
            name: {
                "type": "rtsp",
                "url": cameras[name.partition("_")[0]].url,
                "reader": name.partition("_")[2],
                "credential": "viewer",
            }
            for name in REFUSED
        }
        sources["well"] = {"type": "rtsp", "url": cameras["well"].url}
        sources["off"] = {"type": "rtsp", "url": f"rtsp://127.0.0.1:{settled_port()}/video"}
        faults = [{"action": "crash", "at": 2}]
        sources["broken"] = {"type": "sources.testing:ScriptedSource", "faults": faults}
        sources["hijacked"] = {"type": "rig.hijacked:HijackedSource"}
        run = Watched(
            folder / "run",
            broker,
            {name: {"source": source} for name, source in sources.items()},
            secrets={"viewer": ("viewer", "wrong")},
            env={"PYTHONPATH": f"{ROOT / 'tests'}:{ROOT}", "HOME": str(folder / "run")},
            timing=TIMING,
        )
        stack.enter_context(run)
        yield run
        run.end()


@pytest.mark.fault("F05")
def test_refusals_are_told_apart_and_not_insisted_on(watched: Watched) -> None:
    """Four states that name what to do; after five refusals a camera is left in peace.

    Figure, scaled: two attempts in twice the longest delay at most, as two a minute.
    """
    for name, words in REFUSED.items():
        watched.lookout.wait(lambda: watched.state(name) == "refused", 60, f"{name} refused")  # noqa: B023 (waited for at once)
        assert words in watched.statuses(name)[-1].reason
    for name in BUSY:
        watched.lookout.wait(lambda: len(failures(watched, name)) >= 6, 120, f"{name} again")  # noqa: B023 (the same)
        assert all(failure.delay >= MOST for failure in failures(watched, name)[4:])
    for name in set(REFUSED) - set(BUSY):
        assert all(failure.delay == PARKED for failure in failures(watched, name))


@pytest.mark.fault("F15")
def test_crash_loop_is_failed_and_slowed_down(watched: Watched) -> None:
    """Two crashes are forgiven; then the camera is `failed`, and started rarely.

    Figure, scaled to a twentieth: at most 12 starts in half a minute.
    """
    watched.lookout.wait(lambda: len(failures(watched, "broken")) >= 4, 60, "four crashes")
    crashes = failures(watched, "broken")
    # A busy kernel may take its time to say which signal it was.
    assert {failure.reason for failure in crashes} <= {
        *("broken: killed by SIGSEGV", "broken: closed its socket"),
    }
    assert all(failure.delay >= CRASHED for failure in crashes[2:])
    assert crashes[0].delay < CRASHED
    watched.lookout.wait(lambda: watched.state("broken") == "failed", 10, "failed")


@pytest.mark.fault("F62")
def test_child_that_was_taken_over_is_killed_and_failed(watched: Watched) -> None:
    """A pickle is not run and a gigabyte not waited for; the child is gone, the daemon is not."""
    watched.lookout.wait(lambda: watched.state("hijacked") == "failed", 30, "failed")
    assert "nonsense" in watched.statuses("hijacked")[-1].reason
    assert not (watched.folder / "owned").exists()
    assert all(failure.delay == PARKED for failure in failures(watched, "hijacked"))
    child = watched.child("hijacked")
    assert child is None or child.status() == psutil.STATUS_ZOMBIE


def test_camera_that_is_off_stays_quiet_in_the_log(watched: Watched) -> None:
    """However often it is tried, it is said a few times that it is away, and then no more."""
    watched.lookout.wait(lambda: len(failures(watched, "off")) >= 5, 60, "five attempts")
    said = loud(watched, "off")
    assert 2 <= len(said) <= 5
    tried = len(failures(watched, "off"))
    watched.lookout.wait(lambda: len(failures(watched, "off")) >= tried + 3, 60, "three more")
    assert loud(watched, "off") == said
    for name in BUSY:
        assert len(loud(watched, name)) <= 5


def test_camera_that_is_well_noticed_nothing(watched: Watched) -> None:
    """Beside all these it was opened once, and its pictures still come."""
    last = watched.shown("well")[-1]
    watched.fresh("well", last.at)
    assert {status.state for status in watched.statuses("well")} == {"connecting", "online"}
    assert not failures(watched, "well")
