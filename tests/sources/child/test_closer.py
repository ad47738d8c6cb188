"""Parts of a picture, side by side."""

import numpy as np
import pytest
from rig.decoded import decoded

from sources.child.closer import Closer, Mosaic
from sources.child.convert import WHOLE, Converter, Size
from sources.child.decoded import Scalers
from sources.child.mask import Mask
from sources.message import Regions
from sources.source import Rgb

FULL = Size(1280, 720)
MODEL = Size(320, 320)
SPOTS = ((100, 100), (1100, 600))


def street(*spots: tuple[int, int]) -> Rgb:
    """Draw a gray picture with a white square of 16 pixels at each place."""
    picture = np.full((FULL.height, FULL.width, 3), 90, np.uint8)
    for x, y in spots:
        picture[y : y + 16, x : x + 16] = 255
    return picture


def looks(converter: Converter, *spots: tuple[int, int], most: int = 4) -> Mosaic:
    """Show the empty street, then the spots; return the last look."""
    closer, scalers = Closer(MODEL), Scalers()
    wish = Regions(most=most)
    for _ in range(5):
        closer.cut(converter, decoded(street(), scalers), wish)
    return closer.cut(converter, decoded(street(*spots), scalers), wish)


def test_far_spots_lie_in_the_slot_at_full_resolution() -> None:
    """Each moved spot is in a part of its own, as large as the camera saw it."""
    mosaic = looks(Converter(Mask(())), *SPOTS)
    assert len(mosaic.parts) == len(mosaic.moved) == 2
    for part, (left, top, rgb) in zip(mosaic.parts, mosaic.pieces, strict=True):
        assert part.place == (left, top, rgb.shape[1], rgb.shape[0])
        assert left + rgb.shape[1] <= mosaic.width
        bright = np.argwhere(rgb.min(axis=2) > 200)
        assert len(bright) == pytest.approx(16 * 16, rel=0.15)
        y = part.region[1] * FULL.height + bright[:, 0].min()
        x = part.region[0] * FULL.width + bright[:, 1].min()
        assert min(abs(x - a) + abs(y - b) for a, b in SPOTS) <= 3


def test_before_the_background_is_known_the_whole_is_given() -> None:
    """The first look shows the whole picture and says that anything may have moved."""
    mosaic = Closer(MODEL).cut(Converter(Mask(())), decoded(street(), Scalers()), Regions(most=4))
    assert [part.region for part in mosaic.parts] == [WHOLE]
    assert mosaic.moved == (WHOLE,)


def test_nothing_moved_and_nothing_due_gives_nothing() -> None:
    """A quiet picture has no parts at all."""
    mosaic = looks(Converter(Mask(())))
    assert mosaic.parts == ()
    assert mosaic.pieces == ()
    assert mosaic.moved == ()


def test_what_is_private_neither_shows_nor_moves() -> None:
    """A masked spot is no motion, and a part that holds its place is black there."""
    private = ((0.0, 0.0), (0.2, 0.0), (0.2, 0.3), (0.0, 0.3))
    converter = Converter(Mask((private,)))
    mosaic = looks(converter, *SPOTS)
    assert len(mosaic.parts) == len(mosaic.moved) == 1
    assert mosaic.moved[0][0] > 0.5
    part = converter.part(decoded(street(*SPOTS), Scalers()), (0.0, 0.0, 0.25, 0.5), 320, 320)
    assert part[:192, :227].max() == 0
    assert part[210:, 245:].min() > 60


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_part_is_what_the_whole_shows_there(rotate: int) -> None:
    """Turned and cropped cameras give parts of the turned and cropped picture."""
    rng = np.random.default_rng(3)
    coarse = rng.integers(0, 255, (18, 32, 3)).astype(np.uint8)
    picture = decoded(np.repeat(np.repeat(coarse, 40, 0), 40, 1), Scalers())
    converter = Converter(Mask(()), rotate, (0.1, 0.1, 0.9, 0.9))
    size = converter.size(picture)
    whole = converter.fit(picture, size.width, size.height).astype(int)
    part = converter.part(picture, (0.25, 0.25, 0.75, 0.75), 4096, 4096).astype(int)
    height, width = part.shape[:2]
    assert (width, height) == pytest.approx((size.width / 2, size.height / 2), abs=2)
    top, left = round(size.height * 0.25), round(size.width * 0.25)
    there = whole[top : top + height - 4, left : left + width - 4]
    assert np.median(np.abs(there - part[:-4, :-4])) <= 6
