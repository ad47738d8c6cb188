"""Fragmented MP4, piece by piece."""

from pathlib import Path

import pytest
from rig.clip import Clip
from rig.packets import sent, shown

from sources.child.fragments import TICKS, Fragments


@pytest.mark.parametrize(("codec", "name"), [("libx264", "h264"), ("libx265", "hevc")])
def test_what_is_there_can_be_played(tmp_path: Path, codec: str, name: str) -> None:
    """All pieces up to any of them show every picture so far, but those of the last second."""
    clip = Clip(frames=60, gop=50, codec=codec)
    _, packets = sent(tmp_path / "clip", clip)
    fragments = Fragments(name, clip.width, clip.height)
    pieces = []
    for number, packet in enumerate(packets):
        at = number * TICKS // clip.fps
        data = bytes(packet.payload)  # type: ignore[call-overload]
        fragments.add(data, at, at, idr=packet.idr)
        if piece := fragments.take():
            pieces.append(piece)
            seen = shown(b"".join(pieces), tmp_path)
            assert number - len(seen) <= clip.fps
            assert [which for _, which in seen] == [(1, at) for at in range(len(seen))]
    pieces.append(fragments.close())
    seen = shown(b"".join(pieces), tmp_path)
    assert [at for at, _ in seen] == [round(number / clip.fps, 3) for number in range(60)]
    assert len(pieces) > 2


def test_without_a_picture_there_is_no_file() -> None:
    """A clip that comes to nothing leaves no bytes."""
    assert Fragments("h264", 64, 48).close() == b""
