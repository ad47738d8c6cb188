"""Pictures encoded anew show what the outside may see, and nothing else."""

from pathlib import Path

import av
import numpy as np
import pytest
from rig.clip import Clip as Film
from rig.packets import sent

from sources.child.clip import Anew, Clip
from sources.child.convert import Converter
from sources.child.mask import Mask
from sources.child.ring import PacketRing

MASK = (((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)),)


@pytest.mark.parametrize(("rotate", "size"), [(0, (640, 360)), (90, (360, 640)), (270, (360, 640))])
def test_no_masked_pixel_is_encoded(tmp_path: Path, rotate: int, size: tuple[int, int]) -> None:
    """Under the mask all is black, whichever way the picture is turned; beside it all is there."""
    stream, packets = sent(tmp_path / "film", Film(frames=50))
    ring = PacketRing(1 << 24)
    for packet in packets:
        ring.add(packet)
    maker = Anew(stream.decoder(), Converter(Mask(MASK), rotate))
    clip = Clip(ring, maker, 0, 100.0, 1000.0)
    while clip.advance():
        pass
    path = tmp_path / "clip.mp4"
    path.write_bytes(maker.close())
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(frames) == 50
    assert (frames[0].shape[1], frames[0].shape[0]) == size
    for frame in frames:
        high, wide = frame.shape[:2]
        assert frame[high // 4 : high * 3 // 4, wide // 4 : wide * 3 // 4].max() <= 12
        assert 40 <= np.median(frame) <= 90
    # The bright square was there, left and right of the mask.
    assert max(int(frame.max(axis=2)[high // 4 : high * 3 // 4].max()) for frame in frames) > 200
