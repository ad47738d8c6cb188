"""Clips and pictures of the past, through a real child and a real RTSP server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rig.child import Child
from rig.clip import Clip
from rig.packets import shown
from rig.rtsp_server import RtspServer

from sources.message import Failed, Given, Gone, Piece, Taken
from sources.picture import PictureRequest
from sources.testing import read

pytestmark = pytest.mark.rtsp

RTSP = "sources.rtsp:RtspSource"
RING: dict[str, Any] = {"ring_bytes": 1 << 23, "ring_seconds": 30.0, "kept": 2}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    """Serve a clip in which every picture says which one it is, from its start to each client."""
    clip = Clip(frames=500, width=320, height=240, gop=25)
    with RtspServer(clip.write(tmp_path_factory.mktemp("clerk") / "clip.mp4")) as running:
        yield running


def followed(child: Child, seconds: float) -> list[Given]:
    """Take pictures for a while."""
    given: list[Given] = []
    while not given or given[-1].time - given[0].time < seconds:
        answer = child.next()
        assert isinstance(answer, Given)
        given.append(answer)
    return given


def picture_of(child: Child, index: int) -> tuple[int, int] | None:
    """Ask for the picture of a frame and read which one it is; None if it is gone."""
    import cv2  # noqa: PLC0415 (only here)
    import numpy as np  # noqa: PLC0415 (the same)

    answer = child.take(PictureRequest(index=index, quality=95))
    if isinstance(answer, Gone):
        return None
    assert isinstance(answer, Taken)
    assert answer.index == index
    decoded = cv2.imdecode(np.frombuffer(child.jpegs[answer.id], np.uint8), cv2.IMREAD_COLOR)
    return read(np.asarray(decoded, np.uint8))


@pytest.mark.parametrize("reader", ["own", "libav"])
def test_a_clip_shows_what_came_before_and_after_it_was_asked_for(
    server: RtspServer, tmp_path: Path, reader: str
) -> None:
    """It begins at an IDR before the time asked for and misses no picture up to its end."""
    with Child() as child:
        child.open(RTSP, {"url": server.url, "reader": reader}, **RING)
        now = followed(child, 2.5)[-1]
        pieces = [child.cut(1, now.arrival - 1.0, now.arrival + 1.0)]
        while not pieces[-1].over:
            pieces.append(child.cut(1, now.arrival - 1.0, now.arrival + 1.0))
        begins = pieces[0].begins
        assert begins is not None
        assert now.arrival - 2.2 <= begins <= now.arrival - 1.0
        assert not pieces[-1].encoded
        seen = [which[1] for _, which in shown(child.clips[1], tmp_path) if which]
    assert seen == list(range(seen[0], seen[0] + len(seen)))
    assert seen[0] % 25 == 0
    # Of two seconds and more, all of which the server of a busy machine does not send in time.
    assert len(seen) > 25


@pytest.mark.fault("F64")
def test_past_frames_are_found_by_index_or_gone(server: RtspServer) -> None:
    """F64: a frame that left the decoded ones is decoded again; never another one is given."""
    with Child() as child:
        child.open(RTSP, {"url": server.url}, first_index=1000, **RING)
        known: dict[int, tuple[int, int] | None] = {}
        ends = followed(child, 0.0)[0].time + 3.0
        while isinstance(given := child.next(), Given) and given.time < ends:
            known[given.index] = read(child.picture(given))
        assert len(known) > 20
        asked = sorted(known)[:-3:8]
        assert [picture_of(child, index) for index in asked] == [known[index] for index in asked]
        assert picture_of(child, 0) is None
        assert picture_of(child, 999) is None
        assert picture_of(child, max(known) + 10_000) is None


@pytest.mark.fault("F64")
def test_what_left_the_ring_is_gone(server: RtspServer) -> None:
    """F64: with a ring of one group, what came before has no picture and no clip."""
    small = {"ring_bytes": 1 << 23, "ring_seconds": 0.1, "kept": 1}
    with Child() as child:
        child.open(RTSP, {"url": server.url}, **small)
        given = followed(child, 3.5)
        assert picture_of(child, given[0].index) is None
        piece = child.cut(1, given[0].arrival, given[0].arrival + 0.2)
        assert piece.begins is None or piece.begins > given[0].arrival + 0.2


def test_a_lost_camera_leaves_a_whole_clip(server: RtspServer, tmp_path: Path) -> None:
    """When the stream breaks, the last word comes after the last piece, and all of it plays."""
    own = Clip(frames=500, width=320, height=240, gop=25).write(tmp_path / "own.mp4")
    with RtspServer(own) as camera, Child() as child:
        child.open(RTSP, {"url": camera.url, "read_timeout": 1.0}, **RING)
        now = followed(child, 1.5)[-1]
        child.cut(1, now.arrival - 1.0, now.arrival + 60)
        child.send(child.cutting(1, now.arrival - 1.0, now.arrival + 60))
        camera.kill()
        child.wait_for(Failed)
        last = [message for message in child.messages if isinstance(message, Piece)][-1]
        assert last.over
        seen = [which[1] for _, which in shown(child.clips[1], tmp_path) if which]
    assert seen == list(range(seen[0], seen[0] + len(seen)))
    assert len(seen) / 25 >= last.seconds - 0.1


@pytest.mark.fault("F56")
def test_a_masked_clip_is_encoded_anew(server: RtspServer, tmp_path: Path) -> None:
    """With a mask nothing is copied, at the same times."""
    mask = ((0.4, 0.4), (0.6, 0.4), (0.6, 0.6))
    with Child() as child:
        child.open(RTSP, {"url": server.url}, privacy=(mask,), **RING)
        now = followed(child, 2.0)[-1]
        piece = child.cut(1, now.arrival - 1.0, now.arrival)
        while not piece.over:
            piece = child.cut(1, now.arrival - 1.0, now.arrival)
        assert piece.encoded
        seen = shown(child.clips[1], tmp_path)
    numbers = [which[1] for _, which in seen if which]
    assert numbers == list(range(numbers[0], numbers[0] + len(seen)))
    assert 23 <= len(seen) <= 27


def test_without_packets_there_is_no_clip() -> None:
    """A source whose packets cannot be decoded again says so at once."""
    with Child() as child:
        child.open("sources.testing:ScriptedSource", {"fps": 20}, **RING)
        given = followed(child, 0.2)[-1]
        piece = child.cut(1, given.arrival - 1, given.arrival + 5)
        assert (piece.over, piece.begins, child.clips[1]) == (True, None, b"")
