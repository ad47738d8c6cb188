"""Whether the data of an HEVC picture ends where its arithmetic decoding does."""

import random
from pathlib import Path

import av
import av.error
import av.logging
import numpy as np
import pytest
from av.video.frame import VideoFrame
from rig.hevc import damaged, decoder, encoded, of_file, slices_of

from sources.child.slice_end import DEAF, MOST, Payload, SliceEnd

MANNERS = (
    "",
    "bframes=3:b-adapt=0",
    "slices=3:pools=2",
    "slices=4:pools=2:bframes=3",
    "slices=2:pools=2:wpp=1:ctu=16",
    "pools=2:wpp=1",
    "lossless=1",
    "tskip=1:ctu=16:rect=1:amp=1",
    "crf=44",
)
"""How encoders differ: order, slices, entry points, bypassed transforms, block sizes, rate."""


@pytest.mark.parametrize("manner", MANNERS)
def test_what_is_whole_is_sound(manner: str) -> None:
    """Every picture ends rightly, however its encoder works."""
    codec = decoder()
    end = SliceEnd(codec)
    for packet in encoded(manner):
        end.decode(codec.decode, av.Packet(packet))
        assert end.sound()
    assert end.known
    assert end.between


@pytest.mark.slow
@pytest.mark.parametrize("crf", [20, 34])
def test_real_scenes_are_sound(material: Path, crf: int) -> None:
    """Of every real clip, encoded anew at two rates, each picture ends rightly: false alarms 0."""
    pictures = 0
    for clip in sorted((material / "media").iterdir()):
        codec = decoder()
        end = SliceEnd(codec)
        for packet in encoded(f"crf={crf}", pictures=of_file(clip, 60)):
            end.decode(codec.decode, av.Packet(packet))
            assert end.sound(), clip.name
            pictures += 1
    assert pictures >= 60


def test_a_flipped_bit_in_the_data_is_noticed() -> None:
    """Of 50 packets with a flipped bit in the data of their slice hardly any ends rightly."""
    rng = random.Random(3)
    packets = encoded()
    noticed = 0
    for _ in range(50):
        which = rng.randrange(len(packets))
        codec = decoder()
        end = SliceEnd(codec)
        for packet in packets[:which]:
            end.decode(codec.decode, av.Packet(packet))
        end.decode(codec.decode, av.Packet(damaged(packets[which], rng.uniform(0.5, 0.9))))
        noticed += not end.sound()
    assert noticed >= 45


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_flipped_bit_is_noticed_in_any_slice(which: int) -> None:
    """Of 40 IDRs with a flipped bit in one of three slices hardly any is taken as sound."""
    idr, *_ = encoded("slices=3:pools=2", frames=1)
    first, last = slices_of(idr)[which]
    rng, noticed = random.Random(which), 0
    for _ in range(40):
        codec = decoder()
        end = SliceEnd(codec)
        share = rng.uniform(first + 0.5 * (last - first), first + 0.9 * (last - first)) / len(idr)
        end.decode(codec.decode, av.Packet(damaged(idr, share)))
        noticed += not end.sound()
    assert noticed >= 36


def test_a_slice_that_is_passed_over_is_noticed() -> None:
    """A slice whose head makes no sense is left out without an error: the picture is not sound."""
    packets = encoded("slices=3:pools=2", frames=4)
    codec = decoder()
    end = SliceEnd(codec)
    for packet in packets[:3]:
        end.decode(codec.decode, av.Packet(packet))
    begin, _ = slices_of(packets[3])[1]
    spoiled = bytearray(packets[3])
    spoiled[begin + 2 : begin + 6] = b"\x7f\xff\xff\xff"
    end.decode(codec.decode, av.Packet(bytes(spoiled)))
    assert not end.sound()


def test_pictures_with_marks_are_the_same() -> None:
    """What is decoded by way of marks is, to the last pixel and stamp, what is decoded without."""
    packets = encoded("slices=4:pools=2:bframes=3")
    plain, codec = decoder(), decoder()
    end = SliceEnd(codec)
    for number, data in enumerate([*packets, b""]):
        one, other = av.Packet(data), av.Packet(data)
        one.pts = other.pts = number
        expected = plain.decode(one if data else None)
        found = end.decode(codec.decode, other if data else None)
        assert [frame.pts for frame in found] == [frame.pts for frame in expected]
        for left, right in zip(found, expected, strict=True):
            assert left.key_frame == right.key_frame
            assert np.array_equal(left.to_ndarray(), right.to_ndarray())
    assert end.between


def test_where_marks_are_passed_without_a_word_the_last_slice_still_counts() -> None:
    """A libavcodec that says nothing is asked no more after a while, and the rest goes on."""
    codec = decoder()
    end = SliceEnd(codec)
    packets = encoded("slices=2:pools=2", frames=DEAF + 2)

    def silently(packet: Payload) -> list[VideoFrame]:
        av.logging.set_level(None)
        return codec.decode(packet)

    for packet in packets[:-1]:
        end.decode(silently, av.Packet(packet))
        assert end.sound()
    assert end.known
    assert not end.between
    end.decode(silently, av.Packet(damaged(packets[-1], 0.9)))
    assert not end.sound()


def test_the_manner_of_a_camera_is_no_damage() -> None:
    """An encoder that leaves something behind every slice is believed after a while."""
    codec = decoder()
    end = SliceEnd(codec)
    packets = [packet + b"\x55" for packet in encoded(frames=MOST + 1)]
    for number, packet in enumerate(packets):
        end.decode(codec.decode, av.Packet(packet))
        assert end.known
        assert not end.sound(), number
    assert not end.known
    assert end.sound()


def test_a_decoder_that_cannot_be_looked_into_is_believed() -> None:
    """Where the state is not found nothing is doubted."""
    codec = decoder("h264")
    end = SliceEnd(codec)
    codec.open()
    assert end.sound()
    assert not end.known
