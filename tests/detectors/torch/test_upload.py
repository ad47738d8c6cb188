"""Pictures in their places on the device."""

from typing import Any

import cv2
import numpy as np
import pytest

from detectors.families.letterbox import GRAY, Letterbox
from detectors.torch.upload import Landing, scale

pytestmark = pytest.mark.torch
torch: Any = pytest.importorskip("torch", reason='needs pip install "lookout-daemon[gpu]"')


def noise(width: int, height: int, seed: int = 0) -> Any:
    """Make a picture that cannot be written to, as those in slots."""
    rgb = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    rgb.flags.writeable = False
    return rgb


def test_every_picture_lies_in_its_place_between_gray() -> None:
    """Pixels arrive unchanged, gray is around them, and nothing stays of earlier pictures."""
    landing = Landing(torch, "cpu", 32, (128, 96))
    sizes = [(128, 72), (54, 96), (128, 96), (128, 40)]
    for turn in range(3):
        pictures = [noise(*sizes[(number + turn) % 4], seed=number) for number in range(32)]
        places = [
            Letterbox.fit((rgb.shape[1], rgb.shape[0]), (128, 96), centred=True) for rgb in pictures
        ]
        batch = landing.fill(turn % 2, pictures, places).numpy()
        for rgb, place, seen in zip(pictures, places, batch, strict=True):
            canvas = np.full((96, 128, 3), GRAY, np.uint8)
            place.place(rgb, canvas)
            assert np.array_equal(seen, canvas)
    landing.close()


def test_a_picture_of_another_size_is_scaled() -> None:
    """Smaller and larger pictures, even larger than the input, fill their place."""
    landing = Landing(torch, "cpu", 2, (128, 96))
    pictures = [np.full((36, 64, 3), 40, np.uint8), np.full((384, 512, 3), 50, np.uint8)]
    places = [Letterbox(0, 12, 128, 72), Letterbox(0, 0, 128, 96)]
    batch = landing.fill(0, pictures, places).numpy()
    assert (batch[0, 12:84] == 40).all()
    assert (batch[0, :12] == GRAY).all()
    assert (batch[1] == 50).all()
    landing.close()


@pytest.mark.parametrize(
    ("size", "how"), [((200, 150), cv2.INTER_LINEAR), ((50, 37), cv2.INTER_AREA)]
)
def test_scaling_is_as_on_the_host(size: tuple[int, int], how: int) -> None:
    """A smooth picture looks the same, whoever scales it."""
    rgb = cv2.GaussianBlur(noise(100, 75), (0, 0), 5)
    ours = scale(torch, torch.from_numpy(rgb.copy()), *size).numpy().astype(int)
    theirs = cv2.resize(rgb, size, interpolation=how).astype(int)
    assert abs(ours - theirs).max() <= 3
