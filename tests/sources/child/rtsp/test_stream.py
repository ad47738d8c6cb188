"""The RTSP client through a real child, in front of a camera that commits the sins of real ones."""

import time
from contextlib import closing
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from rig.camera_b import CameraB, Jump, Pause, Script
from rig.camera_b.payload import Footage, footage
from rig.child import UNIT, Child
from rig.clip import Clip
from rig.shifting import Steps, joined
from rig.sight import overlap

from detectors import Picture
from detectors.testing import ScriptedConfig, ScriptedDetector
from sources.child.rtsp.connection import Target
from sources.child.rtsp.errors import NotUnderstood
from sources.child.rtsp.stream import RtspStream
from sources.message import Counts, Failed, Given, Pulse, StreamInfo
from sources.source import Packet
from sources.testing import read

RTSP = "sources.rtsp:RtspSource"
READERS = ["own", "libav"]
OWN = {"reader": "own"}


@pytest.fixture(scope="module")
def h264(clips: Path) -> Footage:
    """Make a hundred pictures, fifty a second, every twelfth an IDR."""
    path = Clip(frames=100, width=320, height=240, gop=12).write(clips / "sins.mp4")
    return replace(footage(path), fps=50.0)


@pytest.fixture(scope="module")
def hevc(clips: Path) -> Footage:
    """Make the same in H.265."""
    path = Clip(frames=50, width=320, height=240, gop=12, codec="libx265")
    return replace(footage(path.write(clips / "sins265.mp4")), fps=50.0)


