"""Clips out of the ring of packets."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from rig.clip import Clip as Film
from rig.packets import sent, shown

from sources.child.clip import REORDERED, Anew, Clip, Copy, Maker, copiable, parameters
from sources.child.convert import Converter
from sources.child.libav import LibavPacket
from sources.child.mask import Mask
from sources.child.ring import PacketRing

FILM = Film(frames=100, gop=25)


def filled(packets: list[LibavPacket], limit: int = 1 << 24) -> PacketRing:
    """Put packets into a ring."""
    ring = PacketRing(limit)
    for packet in packets:
        ring.add(packet)
    return ring


def made(ring: PacketRing, maker: Maker, since: float, until: float = 1000.0) -> tuple[Clip, bytes]:
    """Make a clip of what is in a ring."""
    start = ring.start(since)
    assert start is not None
    clip = Clip(ring, maker, start, since, until)
    data = b""
    while clip.advance():
        data += maker.take()
    return clip, data + maker.close()


def copy(film: Film = FILM) -> Copy:
    """Copy what the film's packets hold."""
    name = "h264" if film.codec == "libx264" else "hevc"
    return Copy(name, film.width, film.height, REORDERED if film.b_frames else 0, b"")


@pytest.mark.parametrize("film", [FILM, replace(FILM, codec="libx265"), replace(FILM, b_frames=2)])
def test_a_copy_begins_at_the_idr_before_and_misses_nothing(tmp_path: Path, film: Film) -> None:
    """From there on every picture is there, at its time, up to the end that was asked for."""
    _, packets = sent(tmp_path / "film", film)
    clip, data = made(filled(packets), copy(film), since=101.2, until=103.0)
    seen = shown(data, tmp_path)
    # The last pictures may build on one that came after the end.
    count = 51 - (2 if film.b_frames else 0)
    assert [which for _, which in seen][:count] == [(1, 25 + at) for at in range(count)]
    steps = [round(number / film.fps, 3) for number in range(count)]
    assert [round(at - seen[0][0], 3) for at, _ in seen][:count] == steps
    assert (clip.begins, clip.over, clip.skipped) == (101.0, True, 0)
    assert clip.seconds == pytest.approx(2.0, abs=0.1)


def test_what_is_encoded_anew_begins_where_it_was_asked_to(tmp_path: Path) -> None:
    """Pictures before that are decoded, for others build on them, and not shown."""
    stream, packets = sent(tmp_path / "film", FILM)
    maker = Anew(stream.decoder(), Converter(Mask(())))
    clip, data = made(filled(packets), maker, since=101.2, until=102.0)
    seen = shown(data, tmp_path)
    assert [which for _, which in seen] == [(1, number) for number in range(30, 51)]
    assert [at for at, _ in seen] == [round(number / 25, 3) for number in range(21)]
    assert clip.begins == 101.2


@pytest.mark.parametrize("anew", [False, True])
def test_a_jump_of_the_camera_s_clock_is_no_gap(tmp_path: Path, anew: bool) -> None:
    """Where the stream's time jumps or steps back, the clip goes on by arrival."""
    stream, packets = sent(tmp_path / "film", FILM)
    jumped = [
        replace(packet, time=(packet.time or 0) + (0, 3600, -50, 7)[number // 25])
        for number, packet in enumerate(packets)
    ]
    maker = Anew(stream.decoder(), Converter(Mask(()))) if anew else copy()
    _, data = made(filled(jumped), maker, since=100.0)
    seen = shown(data, tmp_path)
    assert [which for _, which in seen] == [(1, number) for number in range(100)]
    steps = [later - sooner for (sooner, _), (later, _) in pairwise(seen)]
    assert max(steps) <= 0.06
    assert min(steps) > 0.02


def test_a_slow_reader_goes_on_at_the_next_idr(tmp_path: Path) -> None:
    """What left the ring meanwhile is counted; the rest keeps its times."""
    _, packets = sent(tmp_path / "film", FILM)
    ring = PacketRing(1 << 24, seconds=0.5)
    for packet in packets[:20]:
        ring.add(packet)
    maker = copy()
    clip = Clip(ring, maker, 0, 100.0, 1000.0)
    assert clip.advance()
    for packet in packets[20:80]:
        ring.add(packet)
    while clip.advance():
        pass
    seen = shown(maker.take() + maker.close(), tmp_path)
    numbers = [which[1] for _, which in seen if which]
    assert numbers == [*range(16), *range(50, 80)]
    assert clip.skipped == 34
    assert [at for at, _ in seen][16:] == [round(number / 25, 3) for number in range(50, 80)]


def test_another_stream_ends_the_copy(tmp_path: Path) -> None:
    """New parameter sets need a file of their own; what is there stays whole."""
    _, packets = sent(tmp_path / "film", FILM)
    _, other = sent(tmp_path / "other", replace(FILM, width=320, height=240), at=104.0)
    clip, data = made(filled(packets + other), copy(), since=102.0)
    assert clip.over
    assert [which for _, which in shown(data, tmp_path)] == [(1, at) for at in range(50, 100)]


def test_only_what_can_begin_a_file_is_copied(tmp_path: Path) -> None:
    """Parameter sets must be there, in the packet or beside it, and start codes."""
    _, packets = sent(tmp_path / "film", FILM)
    sets = parameters(bytes(packets[0].payload), "h264")  # type: ignore[call-overload]
    assert sets.startswith(b"\0\0\0\1\x67")
    assert copiable(packets[0], "h264", b"")
    assert not copiable(packets[1], "h264", b"")
    assert copiable(packets[1], "h264", sets)
    assert not copiable(packets[0], "mjpeg", b"")
    assert not copiable(replace(packets[0], payload=b"\0\0\1\x05abc"), "h264", b"")
