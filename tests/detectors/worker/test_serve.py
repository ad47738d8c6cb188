"""Questions and answers of a worker, over its real socket."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel
from rig.models import bright_model
from rig.worker import PATIENCE, Camera, Worker, camera, worker

from detectors.message import Detect, Failed, Found, Item, Load, Map, Unmap
from sources import pack
from sources.slot import CAPACITY

SCRIPTED = "detectors.testing:ScriptedDetector"
Rgb = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]


def spot(left: int, top: int, right: int, bottom: int) -> Rgb:
    """Paint a white box on black, 100 x 50 pixels."""
    picture = np.zeros((50, 100, 3), np.uint8)
    picture[top:bottom, left:right] = 255
    return picture


def test_boxes_come_back_in_order() -> None:
    """Each picture of a batch, of whichever camera, gets its own rows."""
    with worker() as process, camera("yard") as yard, camera("gate", 1) as gate:
        process.load(SCRIPTED, {"max_batch": 4})
        process.map(yard)
        process.map(gate)
        found = process.detect(
            yard.put(0, 1, spot(10, 5, 20, 15)),
            gate.put(0, 9, spot(0, 0, 0, 0)),
            yard.put(1, 2, spot(50, 25, 100, 50)),
        )
        rows = [one.tolist() for one in found if one is not None]
        score = float(np.float32(0.9))
        assert np.allclose(rows[0], [[0.1, 0.1, 0.2, 0.3, score, 0]])
        assert rows[1] == []
        assert np.allclose(rows[2], [[0.5, 0.5, 1.0, 1.0, score, 0]])


def test_the_answer_tells_time_and_memory() -> None:
    """`Found` has the seconds the detector took and the bytes the worker holds."""
    with worker() as process, camera("yard") as yard:
        process.load(SCRIPTED, {"delay": 0.05})
        process.map(yard)
        process.ask(yard.put(0, 1, spot(0, 0, 1, 1)))
        found, _ = process.receive()
        assert isinstance(found, Found)
        assert 0.05 <= found.seconds < 5
        assert 1_000_000 < found.rss < 2_000_000_000


def test_pictures_that_are_gone_are_marked() -> None:
    """An old generation, an unfinished one and an unknown camera give -1, the others their rows."""
    with worker() as process, camera("yard") as yard:
        process.load(SCRIPTED)
        process.map(yard)
        old = yard.put(0, 1, spot(0, 0, 10, 10))
        new = yard.put(0, 2, spot(0, 0, 10, 10))
        writing = new.model_copy(update={"generation": new.generation + 1})
        stranger = new.model_copy(update={"camera": "street"})
        found = process.detect(old, new, writing, stranger)
        assert [one is None for one in found] == [True, False, True, True]


def test_a_picture_torn_while_it_is_looked_at_is_not_believed() -> None:
    """A slot that is written again during the call gives -1."""
    with worker() as process, camera("yard") as yard:
        process.load(SCRIPTED, {"delay": 0.5})
        process.map(yard)
        torn = yard.put(0, 1, spot(0, 0, 10, 10))
        whole = yard.put(1, 2, spot(0, 0, 10, 10))
        process.ask(torn, whole)
        # The worker sleeps within the call; what it would read afterwards is another picture.
        _wait_until_asleep(process)
        yard.put(0, 3, spot(90, 40, 100, 50))
        found, _ = process.receive()
        assert isinstance(found, Found)
        assert found.rows == (-1, 1)


def _wait_until_asleep(process: Worker) -> None:
    """Wait until the socket's data was taken, i.e. the request is being worked on."""
    import psutil  # noqa: PLC0415 (only here)

    status = psutil.Process(process.process.pid)
    for _ in range(1000):
        if status.status() == psutil.STATUS_SLEEPING and _unread(process) == 0:
            return
    raise AssertionError("the worker does not take its request")


def _unread(process: Worker) -> int:
    import fcntl  # noqa: PLC0415 (only here)
    import termios  # noqa: PLC0415

    return int(struct.unpack("i", fcntl.ioctl(process.sock, termios.TIOCOUTQ, b"\0" * 4))[0])


def test_slots_can_be_exchanged_and_taken_back() -> None:
    """A camera's new slots replace its old ones; after `Unmap` its pictures are gone."""
    with worker() as process, camera("yard") as before, camera("yard") as after:
        process.load(SCRIPTED)
        process.map(before)
        assert process.detect(before.put(0, 1, spot(0, 0, 10, 10)))[0] is not None
        process.map(after)
        item = after.put(2, 2, spot(0, 0, 100, 50))
        [rows] = process.detect(item)
        assert rows is not None
        assert rows[0, :4].tolist() == [0, 0, 1, 1]
        process.send(Unmap(camera="yard"))
        process.send(Unmap(camera="never seen"))
        assert process.detect(item) == [None]