def watch(
    camera: CameraB, count: int, reader: str = "own", **options: Any
) -> tuple[list[Given], list[int], Child]:
    """Take so many pictures; return them, their burned-in numbers and the child, which has ended.

    Each picture is one that the camera sent, and later than the one before: otherwise its number
    would be one of a round that the camera has not come to.
    """
    config = {"url": camera.url, "reader": reader}
    with Child() as child:
        child.open(RTSP, config, **{"wall": time.time() - time.monotonic(), **options})  # noqa: TID251 (as the daemon does)
        taken: list[Given] = []
        numbers: list[int] = []
        while len(taken) < count:
            given = child.next()
            assert isinstance(given, Given)
            truth = read(child.picture(given))
            assert truth is not None
            taken.append(given)
            # The clip begins anew after its last picture; the numbers go on.
            last, length = max(numbers, default=-1), len(camera.footage.units)
            rounds = max(0, -(-(last + 1 - truth[1]) // length))
            numbers.append(truth[1] + rounds * length)
        assert numbers[-1] <= len(camera.sent)
    dated = [one.captured for one in taken if one.captured is not None]
    assert dated == sorted(dated)
    assert [one.time for one in taken] == sorted(one.time for one in taken)
    return taken, numbers, child


def counts(child: Child) -> Counts:
    """Return what the child counted last."""
    found = [m.counts for m in child.messages if isinstance(m, Pulse | Given)]
    return found[-1]


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize(
    "script",
    [
        Script(),
        Script(headers=True, chunk=700, aggregate=False),
        Script(control="absolute", base="none", rtp_info="wrong", sets=False),
        Script(control="query", base="plain", asks=True, sets_from=None),
        Script(garbage=((5, b"\0\1\2 no RTSP"), (9, b"RTSX"))),
        Script(rtp_info="late"),
    ],
    ids=["honest", "odd", "absolute", "query", "garbage", "late"],
)
def test_camera_is_followed_whatever_its_habits(
    request: pytest.FixtureRequest, codec: str, script: Script
) -> None:
    """Addresses, headers, splits, garbage and late answers make no difference to any picture."""
    with CameraB(request.getfixturevalue(codec), script) as camera:
        _, numbers, child = watch(camera, 20)
        assert numbers == sorted(numbers)
        assert camera.asked("TEARDOWN") or not camera.sent
    assert counts(child).corrupt == counts(child).damaged == counts(child).decode_errors == 0
    said = [m for m in child.messages if isinstance(m, StreamInfo)]
    assert (said[-1].codec, said[-1].width, said[-1].height) == (codec, 320, 240)
    assert said[-1].details["reader"] == "own"
    if script.sets:
        assert (said[0].width, said[0].height) == (320, 240)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@pytest.mark.parametrize(
    "script",
    [
        Script(units="together", sets=False),
        Script(units="coded", counts=False),
        Script(units="padded", base="bare"),
    ],
    ids=["together", "coded", "padded"],
)
def test_units_are_found_however_they_are_packed(
    request: pytest.FixtureRequest, codec: str, script: Script
) -> None:
    """Start codes within packets, padding, answers without a number, an address without scheme."""
    with CameraB(request.getfixturevalue(codec), script) as camera:
        stream = RtspStream(Target(("127.0.0.1",), camera.port, 5.0), camera.url, None, 5.0)
        stream.begin(3.0)
        numbers = []
        with closing(stream):
            for packet in islice(stream.packets(), 20):
                for picture in stream.decode(packet):
                    assert not picture.corrupt
                    truth = read(picture.rgb(320, 240))
                    assert truth is not None
                    numbers.append(truth[1])
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len(numbers) >= 18
    assert stream.mishaps.damaged == stream.mishaps.lost == 0


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_packets_of_an_unknown_make_are_left_to_others(
    request: pytest.FixtureRequest, codec: str
) -> None:
    """Where nothing is missing and nothing fits together, another reader may get on better."""
    with CameraB(request.getfixturevalue(codec), Script(units="unknown")) as camera:
        stream = RtspStream(Target(("127.0.0.1",), camera.port, 5.0), camera.url, None, 5.0)
        with pytest.raises(NotUnderstood, match="put together"):
            stream.begin(3.0)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_picture_is_there_before_the_next_one_is_sent(
    request: pytest.FixtureRequest, codec: str
) -> None:
    """At five pictures per second none is held back for a fifth of a second."""
    slow = replace(request.getfixturevalue(codec), fps=5.0)
    with CameraB(slow) as camera:
        taken, numbers, _ = watch(camera, 14)
        delays = sorted(
            one.arrival - camera.sent[number]
            for one, number in zip(taken[9:], numbers[9:], strict=True)
        )
    assert delays[len(delays) // 2] < 0.1


@pytest.mark.parametrize("markers", ["none", "twice", "early_sei"])
def test_marker_that_sins_costs_no_picture(h264: Footage, markers: Any) -> None:
    """None, two per picture, a message behind it: every picture comes, whole."""
    with CameraB(h264, Script(markers=markers)) as camera:
        _, numbers, child = watch(camera, 30)
    assert numbers == sorted(numbers)
    assert counts(child).corrupt == counts(child).damaged == counts(child).decode_errors == 0


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.fault("F06")
def test_f06_stamps_wrap(h264: Footage, reader: str) -> None:
    """RTP stamps begin again after 2^32: no gap, no restart, and times keep their measure (F06).

    Figure: the stream's time is wrong by at most a frame, over the wrap as before it.
    """
    with CameraB(h264, Script(first_stamp=2**32 - 90_000, reports=0.2)) as camera:
        taken, numbers, child = watch(camera, 60, reader)
        assert len(camera.asked("PLAY")) == 1
        truth = camera.taken
    assert counts(child).discontinuities == 0
    assert not [m for m in child.messages if isinstance(m, Failed)]
    # The stream's time is when pictures came, the camera's what its stamps and reports say.
    frame, wrap = 1 / h264.fps, 50
    came = {number: one.time - number * frame for one, number in zip(taken, numbers, strict=True)}
    assert abs(middle(came, range(wrap, 60)) - middle(came, range(20, wrap))) <= frame * UNIT
    if reader == "own":
        wrong = {
            number: one.captured - truth[number]
            for one, number in zip(taken, numbers, strict=True)
            if one.captured is not None
        }
        assert len(wrong) > 30
        for span in (range(20, wrap), range(wrap, 60)):
            assert abs(middle(wrong, span)) <= frame * UNIT


def middle(values: dict[int, float], of: range) -> float:
    """Return the median of some values."""
    found = sorted(value for number, value in values.items() if number in of)
    return found[len(found) // 2]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("script", "jumps"),
    [
        (Script(rtp_info="late"), 0),
        (Script(reports=0.2, clocks=(Jump(25, -2.0),)), 1),
        (Script(reports=0.2, clocks=(Jump(25, 3600.0),)), 1),
        (Script(reports=0.2, stamps=(Jump(25, 600.0),)), 1),
        (Script(reports=0.2, stamps=(Jump(25, -600.0),)), 1),
    ],
    ids=["late", "report-2s-back", "report-1h-forward", "stamp-forward", "stamp-back"],
)
@pytest.mark.fault("F07")
def test_f07_clocks_that_jump(h264: Footage, script: Script, jumps: int, reader: str) -> None:
    """Jumps of stamps and reports are counted by our reader; no time decreases with any (F07)."""
    with CameraB(h264, script) as camera:
        _, _, child = watch(camera, 55, reader)
        assert len(camera.asked("PLAY")) == 1
    if reader == "own":
        assert counts(child).discontinuities == jumps


@pytest.mark.parametrize(
    ("ahead", "clock"), [(0.0, "camera"), (2.0, "shifted"), (-3600.0, "ignored")]
)
def test_cameras_clock_is_judged(h264: Footage, ahead: float, clock: str) -> None:
    """One that is right is believed, one that is a little off corrected, a wrong one ignored."""
    with CameraB(h264, Script(clock=ahead, reports=0.2)) as camera:
        taken, _, child = watch(camera, 15)
    info = [m for m in child.messages if isinstance(m, StreamInfo)][-1]
    assert info.details["clock"] == clock
    known = [one for one in taken if one.captured is not None]
    assert bool(known) == (clock != "ignored")
    assert all(one.arrival - one.captured < UNIT for one in known if one.captured is not None)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.fault("F08")
def test_f08_size_changes_midway_and_back(clips: Path, reader: str) -> None:
    """Slots follow the stream's size; squares and privacy masks keep their relative places (F08).

    Figure: overlap of a square with where it is in truth at least 0.99, in every picture of every
    size; masks cover theirs, and at most 4 pixels around.
    """
    shown = [
        Steps(frames=20, width=width, height=height, fps=25, gop=10)
        for width, height in ((640, 360), (1280, 720), (640, 360))
    ]
    left, top, right, bottom = (0.103, 0.257, 0.351, 0.749)
    mask = ((left, top), (right, top), (right, bottom), (left, bottom))
    stream = replace(joined(shown, clips), fps=12.5)
    detector = ScriptedDetector("yard", ScriptedConfig())
    sizes: list[tuple[int, int]] = []
    with CameraB(stream, Script(sets_from=None)) as camera, Child() as child:
        child.open(RTSP, {"url": camera.url, "reader": reader}, privacy=[mask])
        while len(sizes) < 3:
            given = child.next(width=1280, height=720)
            assert isinstance(given, Given)
            picture = child.picture(given)
            size = (picture.shape[1], picture.shape[0])
            if sizes[-1:] != [size]:
                sizes.append(size)
            truth = read(picture)
            assert truth is not None
            [found] = detector.detect([Picture("yard", given.index, picture)])
            assert overlap(tuple(found.xyxy[0]), shown[0].box(truth[1])) >= 0.99
            around = black(picture)
            assert all(0 <= (mask[0][axis] - around[axis]) * size[axis] <= 4 for axis in (0, 1))
            assert all(0 <= (around[2 + axis] - mask[2][axis]) * size[axis] <= 4 for axis in (0, 1))
        assert len(camera.asked("PLAY")) == 1
    assert sizes == [(640, 360), (1280, 720), (640, 360)]
    told = [(m.width, m.height) for m in child.messages if isinstance(m, StreamInfo)]
    assert told[-3:] == sizes


def black(picture: Any) -> tuple[float, float, float, float]:
    """Return where a picture is painted black, between the blocks of its number, 0 to 1."""
    height, width = picture.shape[:2]
    dark = picture.max(axis=2) == 0
    band = height // 10
    dark[:band] = dark[-band:] = False
    rows, columns = dark.any(axis=1).nonzero()[0], dark.any(axis=0).nonzero()[0]
    assert dark.sum() > 0.99 * len(rows) * len(columns)
    return (
        columns[0] / width,
        rows[0] / height,
        (columns[-1] + 1) / width,
        (rows[-1] + 1) / height,
    )


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.fault("F10")
def test_f10_parameter_sets_come_late(h264: Footage, reader: str) -> None:
    """Without any in the description nor in the first second, it waits and then sees (F10)."""
    with CameraB(h264, Script(sets=False, sets_from=48)) as camera, Child() as child:
        child.open(RTSP, {"url": camera.url, "reader": reader})
        given = child.next(deadline=15)
        assert isinstance(given, Given)
        truth = read(child.picture(given))
        assert truth is not None
        assert len(camera.sent) > 48
        assert counts(child).corrupt == 0
        if reader == "own":
            # libavformat needs more of them before it believes that there is a stream.
            assert truth[1] >= 48
            assert given.arrival - camera.sent[48] < 0.25 + UNIT


@pytest.mark.parametrize("lost", [(20, 0), (24, 0), (30, 0)])
def test_nothing_damaged_is_given(h264: Footage, lost: tuple[int, int]) -> None:
    """After a lost packet no picture comes before the next IDR; what is left out is counted."""
    with CameraB(h264, Script(lost=frozenset({lost}))) as camera:
        _, numbers, child = watch(camera, 50)
    idr = -(-(lost[0] + 1) // 12) * 12
    assert not [number for number in numbers[:45] if lost[0] <= number < idr]
    assert max(numbers) > idr
    assert counts(child).lost == 1
    assert counts(child).damaged >= 1
    assert counts(child).corrupt == 0


def test_pictures_that_were_collected_come_when_their_stamps_say(h264: Footage) -> None:
    """Read together, they are dated as they came: apart by their stamps, never in the future."""
    with CameraB(h264, Script()) as camera:
        port = int(camera.url.split(":")[2].split("/")[0])
        stream = RtspStream(Target(("127.0.0.1",), port, 5.0), camera.url, None, 5.0)
        packets = stream.packets()
        for _ in range(20):
            next(packets)
        stream.lull = 0.3
        before = time.monotonic()
        collected: list[Packet] = []
        read_at: list[float] = []
        while len(collected) < 60:
            collected.append(next(packets))
            read_at.append(time.monotonic())
        stream.close()
    arrivals = [packet.arrival for packet in collected]
    assert arrivals == sorted(arrivals)
    assert all(came <= read for came, read in zip(arrivals, read_at, strict=True))
    together = [
        later.arrival - earlier.arrival
        for (earlier, later), (one, other) in zip(
            pairwise(collected), pairwise(read_at), strict=True
        )
        if other - one < 0.005
    ]
    assert len(together) > 30, "they were not read together"
    assert median(together) == pytest.approx(1 / h264.fps, abs=0.002)
    assert before - 1 < arrivals[0]


def test_session_is_kept_alive(h264: Footage) -> None:
    """A camera that forgets silent viewers after two seconds is told in time."""
    with CameraB(h264, Script(session=2, keeps_alive="OPTIONS")) as camera:
        taken, _, _ = watch(camera, 160)
        assert taken[-1].arrival - taken[0].arrival > 3
        assert len(camera.connections) == 1
        assert len(camera.asked("OPTIONS")) >= 3


def test_pause_within_patience_is_survived_and_a_longer_one_is_not(h264: Footage) -> None:
    """Silence is measured from the last packet of a picture."""
    with (
        CameraB(h264, Script(pauses=(Pause(10, 1.0), Pause(20, 30.0)))) as camera,
        Child() as child,
    ):
        child.open(RTSP, {"url": camera.url, "read_timeout": 2.0 * UNIT, **OWN})
        failed = child.wait_for(Failed, deadline=12)
        assert "silent for" in failed.reason
        assert failed.counts.decoded >= 20
        assert len(camera.connections) == 1


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (Script(redirect="rtsp://169.254.169.254/x"), "(302, to rtsp://169.254.169.254/x)"),
        (Script(refusals=(("SETUP", "461 Unsupported Transport"),)), "set `transport: udp`"),
        (Script(refusals=(("SETUP", "453 Not Enough Bandwidth"),)), "too many viewers"),
        (Script(ends=20), "closed the connection"),
    ],
)
@pytest.mark.fault("F05", "F54")
def test_ends_have_names(h264: Footage, script: Script, reason: str) -> None:
    """A redirect is not followed, a full camera and an ended stream are told apart (F05, F54)."""
    with CameraB(h264, script) as camera, Child() as child:
        child.open(RTSP, {"url": camera.url})
        assert reason in child.wait_for(Failed).reason
        assert len(camera.connections) == 1


def test_what_we_do_not_speak_is_left_to_libav(h264: Footage) -> None:
    """`auto` takes the other reader and says why; `own` says what to do."""
    refusals = (("SETUP", "455 Method Not Valid in This State"),)
    with CameraB(h264, Script(refusals=refusals)) as camera:
        with Child() as child:
            child.open(RTSP, {"url": camera.url})
            child.wait_for(Failed)
        assert len(camera.connections) >= 2
        with Child() as child:
            child.open(RTSP, {"url": camera.url, **OWN})
            failed = child.wait_for(Failed)
            assert failed.remedy == "rejected"
            assert "reader: auto" in failed.reason


def test_camera_that_refreshes_bit_by_bit_is_left_to_libav(clips: Path) -> None:
    """No picture stands alone: it is shown before the clip begins anew, and by whom is said."""
    clip = Clip(frames=400, width=320, height=240, fps=50, gop=20, refresh=True)
    film = footage(clip.write(clips / "refreshed.mp4"))
    assert film.idr.count(True) > 2
    with CameraB(film, Script(begins=30)) as camera:
        with Child() as child:
            child.open(RTSP, {"url": camera.url})
            given = child.next()
            assert isinstance(given, Given)
            truth = read(child.picture(given))
            assert truth is not None
            assert truth[1] > 30
            info = child.wait_for(StreamInfo)
            assert info.details["reader"] == "libav"
            assert "bit by bit" in str(info.details["reader_reason"])
        with Child() as child:
            child.open(RTSP, {"url": camera.url, **OWN})
            assert "set `reader: auto`" in child.wait_for(Failed).reason


def test_packets_out_of_order_are_left_to_libav(h264: Footage) -> None:
    """Pictures come all the same, by the reader that knows how, and it is said why."""
    sdp = (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
        "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-max-don-diff=1;"
        f"{h264.format_parameters}\r\na=control:trackID=0\r\n"
    )
    with CameraB(h264, Script(sdp=sdp)) as camera, Child() as child:
        child.open(RTSP, {"url": camera.url})
        assert isinstance(child.next(deadline=15), Given)
        info = child.wait_for(StreamInfo)
        assert info.details["reader"] == "libav"
        assert "interleaved" in str(info.details["reader_reason"])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.fault("F54")
def test_redirect_is_followed_by_neither_reader(h264: Footage, reader: str) -> None:
    """Where a camera sends us, nothing is opened; that it does is said (F54)."""
    with CameraB(h264) as other, CameraB(h264, Script(redirect=other.url)) as camera:
        with Child() as child:
            child.open(RTSP, {"url": camera.url, "reader": reader})
            failed = child.wait_for(Failed)
        assert not other.connections
    assert failed.remedy == "rejected"
    assert "elsewhere" in failed.reason


def test_udp_that_does_not_come_through_is_given_up_with_advice(h264: Footage) -> None:
    """A camera that plays and sends nothing to our ports is gone, and another way is named."""
    script = Script(transport="RTP/AVP;unicast;client_port=1-2;server_port=3-4")
    with CameraB(h264, script) as camera, Child() as child:
        config = {"url": camera.url, "transport": "udp", "reader": "own", "read_timeout": 1}
        child.open(RTSP, config)
        failed = child.wait_for(Failed)
        assert failed.remedy == "unavailable"
        assert "try `transport: tcp`" in failed.reason
        assert child.exit_code() == 1
