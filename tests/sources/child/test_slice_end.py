"""Whether the data of an HEVC picture ends where its arithmetic decoding does."""

import random
from pathlib import Path

import av
import av.error
import pytest
from rig.hevc import damaged, decoder, encoded, of_file

from sources.child.slice_end import MOST, SliceEnd

MANNERS = (
    "",
    "bframes=3:b-adapt=0",
    "slices=3:pools=2",
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
        codec.decode(av.Packet(packet))
        assert end.sound()
    assert end.known


@pytest.mark.slow
@pytest.mark.parametrize("crf", [20, 34])
def test_real_scenes_are_sound(material: Path, crf: int) -> None:
    """Of every real clip, encoded anew at two rates, each picture ends rightly: false alarms 0."""
    pictures = 0
    for clip in sorted((material / "media").iterdir()):
        codec = decoder()
        end = SliceEnd(codec)
        for packet in encoded(f"crf={crf}", pictures=of_file(clip, 60)):
            codec.decode(av.Packet(packet))
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
            codec.decode(av.Packet(packet))
        codec.decode(av.Packet(damaged(packets[which], rng.uniform(0.5, 0.9))))
        noticed += not end.sound()
    assert noticed >= 45


def test_the_manner_of_a_camera_is_no_damage() -> None:
    """An encoder that leaves something behind every slice is believed after a while."""
    codec = decoder()
    end = SliceEnd(codec)
    packets = [packet + b"\x55" for packet in encoded(frames=MOST + 1)]
    for number, packet in enumerate(packets):
        codec.decode(av.Packet(packet))
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
