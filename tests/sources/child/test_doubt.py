"""Whether what a decoder gives out may be believed."""

import av
from rig.hevc import damaged, decoder, encoded

from sources.child.doubt import Doubt


def doubted(packets: list[bytes]) -> dict[int, bool]:
    """Decode; tell of every picture, by its place in time, whether it is doubted."""
    codec = decoder()
    doubt = Doubt(codec)
    found: dict[int, bool] = {}
    for packet in [*packets, b""]:
        for frame in doubt.decode(codec.decode, av.Packet(packet) if packet else None):
            found[len(found)] = doubt.about(frame)
    return found


def test_damage_lasts_until_the_next_idr() -> None:
    """From a damaged picture on all are doubted, the next IDR and what follows it are not."""
    packets = encoded()
    packets[13] = damaged(packets[13])
    told = doubted(packets)
    assert [number for number, doubt in told.items() if doubt] == list(range(13, 20))


def test_a_damaged_idr_is_doubted_itself() -> None:
    """An IDR that is damaged does not end its own doubt; the next one does."""
    packets = encoded()
    packets[10] = damaged(packets[10])
    told = doubted(packets)
    assert [number for number, doubt in told.items() if doubt] == list(range(10, 20))


def test_an_idr_given_out_late_does_not_end_the_doubt() -> None:
    """Where pictures are put into order, damage decoded after an IDR outlasts its being shown."""
    packets = encoded("bframes=3:b-adapt=0")
    packets[11] = damaged(packets[11], 0.7)
    told = doubted(packets)
    assert len(told) == len(packets)
    assert all(told[number] for number in range(11, 20))
    assert not any(told[number] for number in range(8))
    assert not any(told[number] for number in range(20, 30))


def test_a_restart_forgets() -> None:
    """After damage, an IDR decoded alone is believed."""
    packets = encoded()
    codec = decoder()
    doubt = Doubt(codec)
    doubt.decode(codec.decode, av.Packet(damaged(packets[0])))
    codec.flush_buffers()
    doubt.restart()
    frames = doubt.decode(codec.decode, av.Packet(packets[10]))
    assert [doubt.about(frame) for frame in frames] == [False]
