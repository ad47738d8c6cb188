"""Where access units end, and whether they are whole."""

import struct
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.camera_b.payload import footage, payloads
from rig.clip import Clip

from sources.child.rtsp.assembly import MOST, PROBATION, Assembly, Unit
from sources.child.rtsp.description import Codec
from sources.child.rtsp.nal import H264, cutter
from sources.child.rtsp.packet import Packet, rtp
from sources.source import Mishaps

SPS, PPS, SEI = b"\x67\x42\x00\x1e", b"\x68\xce\x3c\x80", b"\x06\x05\x01\x00"
IDR, IDR_REST = b"\x65\x88head", b"\x65\x08rest"
SLICE, REST = b"\x41\x9ahead", b"\x41\x1arest"
GOP = 10


class Sender:
    """A camera of two slices per picture, its packets numbered."""

    def __init__(self, sets: tuple[bytes, ...] = (SPS, PPS)) -> None:
        self.mishaps = Mishaps()
        self.assembly = Assembly(H264(), sets, self.mishaps)
        self.sequence = 65_530
        self.number = 0

    def picture(
        self, marks: str = "-m", *, lost: int | None = None, behind: bytes = b""
    ) -> list[tuple[int, Unit]]:
        """Send one picture; return what came out, with the number of the packet it came with."""
        idr = self.number % GOP == 0
        payloads = [IDR, IDR_REST] if idr else [SLICE, REST]
        payloads += [behind] if behind else []
        found = []
        for place, (payload, mark) in enumerate(zip(payloads, marks, strict=True)):
            sequence = self.sequence = (self.sequence + 1) & 0xFFFF
            if place != lost:
                packet = Packet(mark == "m", 96, sequence, self.number * 3600, 1, payload)
                found += [(place, unit) for unit in self.assembly.feed(packet, float(self.number))]
        self.number += 1
        return found

    def pictures(
        self, count: int, marks: str = "-m", behind: bytes = b""
    ) -> list[tuple[int, Unit]]:
        """Send several."""
        return [found for _ in range(count) for found in self.picture(marks, behind=behind)]


