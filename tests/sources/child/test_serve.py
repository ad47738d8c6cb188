"""The control thread, through a real child."""

import json
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from rig.child import UNIT, Child, HungUp
from rig.clip import Clip
from rig.quiet import Quiet
from rig.road import RoadClip
from rig.rtsp_server import RtspServer

from sources.channel import pack
from sources.message import (
    Attend,
    Failed,
    Given,
    Gone,
    Next,
    Pulse,
    RoadView,
    State,
    Take,
    Taken,
)
from sources.picture import PictureRequest
from sources.testing import read

SCRIPTED = "sources.testing:ScriptedSource"
FILE = "sources.file:FileSource"


def test_given_names_its_picture() -> None:
    """Index, sizes and slot are those of the picture that lies there; numbering goes on."""
    with Child() as child:
        child.open(SCRIPTED, {"live": False, "camera": 9, "width": 640}, first_index=1000)
        for number in range(4):
            given = child.next(slot=number % 3, width=320, height=320)
            assert isinstance(given, Given)
            assert given.index == 1000 + number
            assert (given.full_width, given.full_height) == (640, 240)
            assert (given.width, given.height) == (320, 120)
            assert read(child.picture(given)) == (9, number)


def test_pictures_that_nobody_looks_at_are_not_converted() -> None:
    """Before the time from which pixels are wanted a frame is told, kept and blank."""
    with Child() as child:
        child.open(SCRIPTED, {"live": False, "fps": 10, "width": 640})
        given = [child.next(pixels_from=0.3) for _ in range(5)]
        assert all(isinstance(one, Given) for one in given)
        told = [one for one in given if isinstance(one, Given)]
        assert [one.blank for one in told] == [True, True, True, False, False]
        assert [one.index for one in told] == [0, 1, 2, 3, 4]
        assert {(one.full_width, one.full_height) for one in told} == {(640, 240)}
        assert told[-1].counts.handed_over == 5
        assert told[-1].counts.converted == 2
        assert read(child.picture(told[4])) == (1, 4)
        assert isinstance(child.take(PictureRequest(index=2)), Taken)


@pytest.mark.slow
@pytest.mark.fault("F63")
def test_a_child_that_nobody_asks_for_a_minute_keeps_up_and_converts_nothing() -> None:
    """Its camera is drained, memory stands still, and who asks at last gets the newest picture."""
    seconds = 60
    with Child() as child:
        child.open(SCRIPTED, {"fps": 20, "width": 640})
        first = child.wait_for(Pulse, lambda pulse: pulse.counts.decoded > 10, seconds + 20)
        last = child.wait_for(
            Pulse, lambda p: p.counts.decoded >= first.counts.decoded + 20 * seconds, seconds + 60
        )
        assert last.counts.converted == 0
        assert last.counts.superseded >= last.counts.decoded - 1
        assert last.rss - first.rss < 4_000_000
        given = child.next()
        assert isinstance(given, Given)
        assert given.index >= last.counts.decoded - 1
        assert given.counts.converted == 1


def test_the_road_is_looked_at_where_that_is_asked(tmp_path: Path) -> None:
    """A camera that looks ahead tells lane marks and standing with each picture; others do not."""
    path = RoadClip(frames=20).write(tmp_path / "road.mp4")
    for road in (RoadView(horizon=0.5, heading=0.5, bonnet=1.0), None):
        with Child() as child:
            child.open(FILE, {"path": str(path)}, road=road)
            seen = [child.next() for _ in range(12)]
        told = [one.road for one in seen if isinstance(one, Given)]
        assert len(told) == 12
        if road is None:
            assert told == [None] * 12
        else:
            assert told[-1] is not None
            assert [mark.side for mark in told[-1].marks] == ["left", "right"]
            assert told[-1].still is True


def test_several_questions_are_answered_in_order() -> None:
    """One question per slot may wait, and each gets its own answer."""
    with Child() as child:
        child.open(SCRIPTED, {"live": False})
        asked = [child.ask(slot) for slot in range(3)]
        answers = [
            child.wait_for(Given, lambda given, number=number: given.id == number)  # type: ignore[misc]
            for number in asked
        ]
        assert [answer.slot for answer in answers] == [0, 1, 2]
        assert [answer.index for answer in answers] == [0, 1, 2]


