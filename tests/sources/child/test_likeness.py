"""What a picture looks like, in two numbers."""

import cv2
import numpy as np

from sources.child.likeness import likeness
from sources.source import Rgb


def scene(shift: int = 0, *, blur: int = 0) -> Rgb:
    """Draw a few blocks; seeded."""
    random = np.random.default_rng(7)
    picture = np.full((180, 320, 3), 90, np.uint8)
    for _ in range(30):
        x, y = random.integers(0, 300), random.integers(0, 160)
        picture[y : y + 30, x + shift : x + shift + 25] = random.integers(0, 255, 3)
    if blur:
        picture = np.asarray(cv2.GaussianBlur(picture, (blur, blur), 0), np.uint8)
    return picture


def test_a_blurred_picture_is_less_sharp() -> None:
    """The more, the less; a picture of one colour has nothing sharp at all."""
    values = [likeness(cv2, scene(blur=blur)).sharpness for blur in (0, 5, 15)]
    assert values == sorted(values, reverse=True)
    assert values[0] > 2 * values[2]
    assert likeness(cv2, np.full((100, 100, 3), 80, np.uint8)).sharpness == 0


def test_fingerprints_tell_alike_from_different() -> None:
    """Noise and another size change a few bits, another picture many."""
    noise = np.random.default_rng(1).integers(-6, 7, (180, 320, 3))
    noisy = np.clip(scene().astype(int) + noise, 0, 255).astype(np.uint8)
    mark = likeness(cv2, scene()).fingerprint
    small = np.asarray(cv2.resize(scene(), (160, 90), interpolation=cv2.INTER_AREA), np.uint8)
    for same in (noisy, small):
        assert (mark ^ likeness(cv2, same).fingerprint).bit_count() <= 5
    other = likeness(cv2, scene(60)).fingerprint
    assert (mark ^ other).bit_count() > 8
    assert 0 <= mark < 2**64
