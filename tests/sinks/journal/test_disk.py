"""What the disk is asked for, and what is left when it fails or its power goes."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rig.broker import Mosquitto
from rig.checkout import ROOT
from rig.power_cut import Call, Disk, calls, trace

from sinks.journal import Journal, JournalReader
from sinks.soundness import look_over

WRITER = Path(__file__).resolve().parents[2] / "rig" / "disk_writer.py"


def _traces() -> bool:
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], check=False).returncode == 0


pytestmark = pytest.mark.skipif(not _traces(), reason="strace is not here, or may not trace")


def acknowledged(text: str) -> dict[str, str]:
    """Return what a writer said to be durable: event → its picture, or `-`."""
    lines = [line.split() for line in text.splitlines() if line.startswith("committed ")]
    return {event: picture for _, event, picture in lines}


def first(found: list[Call], name: str, ending: str, holds: bytes, after: int = -1) -> int:
    """Return where a call with some bytes first comes, after a place."""
    return next(
        place
        for place, call in enumerate(found)
        if place > after and call.name == name and call.path.endswith(ending) and holds in call.data
    )


@pytest.mark.fault("F39")
@pytest.mark.broker
def test_nobody_sees_an_event_before_it_and_its_picture_are_on_the_disk(tmp_path: Path) -> None:
    """The picture is synced, renamed, its folder synced; then the log with its event; then sent."""
    (tmp_path / "broker").mkdir()
    state = tmp_path / "state"
    state.mkdir()
    with Mosquitto.shipped(tmp_path / "broker") as broker:
        code, said = trace(tmp_path, WRITER, str(state), "30", broker.url)
    assert code == 0
    assert len(acknowledged(said)) == 30
    found = list(calls(tmp_path / "trace", state))
    for event, picture in acknowledged(said).items():
        mark = f'"id":"{event}"'.encode()
        written = first(found, "write", "-wal", mark)
        synced = first(found, "sync", "-wal", b"", written)
        assert synced < first(found, "write", "stdout", f"committed {event} ".encode())
        assert synced < first(found, "send", "network", mark)
        if picture != "-":
            name = str(state / "media" / picture.lstrip("/"))
            renamed = next(i for i, call in enumerate(found) if call.to == name)
            filled = first(found, "sync", f"/{event}/snapshot.jpg.part", b"")
            folder = first(found, "sync", f"/{event}", b"", renamed)
            assert filled < renamed < folder < written


def survives(folder: Path, promised: dict[str, str]) -> None:
    """See that a state folder, as a cut or a failure left it, holds all that was promised."""
    journal = Journal(folder / "journal.sqlite")
    warnings = journal.open()
    journal.close()
    assert not (promised and warnings), warnings
    with JournalReader(folder / "journal.sqlite") as reader:
        events = {entry.event.id: entry.event for entry in reader.events()}
        assert promised.keys() <= events.keys()
        found = look_over(reader, folder / "media")
        assert found.damage == []
        if promised:
            last = max(int(event[1:]) for event in promised)
            assert reader.figures()["sinks"]["mqtt"]["cursor"] >= (last // 7) * 7 // 2 - 4


@pytest.mark.fault("F40")
@pytest.mark.parametrize("cuts", [6, pytest.param(600, marks=pytest.mark.slow)])
def test_power_that_goes_at_any_moment_takes_nothing_that_was_promised(
    tmp_path: Path, cuts: int
) -> None:
    """Whatever of the unsynced writes arrives, in whole or in part: all that was said is there."""
    state = tmp_path / "state"
    state.mkdir()
    code, said = trace(tmp_path, WRITER, str(state), "60")
    assert code == 0
    assert len(acknowledged(said)) == 60
    found = [
        call
        for call in calls(tmp_path / "trace", state)
        if not call.path.endswith(("-shm", ".lock"))
    ]
    chance = random.Random(40)
    promised, done = 0, 0
    disk, told = Disk(state), b""
    for number, place in enumerate(sorted(chance.sample(range(len(found)), cuts))):
        for call in found[done : place + 1]:
            if call.path == "stdout":
                told += call.data
            else:
                disk.apply(call)
        done = place + 1
        left = tmp_path / f"cut{number}"
        left.mkdir()
        disk.cut(chance, left)
        due = acknowledged(told.decode())
        survives(left, due)
        promised += len(due)
        shutil.rmtree(left)
    assert promised > 5 * cuts


FAULTS = [
    *(f"fdatasync:error=EIO:when={n}" for n in (3, 40)),
    *(f"pwrite64:error=ENOSPC:when={n}+" for n in (90,)),
]
MORE = [
    *(f"fdatasync:error=EIO:when={n}" for n in range(1, 101, 3)),
    *(f"pwrite64:error=ENOSPC:when={n}+" for n in range(1, 200, 4)),
    *(f"pwrite64:error=EIO:when={n}" for n in range(2, 200, 9)),
    *(f"fsync:error=EIO:when={n}" for n in range(1, 40, 3)),
]


@pytest.mark.fault("F38")
@pytest.mark.parametrize(
    "fault", [*FAULTS, *(pytest.param(fault, marks=pytest.mark.slow) for fault in MORE)]
)
def test_a_disk_that_fails_once_makes_no_false_promise(tmp_path: Path, fault: str) -> None:
    """The process ends; what it had said is there, whatever the failed call did."""
    state = tmp_path / "state"
    state.mkdir()
    code, said = trace(tmp_path, WRITER, str(state), "60", inject=[fault])
    promised = acknowledged(said)
    if "INJECTED" in (tmp_path / "trace").read_text(encoding="latin-1"):
        assert code != 0 or len(promised) == 60
    survives(state, dict.fromkeys(promised, "-"))


def _small_disk(*command: str) -> list[str]:
    """Run a command with a file system of 40 MB mounted where its first argument says."""
    mount = 'mount -t tmpfs -o size=40m none "$1" && exec "$2" "$3" "$1"'
    space = ["unshare", "--user", "--map-root-user", "--mount"]
    return [*space, "sh", "-c", mount, "sh", *command]


@pytest.mark.fault("F41")
def test_a_full_disk_stops_pictures_and_no_event_and_heals_by_itself(tmp_path: Path) -> None:
    """Filled to the last byte, every event is committed; then all is as it was before."""
    disk, program = tmp_path / "disk", WRITER.with_name("full_disk.py")
    disk.mkdir()
    if subprocess.run(_small_disk(str(disk), "true", ""), check=False).returncode:
        pytest.skip("no file system can be mounted here")
    done = subprocess.run(
        _small_disk(str(disk), sys.executable, str(program)),
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["committed"] == [f"e{number}" for number in range(1, 461)]
    assert found["stored"] == {"before": 30, "full": 0, "after": 30}
    kinds = [told.partition(":")[0] for told in found["told"]]
    assert sorted(kinds) == ["degraded", "degraded", "recovered", "recovered"]
    assert found["reserve"]


def test_what_the_rig_would_find(tmp_path: Path) -> None:
    """A journal that does not wait for its disk loses what it had said; a cut shows it."""
    state = tmp_path / "state"
    state.mkdir()
    program = tmp_path / "careless.py"
    program.write_text(
        WRITER.read_text(encoding="utf-8").replace(
            "        await recorder.prepare",
            "        await recorder.run(recorder._journal._connection.execute,"
            ' "PRAGMA synchronous = OFF")\n        await recorder.prepare',
            1,
        ),
        encoding="utf-8",
    )
    code, said = trace(tmp_path, program, str(state), "30")
    assert (code, len(acknowledged(said))) == (0, 30)
    found = list(calls(tmp_path / "trace", state))
    disk = Disk(state)
    last = max(i for i, call in enumerate(found) if call.path == "stdout")
    for call in found[:last]:
        if call.path != "stdout" and not call.path.endswith(("-shm", ".lock")):
            disk.apply(call)
    chance = random.Random(1)
    for number in range(10):
        left = tmp_path / f"cut{number}"
        left.mkdir()
        disk.cut(chance, left)
        try:
            survives(left, dict.fromkeys(list(acknowledged(said))[:-1], "-"))
        except AssertionError:
            return
    pytest.fail(json.dumps([call.name for call in found[:50]]))