@pytest.mark.fault("F64")
def test_picture_of_a_kept_frame_is_that_frame() -> None:
    """A JPEG shows the index asked for; what left the ring, or never was, is gone (F64)."""
    import cv2  # noqa: PLC0415 (only this test looks into JPEGs)

    with Child() as child:
        child.open(SCRIPTED, {"live": False}, first_index=50, kept=2)
        for _ in range(4):
            child.next()
        taken = child.take(PictureRequest(index=52, longest=240))
        assert isinstance(taken, Taken)
        assert (taken.width, taken.height) == (240, 180)
        jpeg = np.frombuffer(child.jpegs[taken.id], np.uint8)
        decoded = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
        assert read(np.asarray(decoded, np.uint8)) == (1, 2)
        for index in (51, 49, 3, 54, 10**9):
            assert isinstance(child.take(PictureRequest(index=index)), Gone)
        assert isinstance(child.take(PictureRequest(index=53, crop=(0.5, 0, 0.5, 1))), Gone)


def test_pulse_comes_every_second_even_while_opening_hangs() -> None:
    """A child that is stuck in its camera is seen to be alive and to have decoded nothing."""
    with Child() as child:
        child.open(SCRIPTED, {"hang_in_open": True})
        child.wait_for(Pulse)
        for _ in range(3):
            child.wait(lambda message: isinstance(message, Pulse), deadline=1.5 * UNIT)
        pulses = [message for message in child.messages if isinstance(message, Pulse)]
        assert all(pulse.decoded_at is None for pulse in pulses)
        assert pulses[-1].rss > 1_000_000
        hung_up = time.monotonic()
    assert child.process.returncode == 0
    assert time.monotonic() - hung_up < 2 * UNIT


def test_hang_midway_shows_in_the_pulse() -> None:
    """The time of the last decoded picture stands still while pulses go on."""
    with Child() as child:
        child.open(SCRIPTED, {"faults": [{"action": "hang", "at": 5}]})
        child.wait_for(Pulse, lambda pulse: pulse.counts.decoded == 5)
        before = child.wait(lambda message: isinstance(message, Pulse))
        after = child.wait(lambda message: isinstance(message, Pulse))
        assert isinstance(before, Pulse)
        assert isinstance(after, Pulse)
        assert before.decoded_at == after.decoded_at is not None


