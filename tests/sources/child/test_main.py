"""Start and end of the process."""

import signal
import subprocess
import sys
import textwrap
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil
import pytest
from rig.child import UNIT, Child, HungUp

from sources.frame import Pixels
from sources.message import Given
from sources.picture import PictureRequest
from sources.slot import LARGEST_SIDE

SCRIPTED = "sources.testing:ScriptedSource"
MEGABYTE = 1_000_000

PARENT = """
    import sys, time
    sys.path.insert(0, {tests!r})
    from rig.child import Child
    child = Child()
    child.open({backend!r}, {config!r})
    child.next()
    print(child.process.pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.fault("F60")
@pytest.mark.parametrize("config", [{}, {"faults": [{"action": "hang", "at": 1}]}])
def test_child_dies_with_its_parent(config: dict[str, object]) -> None:
    """After `kill -9` of the parent no child is alive two seconds later, hung or not (F60)."""
    tests = str(Path(__file__).resolve().parents[2])
    script = textwrap.dedent(PARENT).format(tests=tests, backend=SCRIPTED, config=config)
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout as lines:
        pid = int(lines.readline())
        child = psutil.Process(pid)
        parent.kill()
        parent.wait()
        gone, alive = psutil.wait_procs([child], timeout=2 * UNIT)
    assert not alive
    assert gone


@pytest.mark.parametrize("config", [{}, {"hang_in_open": True}, {"live": False, "frames": 1}])
def test_child_ends_when_the_socket_closes(config: dict[str, object]) -> None:
    """Watching, stuck, or done: within two seconds and with code 0."""
    child = Child()
    child.open(SCRIPTED, config)
    child.receive(10)
    closed = time.monotonic()
    child.close()
    assert child.process.returncode == 0
    assert time.monotonic() - closed < 2 * UNIT


def test_child_of_another_parent_leaves_at_once() -> None:
    """When the parent died before it was watched, the child does not stay."""
    command = [sys.executable, "-P", "-m", "sources.child", "yard", "--control", "0"]
    done = subprocess.run(
        [*command, "--slots", "0", "--parent", "1"],
        stdin=subprocess.DEVNULL,
        timeout=10 * UNIT,
        check=False,
    )
    assert done.returncode == 0


def test_process_is_confined() -> None:
    """No core dump, its camera's name for people, nothing of ours in its environment."""
    with Child(name="back_yard") as child:
        child.open(SCRIPTED, {})
        child.next()
        proc = Path(f"/proc/{child.process.pid}")
        (core,) = [row for row in (proc / "limits").read_text().splitlines() if "core" in row]
        assert core.split()[4:6] == ["0", "0"]
        assert "back_yard" in (proc / "cmdline").read_text()
        assert (proc / "environ").read_text().count("\0") == 1
        names = [str(entry.readlink()) for entry in (proc / "fd").iterdir()]
        assert 1 <= sum("lookout-slots" in name for name in names) <= 2
        assert sum("socket" in name for name in names) == 1
        child.kill(signal.SIGINT)
        assert isinstance(child.next(), Given)


@pytest.mark.fault("F14")
def test_crash_is_seen_as_one() -> None:
    """A segmentation fault ends the child with its signal, without a last word (F14)."""
    with Child() as child:
        child.open(SCRIPTED, {"faults": [{"action": "crash", "at": 3}]})
        with pytest.raises(HungUp):
            child.wait(lambda _: False)
        assert child.exit_code() == -signal.SIGSEGV


def test_bug_ends_the_process(tmp_path: Path) -> None:
    """What is neither unavailable nor rejected is not survived: code 70, and said on stderr."""
    with Child() as child:
        child.open("pathlib:Path", {})
        with pytest.raises(HungUp):
            child.wait(lambda _: False)
        assert child.exit_code() == 70
        assert "AttributeError" in child.errors()


@pytest.mark.fault("F59")
@pytest.mark.parametrize("rounds", [4, pytest.param(50, marks=pytest.mark.slow)])
def test_torn_picture_is_never_believed_when_killed_midway(rounds: int) -> None:
    """Killed while it writes a slot: neither handed over nor taken for a picture (F59)."""
    for _ in range(rounds):
        with Child(slots=1) as child:
            child.open(SCRIPTED, {"live": False, "width": LARGEST_SIDE, "height": LARGEST_SIDE})
            before = stop_midway(child)
            child.kill()
            child.exit_code()
            given = [message for message in child.messages if isinstance(message, Given)]
            with pytest.raises(HungUp):
                child.wait(lambda message: isinstance(message, Given))
            torn = child.slots.generation(0)
            assert torn == before + 1
            for generation in (before, torn, torn + 1):
                pixels = Pixels(0, generation, LARGEST_SIDE, LARGEST_SIDE)
                assert child.slots.read(pixels) is None
            assert all(message.generation <= before for message in given)


def stop_midway(child: Child) -> int:
    """Stop a child while it writes slot 0 and return the generation before."""
    deadline = time.monotonic() + 20 * UNIT
    while time.monotonic() < deadline:
        before = child.slots.generation(0)
        number = child.ask(width=LARGEST_SIDE, height=LARGEST_SIDE)
        while child.slots.generation(0) == before:
            assert time.monotonic() < deadline
        child.kill(signal.SIGSTOP)
        if stopped_at(child) == before + 1:
            return before
        child.kill(signal.SIGCONT)
        child.wait_for(Given, lambda given, number=number: given.id == number)  # type: ignore[misc]
    raise TimeoutError("the child was never caught while it wrote")


def stopped_at(child: Child) -> int:
    """Wait until the child stands still and return the generation of slot 0."""
    process = psutil.Process(child.process.pid)
    while process.status() != psutil.STATUS_STOPPED:
        pass
    return child.slots.generation(0)


GROWTH = 1.5 * MEGABYTE
"""What may come and go within some hundred pictures; a 1080p picture that stays is twice that."""


def floor(child: Child) -> int:
    """Take 36 pictures and return the least memory that was the child's alone, in bytes.

    The least, for a reading may fall on a picture under way, which is 3 to 4 MB at 1080p; alone,
    for its share of a library changes with whoever else loads it.
    """
    least = []
    for _ in range(12):
        for _ in range(3):
            child.next(width=640, height=640)
        least.append(child.private())
    return min(least)


def growth(child: Child) -> float:
    """Return by how much memory grew in the calmest of some spans, in bytes.

    A busy machine lets a decoder take a picture or two more, once; what leaks, leaks in every span.
    """
    floors = [floor(child) for _ in range(4)]
    return min(later - sooner for sooner, later in pairwise(floors))


def test_growth_is_noticed() -> None:
    """A child that keeps a little of what it was given is told from one that does not."""
    faults = [{"action": "grow", "at": number} for number in range(10, 150, 20)]
    with Child() as child:
        config = {"live": False, "fps": 25, "faults": faults, "frames": 200}
        child.open("sources.testing:ScriptedSource", config)
        assert growth(child) > GROWTH


def test_child_stays_small(clip_1080: Path) -> None:
    """Decoding 1080p with four kept pictures it takes 80 MB at most, and does not grow."""
    with Child() as child:
        child.open("sources.file:FileSource", {"path": str(clip_1080), "loop": True})
        for _ in range(60):
            child.next(width=640, height=640)
        assert growth(child) < GROWTH
        assert child.pss() < 80 * MEGABYTE
        given = child.next(width=640, height=640)
        taken = child.take(PictureRequest(index=given.counts.handed_over - 1))
        assert taken.kind == "taken"
        assert np.isfinite(child.pss())
