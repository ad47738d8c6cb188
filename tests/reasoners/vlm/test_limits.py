"""Pictures that fill a model's patches and no more."""

from hypothesis import given, settings
from hypothesis import strategies as st

from reasoners.vlm.limits import LEAST, Limits


def test_a_wide_picture_fills_its_room() -> None:
    """1920 x 1080 in 1024 patches of 28 pixels is 42 x 24 patches: 1176 pixels wide."""
    assert Limits().longest(1920, 1080) == 42 * 28
    assert Limits().longest(1080, 1920) == Limits().longest(1920, 1080)


@given(st.integers(1, 8000), st.integers(1, 8000), st.integers(32, 4096), st.sampled_from((14, 28)))
@settings(max_examples=60, deadline=None)
def test_no_picture_has_more_patches_than_allowed(
    width: int, height: int, patches: int, patch: int
) -> None:
    """However odd its shape, unless a strip is so thin that it keeps its few patches' height."""
    limits = Limits(patch=patch, patches=patches)
    longest = limits.longest(width, height)
    assert longest % patch == 0
    across = longest // patch
    down = max(1, int(across * min(width, height) / max(width, height)))
    assert across * down <= max(patches, LEAST * LEAST)
