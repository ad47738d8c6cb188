"""Where something moves."""

import numpy as np
import numpy.typing as npt

from sources.child.motion import WARM_UP, Motion, Moved

Luma = npt.NDArray[np.uint8]
HEIGHT, WIDTH = 90, 160


def scene(number: int, *, gain: float = 1.0) -> Luma:
    """Draw a textured yard with sensor noise."""
    yard = np.random.default_rng(1).integers(40, 160, (HEIGHT, WIDTH)).astype(np.float64)
    noise = np.random.default_rng(number + 2).normal(0, 2, (HEIGHT, WIDTH))
    return np.clip(yard * gain + noise, 0, 255).astype(np.uint8)


def watched(motion: Motion, first: int, last: int) -> list[Moved]:
    """Show the quiet yard."""
    return [motion.look(scene(number)) for number in range(first, last)]


def test_noise_is_no_motion() -> None:
    """While the background is learnt nothing is said; afterwards a quiet yard stays quiet."""
    looks = watched(Motion(), 0, 60)
    assert [look.settled for look in looks] == [False] * WARM_UP + [True] * (60 - WARM_UP)
    assert not any(look.boxes for look in looks)


def test_two_small_things_are_two_boxes() -> None:
    """Things of a few samples are boxed where they are, each by itself, however far away."""
    motion = Motion()
    watched(motion, 0, 20)
    picture = scene(20)
    picture[20:28, 30:34] = 250
    picture[60:66, 120:124] = 250
    boxes = motion.look(picture).boxes
    assert len(boxes) == 2
    for (left, top, right, bottom), (x, y) in zip(boxes, ((32, 24), (122, 63)), strict=True):
        assert left * WIDTH <= x <= right * WIDTH
        assert top * HEIGHT <= y <= bottom * HEIGHT
        assert (right - left) * WIDTH <= 12
        assert (bottom - top) * HEIGHT <= 16


def test_exposure_is_no_motion() -> None:
    """A camera that brightens its whole picture moves nothing."""
    motion = Motion()
    watched(motion, 0, 20)
    for number, gain in enumerate(np.linspace(1, 1.4, 20), start=20):
        look = motion.look(scene(number, gain=float(gain)))
        assert look.settled
        assert len(look.boxes) <= 1


def test_another_light_is_learnt_anew() -> None:
    """When nearly everything changes, nothing is boxed: the background is learnt again."""
    motion = Motion()
    watched(motion, 0, 20)
    other = [motion.look(255 - scene(number)) for number in range(20, 40)]
    assert [look.settled for look in other] == [False] * WARM_UP + [True] * (20 - WARM_UP)
    assert not any(look.boxes for look in other)


def test_what_stands_does_not_move() -> None:
    """A thing is motion when it comes and when it goes, not while it stands, nor is its mark."""
    motion = Motion()
    watched(motion, 0, 20)
    looks = []
    for number in range(20, 80):
        picture = scene(number)
        if 25 <= number < 60:
            picture[40:60, 50:60] = 250
        looks.append(motion.look(picture))
    assert [number for number, look in enumerate(looks, 20) if look.boxes] == [25, 60]


def test_another_size_starts_over() -> None:
    """A camera that changes its resolution is learnt anew."""
    motion = Motion()
    watched(motion, 0, 20)
    assert not motion.look(scene(20)[:45, :80]).settled
