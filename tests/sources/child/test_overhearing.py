"""Word in the middle of a packet."""

import threading

import av
import av.logging
from rig.hevc import decoder, encoded, slices_of

from sources.child.overhearing import overhearing
from sources.child.slices import MARK, marked


def test_each_mark_is_heard_in_its_place_and_in_its_thread() -> None:
    """Three marks are heard by who decodes them, and none by another thread that listens."""
    packets = encoded("slices=4:pools=2", frames=2)
    mine: list[int] = []
    theirs: list[int] = []
    listening, over = threading.Event(), threading.Event()

    def elsewhere() -> None:
        with overhearing(lambda: theirs.append(threading.get_ident())):
            listening.set()
            over.wait(60)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    assert listening.wait(60)
    codec = decoder()
    for packet in packets:
        assert len(slices_of(packet)) == 4
        data, marks = marked(packet, 0)
        before = len(mine)
        with overhearing(lambda: mine.append(threading.get_ident())):
            codec.decode(av.Packet(data))
        assert len(mine) - before == marks == 3
    assert av.logging.get_level() == av.logging.VERBOSE
    over.set()
    thread.join()
    assert not theirs
    assert set(mine) == {threading.get_ident()}


def test_nothing_is_logged_afterwards() -> None:
    """PyAV's logging is off again, also after a packet that cannot be decoded."""
    codec = decoder()
    try:
        with overhearing(lambda: None):
            codec.decode(av.Packet(b"\0\0\1" + MARK))
    except av.error.FFmpegError:
        pass
    assert av.logging.get_level() is None
