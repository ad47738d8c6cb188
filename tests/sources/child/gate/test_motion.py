"""Motion in pixels."""

import numpy as np

from sources.child.gate.motion import PixelMotion
from sources.child.luma import Luma


def scene(seed: int, noise: float = 4.0) -> Luma:
    """Draw a still scene with fresh noise."""
    ground = np.random.default_rng(0).integers(40, 200, (90, 160)).astype(np.float64)
    noisy = ground + np.random.default_rng(seed).normal(0, noise, ground.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def settled() -> PixelMotion:
    """Show the still scene for two seconds."""
    motion = PixelMotion()
    assert not any(motion.look(scene(seed)).moved for seed in range(50))
    return motion


def test_noise_is_no_motion_and_a_small_thing_is() -> None:
    """Ten samples by ten are seen within noise that shakes every single one."""
    motion = settled()
    luma = scene(100)
    luma[40:50, 60:70] = 250
    assert motion.look(luma).moved
    assert not motion.look(scene(101)).moved


def test_exposure_is_no_motion_and_another_light_is_told() -> None:
    """A little brighter everywhere is the camera; another scene altogether starts over."""
    motion = settled()
    brighter = (scene(100).astype(np.int16) + 20).clip(0, 255).astype(np.uint8)
    assert not motion.look(brighter).overturned
    assert motion.look(255 - scene(101)).overturned


def test_what_lies_under_a_mask_is_never_seen() -> None:
    """Not even by the gate."""
    covered = np.zeros((90, 160), np.bool_)
    covered[30:60, 50:90] = True
    motion = PixelMotion()
    for seed in range(50):
        motion.look(scene(seed), covered)
    luma = scene(100)
    luma[40:50, 60:70] = 250
    assert not motion.look(luma, covered).moved
