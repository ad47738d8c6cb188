"""The background: what `Change` says beside its boxes."""

import numpy as np

from detectors.background import Background, Sensitivity
from sources.street import Street

SENSITIVITY = Sensitivity(
    width=160, threshold=22, absorb=100, warm_up=5, too_much=0.2, smallest=0.002
)


def test_area_share_and_mask_agree_on_what_is_new() -> None:
    """A square that covers a known part of the picture is measured as such."""
    street = Street(320, 180, 5, people=0, vehicles=0)
    background = Background(SENSITIVITY)
    for number in range(12):
        change = background.look(street.draw(number))
        assert change.settled == (number >= 5)
        assert not len(change.boxes)
    rgb = street.draw(12)
    rgb[80:140, 150:210] = (220, 30, 200)
    change = background.look(rgb)
    (box,) = change.boxes
    assert np.abs(box - (150, 80, 210, 140)).max() <= 4
    assert abs(float(change.area[0]) - 60 * 60 / (320 * 180)) < 0.01
    assert change.share(box, 0.5) > 0.85
    assert change.share(np.array([0, 0, 60, 60], np.float32), 0.5) == 0
    assert change.share(np.array([5, 5, 5, 5], np.float32), 0.5) == 0


def test_another_size_starts_anew() -> None:
    """A camera that changes its resolution is learnt from the beginning."""
    street = Street(320, 180, 5, people=0, vehicles=0)
    background = Background(SENSITIVITY)
    for number in range(8):
        background.look(street.draw(number))
    assert not background.look(np.ascontiguousarray(street.draw(8)[:150])).settled