@pytest.mark.parametrize(
    "data",
    [
        pack(Next(id=1, slot=0, width=416, height=416)),
        struct.pack("!II", 2, 0) + b"{}",
        struct.pack("!II", 8, 0) + b"not json",
        struct.pack("!II", 1 << 31, 0),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_garbled_beginning_ends_the_child_with_a_word(data: bytes) -> None:
    """Whatever comes instead of `open`, the child says why it goes."""
    with Child() as child:
        child.send_bytes(data)
        assert child.wait_for(Failed).reason
        assert child.exit_code() == 1
        assert "Traceback" not in child.errors()


@pytest.mark.parametrize(
    "data",
    [
        pack(Next(id=1, slot=3, width=416, height=416)),
        struct.pack("!II", 2, 0) + b"[]",
        struct.pack("!II", 1 << 31, 0),
        b"".join(pack(Next(id=n, slot=0, width=16, height=16)) for n in range(4)),
    ],
)
def test_garbled_message_ends_the_child_with_a_word(data: bytes) -> None:
    """A slot that does not exist, a flood of questions, nonsense: the child goes, cleanly."""
    with Child() as child:
        child.open(SCRIPTED, {"hang_in_open": True})
        child.send_bytes(data)
        assert "garbled" in child.wait_for(Failed).reason
        assert child.exit_code() == 1
        assert "Traceback" not in child.errors()


def test_secret_is_not_repeated() -> None:
    """A message that cannot be understood is not quoted."""
    with Child() as child:
        text = json.dumps({"kind": "open", "secret": "canary", "slots": "canary"}).encode()
        child.send_bytes(struct.pack("!II", len(text), 0) + text)
        assert "canary" not in child.wait_for(Failed).reason
        child.exit_code()
        assert "canary" not in child.errors()


@pytest.mark.fault("F56")
def test_mask_hides_its_pixels_from_everything(clips: Path) -> None:
    """No bright pixel of a masked object leaves the child, small or full, through H.264 (F56)."""
    import cv2  # noqa: PLC0415 (only this test looks into JPEGs)

    clip = Clip(frames=12, width=1280, height=720, crossing=0.5).write(clips / "bright.mp4")
    band = ((0.0, 0.3), (1.0, 0.3), (1.0, 0.7), (0.0, 0.7))
    with Child() as child:
        child.open(FILE, {"path": str(clip)}, privacy=(band,))
        for _ in range(12):
            given = child.next(width=416, height=416)
            assert isinstance(given, Given)
            rows = child.picture(given)[given.height // 10 : -(given.height // 10)]
            assert rows.max() < 100
            assert rows.max() > 40
            full = child.take(PictureRequest(index=given.index, quality=95))
            jpeg = np.frombuffer(child.jpegs[full.id], np.uint8)
            decoded = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
            assert decoded is not None
            assert np.asarray(decoded)[72:-72].max() < 100


def test_colours_are_right(clips: Path) -> None:
    """Through H.264 and back, the moving square keeps its colour to a few levels, also small."""
    clip = Clip(frames=2, width=1280, height=720).write(clips / "colour.mp4")
    with Child() as child:
        child.open(FILE, {"path": str(clip)})
        given = child.next(width=640, height=640)
        assert isinstance(given, Given)
        picture = child.picture(given)
        assert np.abs(picture[180, 30].astype(int) - (250, 240, 220)).max() <= 6
        assert np.abs(picture[180, 500].astype(int) - 64).max() <= 4
        assert picture[22].max() >= 250
        assert picture[22].min() <= 5


def test_nothing_is_left_behind_by_restarts() -> None:
    """A dozen children in turn leave no process, descriptor or memory mapping with the parent."""
    restarts(12)


@pytest.mark.slow
def test_nothing_is_left_behind_by_a_hundred_restarts() -> None:
    """The same a hundred times, in all ways to end."""
    restarts(100)


def restarts(count: int) -> None:
    """Start and end children, each third one in another way."""
    faults: tuple[list[dict[str, object]], ...] = (
        [],
        [{"action": "crash", "at": 2}],
        [{"action": "unavailable", "at": 2}],
    )
    before: tuple[int, int] | None = None
    for number in range(count):
        with Child() as child:
            child.open(SCRIPTED, {"fps": 100, "faults": faults[number % 3]})
            try:
                for _ in range(4):
                    child.next()
            except (HungUp, BrokenPipeError):  # it died before or while it was asked
                assert child.exit_code() in {-11, 1}
        assert not Path(f"/proc/{child.process.pid}").exists()
        if before is None:
            before = belongings()
    assert belongings() == before


def belongings() -> tuple[int, int]:
    """Count our descriptors and mappings of slots."""
    maps = Path("/proc/self/maps").read_text()
    return len(list(Path("/proc/self/fd").iterdir())), maps.count("lookout-slots")


def test_state_and_stream_are_told_when_they_change() -> None:
    """Connecting, online; a picture spoiled on the way makes it wait for the next good one."""
    with Child() as child:
        child.open(SCRIPTED, {"live": False, "faults": [{"action": "corrupt", "at": 1}]})
        for _ in range(3):
            child.next()
        states = [message.state for message in child.messages if isinstance(message, State)]
        assert states[-1] == "online"
        assert set(states) <= {"connecting", "online", "waiting_idr"}


def test_take_is_answered_while_nothing_is_decoded() -> None:
    """A kept frame can be had also after its camera hung."""
    with Child() as child:
        child.open(SCRIPTED, {"live": False, "faults": [{"action": "hang", "at": 2}]})
        child.next()
        child.send(Take(id=77, request=PictureRequest(index=0)))
        assert child.wait_for(Taken).id == 77


@pytest.mark.rtsp
def test_quiet_camera_rests_and_wakes_when_the_daemon_wishes(tmp_path: Path) -> None:
    """At rest it stays online by its heartbeat; one word later every picture comes again."""
    clip = Quiet(60.0, width=320, height=180).write(tmp_path / "quiet.mp4")
    with RtspServer(clip) as server, Child() as child:
        child.open(
            "sources.rtsp:RtspSource",
            {"url": server.url},
            gate="on",
            gate_heartbeat=3.0,
            ring_bytes=2**22,
        )
        child.send(Attend(live=False))
        child.wait_for(
            Pulse, lambda pulse: pulse.gate is not None and pulse.gate.state == "idle", 20
        )
        first, second = child.next(), child.next()
        assert isinstance(first, Given)
        assert isinstance(second, Given)
        assert second.counts.held > first.counts.held
        states = [message.state for message in child.messages if isinstance(message, State)]
        assert states[-1] == "online"
        child.send(Attend(live=True))
        woken = child.wait(
            lambda m: isinstance(m, Pulse) and m.gate is not None and m.gate.wakes > 0
        )
        assert isinstance(woken, Pulse)
        assert woken.gate is not None
        assert woken.gate.state == "live"
        assert woken.counts.decode_errors == 0
        assert woken.counts.corrupt == 0