def stamps(found: list[tuple[int, Unit]]) -> list[int]:
    """Return which pictures came out whole."""
    return [unit.stamp // 3600 for _, unit in found if unit.data]


def test_picture_leaves_with_its_last_packet_once_the_marker_is_trusted() -> None:
    """After the probation nothing waits for the next picture any more."""
    sender = Sender()
    assert stamps(sender.pictures(PROBATION)) == list(range(PROBATION - 1))
    assert sender.assembly.trusting is False
    sender.picture()
    assert sender.assembly.trusting
    found = sender.pictures(20)
    assert stamps(found) == list(range(PROBATION + 1, PROBATION + 21))
    assert {place for place, _ in found} == {1}


def test_every_start_brings_its_parameter_sets() -> None:
    """An IDR that comes without them gets those that are known; it alone is marked."""
    units = [unit for _, unit in Sender().pictures(25) if unit.data]
    assert [unit.idr for unit in units[:20]] == [number % GOP == 0 for number in range(20)]
    code = b"\0\0\0\1"
    assert units[0].data == code + code.join((SPS, PPS, IDR, IDR_REST))
    assert units[1].data == code + code.join((SLICE, REST))


@pytest.mark.parametrize("marks", ["--", "mm", "m-"])
def test_marker_that_lies_is_not_believed(marks: str) -> None:
    """None at all, two per picture, one in the middle: pictures end when the next begins."""
    sender = Sender()
    found = sender.pictures(30, marks)
    assert stamps(found) == list(range(29))
    assert not sender.assembly.trusting
    assert sender.mishaps == Mishaps()


def test_message_behind_the_marker_costs_nothing() -> None:
    """An SEI after the marker is dropped; pictures still leave with their last slice."""
    sender = Sender()
    found = sender.pictures(30, "-m-", behind=SEI)
    assert stamps(found) == list(range(30))
    assert [place for place, _ in found[-10:]] == [1] * 10
    assert sender.mishaps.damaged == 0


def test_marker_that_begins_to_lie_costs_its_trust() -> None:
    """What follows is not decoded until the next IDR, and the marker must prove itself anew."""
    sender = Sender()
    sender.pictures(22)
    sender.picture("m-")
    assert stamps(sender.pictures(7)) == []
    assert not sender.assembly.trusting
    found = sender.pictures(30)
    assert stamps(found) == list(range(30, 59))
    assert not sender.assembly.trusting


@pytest.mark.parametrize("lost", [0, 1])
def test_after_a_loss_nothing_is_whole_until_the_next_idr(lost: int) -> None:
    """The picture that lost a packet and all that build on it come out empty, and are counted."""
    sender = Sender()
    sender.pictures(22)
    found = sender.picture(lost=lost) + sender.pictures(17)
    assert stamps(found) == list(range(30, 40))
    assert sender.mishaps.lost == 1
    assert sender.mishaps.damaged in {7, 8}


def test_lost_last_packet_of_a_gop_does_not_cost_the_next() -> None:
    """The IDR that follows is whole, for its own packets are all there."""
    sender = Sender()
    sender.pictures(29)
    sender.picture(lost=1)
    found = sender.pictures(20)
    assert stamps(found)[-9:] == list(range(41, 50))


def test_without_parameter_sets_nothing_starts() -> None:
    """They are waited for, and nothing counts as damaged meanwhile (F10)."""
    sender = Sender(sets=())
    assert stamps(sender.pictures(15)) == []
    sender.number = 19
    for nal in (SPS, PPS):
        sender.sequence = (sender.sequence + 1) & 0xFFFF
        sender.assembly.feed(Packet(True, 96, sender.sequence, 20 * 3600, 1, nal), 0.0)
    sender.number = 20
    assert stamps(sender.pictures(9))[0] == 20
    assert sender.mishaps == Mishaps()


def test_groups_that_are_open_are_started_at(clips: Path) -> None:
    """Of a camera that wrote its one IDR long ago, every group is whole and can be begun with."""
    clip = Clip(frames=40, width=320, height=240, gop=12, b_frames=2, open_gop=True)
    taken = footage(clip.write(clips / "open.mp4"))
    assembly = Assembly(H264(), taken.sets, Mishaps())
    sequence, units = 0, list[Unit]()
    for number, nals in enumerate(taken.units[5:], 5):
        parts = payloads("h264", nals, aggregate=True)
        for place, payload in enumerate(parts, 1):
            packet = Packet(place == len(parts), 96, sequence, number * 3600, 1, payload)
            units += assembly.feed(packet, float(number))
            sequence += 1
    starts = [unit.stamp // 3600 for unit in units if unit.idr]
    assert len(starts) >= 2
    assert starts == [place for place, start in enumerate(taken.idr) if place > 5 and start]
    assert not any(unit.data for unit in units if unit.stamp // 3600 < starts[0])
    codec = av.CodecContext.create("h264", "r")
    assert isinstance(codec, av.VideoCodecContext)
    frames = [frame for unit in units if unit.data for frame in codec.decode(av.Packet(unit.data))]
    assert len(frames) >= 12
    assert frames[0].key_frame
    assert not any(frame.is_corrupt for frame in frames)


def test_what_has_no_end_is_not_collected() -> None:
    """A picture larger than any is dropped; what is held stays bounded."""
    sender = Sender()
    sender.pictures(12)
    big = bytes((0x41,)) + bytes(60_000)
    for _ in range(2 * MOST // 60_000):
        sender.sequence = (sender.sequence + 1) & 0xFFFF
        packet = Packet(False, 96, sender.sequence, 99, 1, big)
        assert not [unit for unit in sender.assembly.feed(packet, 0.0) if len(unit.data) > MOST]


ANY = st.builds(
    Packet,
    st.booleans(),
    st.just(96),
    st.integers(0, 65_535),
    st.integers(0, 3).map(lambda number: number * 3600),
    st.integers(1, 2),
    st.one_of(st.sampled_from([SPS, PPS, SEI, IDR, IDR_REST, SLICE, REST]), st.binary(max_size=9)),
)


@given(st.lists(ANY, max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_packets_make_units_or_none(story: list[Packet]) -> None:
    """Nothing is raised; the first unit that can be decoded is a start, and has parameter sets."""
    mishaps = Mishaps()
    assembly = Assembly(H264(), (), mishaps)
    units = [unit for one in story for unit in assembly.feed(one, 0.0)]
    whole = [unit for unit in units if unit.data]
    if whole:
        assert whole[0].idr
        assert SPS[:1] in whole[0].data


HEADS: dict[Codec, tuple[bytes, ...]] = {
    "h264": (b"\x67", b"\x68", b"\x65\x88", b"\x41\x9a", b"\x41\x1a", b"\x06"),
    "hevc": (b"\x40\x01", b"\x42\x01", b"\x44\x01", b"\x26\x01\x80", b"\x02\x01\x80", b"\x4e\x01"),
}
PICTURE = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5000)), min_size=1, max_size=3)
ODD = st.dictionaries(
    st.integers(0, 60), st.sampled_from(["lost", "twice", "marked", "cut", "other", "extended"])
)


def spoken(codec: Codec, pictures: list[list[tuple[int, int]]], odd: dict[int, str]) -> list[bytes]:
    """Say pictures as RTP; some packets are missing, doubled, or not what they were."""
    said: list[bytes] = []
    sequence = 65_520
    for number, picture in enumerate(pictures):
        nals = tuple(HEADS[codec][kind] + bytes(size) for kind, size in picture)
        parts = payloads(codec, nals, aggregate=False)
        for place, part in enumerate(parts):
            sequence += 1
            sin = odd.get(sequence - 65_520)
            marked = 0x80 * (place == len(parts) - 1 or sin == "marked")
            head = 0x90 if sin == "extended" else 0x80
            source = 2 if sin == "other" else 1
            packet = struct.pack(
                "!BBHII", head, marked | 96, sequence & 0xFFFF, number * 3600, source
            )
            packet += b"\0\0\0\0" * (sin == "extended") + part
            packet = packet[:13] if sin == "cut" else packet
            said += [packet] * {"lost": 0, "twice": 2}.get(sin or "", 1)
    return said


@pytest.mark.parametrize("codec", ["h264", "hevc"])
@given(pictures=st.lists(PICTURE, max_size=30), odd=ODD)
@settings(max_examples=60, deadline=None)
def test_the_short_way_through_a_fragment_ends_where_the_long_one_does(
    codec: Codec, pictures: list[list[tuple[int, int]]], odd: dict[int, str]
) -> None:
    """Whatever is said, packets that just go on make the same units and the same counts."""
    short, long = Mishaps(), Mishaps()
    quick, slow = Assembly(cutter(codec), (), short), Assembly(cutter(codec), (), long)
    for number, data in enumerate(spoken(codec, pictures, odd)):
        packet = rtp(data)
        if packet is None:
            continue
        units = [] if quick.follow(data, number) else quick.feed(packet, number)
        assert units == slow.feed(packet, number)
    assert short == long


def test_most_of_a_large_picture_takes_the_short_way() -> None:
    """Its first packet and its last are looked at; all between just go on."""
    assembly = Assembly(cutter("h264"), (), Mishaps())
    said = spoken("h264", [[(0, 4), (1, 4), (2, 60_000)]], {})
    followed = sum(
        assembly.follow(data, 0.0) or not [assembly.feed(packet, 0.0)]
        for data in said
        if (packet := rtp(data)) is not None
    )
    assert followed == len(said) - 4
