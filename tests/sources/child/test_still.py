"""Pictures that stand alone, decoded as a whole or not at all."""

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from rig.clip import Clip
from rig.web_camera import jpegs

from sources.child.decoded import LibavPicture, Scalers
from sources.child.still import StillDecoder, StillPacket, Unknown
from sources.source import DecodeFault
from sources.testing import read


def encoded(ending: str, number: int = 7) -> bytes:
    """Encode a numbered picture as OpenCV does."""
    picture = Clip(width=320, height=240).picture(number)
    done, data = cv2.imencode(ending, picture[..., ::-1])
    assert done
    return bytes(data)


@pytest.mark.parametrize("ending", [".jpg", ".png", ".tiff"])
def test_kinds_are_told_by_their_bytes(ending: str) -> None:
    """JPEG, PNG and TIFF follow each other in one decoder, whatever they are called."""
    decoder = StillDecoder()
    for number, kind in enumerate((".jpg", ending, ending, ending)):
        frame = decoder.decode(encoded(kind, number))
        picture = LibavPicture(frame, None, Scalers(), corrupt=False)
        assert read(picture.rgb(320, 240)) == (1, number)


def test_sixteen_bits_are_shown() -> None:
    """A deep PNG becomes a plain picture."""
    deep = np.linspace(0, 65535, 64 * 64).reshape(64, 64).astype(np.uint16)
    done, data = cv2.imencode(".png", deep)
    assert done
    picture = LibavPicture(StillDecoder().decode(bytes(data)), None, Scalers(), corrupt=False)
    rgb = picture.rgb(64, 64)
    assert rgb[0, 0, 0] <= 2
    assert rgb[-1, -1, 0] >= 253


@pytest.mark.parametrize("cut", [0.02, 0.5, 0.95])
@pytest.mark.parametrize("ending", [".jpg", ".png"])
def test_what_is_cut_short_is_refused(ending: str, cut: float) -> None:
    """Half a picture is none, and the next whole one is decoded again."""
    data, decoder = encoded(ending), StillDecoder()
    with pytest.raises(DecodeFault):
        decoder.decode(data[: int(len(data) * cut)])
    assert decoder.decode(data).width == 320


def test_other_kinds_are_refused() -> None:
    """Text, nothing, and a GIF are no stills."""
    for data in (b"hello", b"GIF89a" + bytes(100)):
        with pytest.raises(Unknown, match="no JPEG"):
            StillDecoder().decode(data)
    with pytest.raises(DecodeFault, match="nothing"):
        StillDecoder().decode(bytes(100))


def test_what_surrounds_a_jpeg_does_not_matter() -> None:
    """Blanks before it, and what phones and cameras leave behind it: padding, a film, a report."""
    data = encoded(".jpg")
    for before, behind in (
        (b"\r\n", b""),
        (b"", bytes(4096)),
        (b"\0", b"SEFT" + b"\xff\xd8x" * 99),
    ):
        assert StillDecoder().decode(before + data + behind).width == 320


def test_end_of_a_small_picture_within_is_no_end() -> None:
    """A JPEG that holds a preview and is cut short behind it is cut short."""
    inner, data = encoded(".jpg", 3), encoded(".jpg")
    segment = b"\xff\xe1" + (len(inner) + 2).to_bytes(2, "big") + inner
    both = data[:2] + segment + data[2:]
    assert len(inner) < 65_000
    assert StillDecoder().decode(both).width == 320
    with pytest.raises(DecodeFault, match="cut short"):
        StillDecoder().decode(both[:-200])


def test_bombs_are_refused_before_they_unpack() -> None:
    """A small file that would become a gigantic picture is not decoded."""
    bomb = bytearray(encoded(".png"))
    bomb[16:24] = (30_000).to_bytes(4, "big") * 2
    with pytest.raises(DecodeFault):
        StillDecoder().decode(bytes(bomb))


def test_codec_of_cameras_is_the_same(tmp_path: Path) -> None:
    """What libav encodes as MJPEG is decoded, and a packet knows its size."""
    data = jpegs(Clip(frames=1, width=320, height=240))[0]
    assert StillDecoder().decode(data).format.name.startswith("yuv")
    assert StillPacket(data, None, 0.0).size == len(data)
    assert isinstance(StillDecoder().decode(data), av.VideoFrame)