def test_descriptors_do_not_pile_up() -> None:
    """A hundred exchanged cameras leave no more open files than one."""
    with worker() as process, camera("yard") as yard:
        process.load(SCRIPTED)
        counts = []
        for _ in range(2):
            for _ in range(50):
                process.map(yard)
            process.detect(yard.put(0, 1, spot(0, 0, 1, 1)))
            counts.append(len(list(Path(f"/proc/{process.process.pid}/fd").iterdir())))
        assert counts[0] == counts[1]


def test_a_real_model_answers_through_the_worker(tmp_path_factory: pytest.TempPathFactory) -> None:
    """OpenVINO runs in the worker and finds the bright box."""
    path = bright_model(tmp_path_factory.mktemp("model") / "m.xml", "yolox", number=2)
    with worker() as process, camera("yard") as yard:
        answer = process.load(
            "detectors.openvino:OpenvinoDetector", {"model": str(path), "threads": 1}
        )
        assert not isinstance(answer, Failed)
        assert (answer.width, answer.height, len(answer.labels)) == (128, 96, 80)
        process.map(yard)
        picture = np.zeros((96, 128, 3), np.uint8)
        picture[24:48, 32:64] = 255
        [rows] = process.detect(yard.put(0, 1, picture))
        assert rows is not None
        assert np.allclose(rows, [[0.25, 0.25, 0.5, 0.5, 0.8, 2]], atol=1e-5)


PICKLE = b"cposix\nsystem\n(S'touch evil'\ntR."


def item(**changes: object) -> Item:
    """Name a picture that exists, but for the changes."""
    values = {"camera": "yard", "index": 1, "slot": 0, "generation": 2, "width": 32, "height": 24}
    return Item.model_validate({**values, **changes})


@pytest.mark.parametrize(
    ("message", "blob", "told"),
    [
        (Load(name="again", backend=SCRIPTED, config={}), b"", "a second `load`"),
        (Map(camera="street", slots=3), b"", "no descriptor"),
        (Detect(id=1, items=(item(slot=3),)), b"", "3 slots, not 3"),
        (Detect(id=1, items=(item(slot=-1),)), b"", "3 slots, not -1"),
        (Unmap(camera="yard"), b"bytes", "bytes beside"),
    ],
)
def test_what_no_daemon_says_ends_the_worker(message: BaseModel, blob: bytes, told: str) -> None:
    """F62: a message that makes no sense is named and the worker leaves with its own code."""
    with worker() as process, camera("yard") as yard:
        process.load(SCRIPTED)
        process.map(yard)
        process.send(message, blob)
        _broken(process, told)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (struct.pack("!II", 2**31, 0), "above the cap"),
        (struct.pack("!II", 4, 0) + b"null", "a message that is none"),
        (struct.pack("!II", 15, 0) + b'{"kind":"never"', "a message that is none"),
        (struct.pack("!II", len(PICKLE), 0) + PICKLE, "a message that is none"),
        (pack(Unmap(camera="yard")), "not `load`"),
    ],
)
def test_a_wrong_beginning_ends_the_worker(data: bytes, told: str) -> None:
    """F62: sizes beyond the cap, garbage and messages out of turn are refused, never run."""
    with worker() as process:
        process.send_bytes(data)
        _broken(process, told)


def test_memory_that_is_none_of_slots_is_refused(camera_of_three: Camera) -> None:
    """A descriptor that could shrink under the reader, or is too small, ends the worker."""
    fd = os.memfd_create("not sealed")
    try:
        os.ftruncate(fd, 3 * CAPACITY)
        with worker() as process:
            process.load(SCRIPTED)
            process.send(Map(camera="yard", slots=3), descriptors=[fd])
            _broken(process, "may shrink")
    finally:
        os.close(fd)
    with worker() as process:
        process.load(SCRIPTED)
        process.send(Map(camera="yard", slots=4), descriptors=[camera_of_three.fd])
        _broken(process, "too small")


@pytest.fixture
def camera_of_three() -> object:
    """Make a camera with three slots."""
    with camera("yard", 3) as made:
        yield made


def _broken(process: Worker, told: str) -> None:
    answer, _ = process.receive()
    assert isinstance(answer, Failed)
    assert told in answer.reason
    assert answer.remedy == "unavailable"
    assert process.process.wait(PATIENCE) == 76
