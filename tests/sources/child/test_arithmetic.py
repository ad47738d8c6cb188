"""Where the arithmetic decoder of an HEVC decoder stopped."""

import av
from rig.hevc import decoder, encoded

from sources.child.arithmetic import State, address, state


def test_the_state_is_found_in_the_locked_build() -> None:
    """After each picture of a stream the decoder's state says that its slice ended."""
    codec = decoder()
    codec.open()
    where = address(codec)
    assert where is not None
    assert state(where) is None
    for packet in encoded(frames=3):
        codec.decode(av.Packet(packet))
        assert address(codec) == where
        stopped = state(where)
        assert stopped is not None
        assert stopped.ended
        assert 0 < stopped.end - stopped.start < len(packet)


def test_other_decoders_are_not_looked_into() -> None:
    """Where there is no HEVC decoder, there is no such state."""
    codec = decoder("h264")
    codec.open()
    assert address(codec) is None


def test_a_state_that_cannot_be_has_not_ended() -> None:
    """A range beyond what the standard allows, or a place outside the data, is no end."""
    right = State(low=510 << 18, span=400, start=4096, at=4100, end=4100)
    assert right.likely
    for wrong in (
        State(low=510 << 18, span=511, start=4096, at=4100, end=4100),
        State(low=510 << 18, span=400, start=4096, at=4090, end=4100),
        State(low=510 << 18, span=400, start=4096, at=4103, end=4100),
        State(low=510 << 18, span=400, start=4100, at=4100, end=4100),
    ):
        assert not wrong.likely
        assert not wrong.ended
