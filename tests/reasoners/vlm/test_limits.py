"""Pictures that fill a model's patches and no more."""

import pytest
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


@pytest.mark.parametrize(
    ("room", "images", "patches"),
    [(131072, 6, 1024), (8192, 5, 1024), (4096, 1, 1024), (2800, 1, 788), (1000, 1, 64)],
)
def test_a_call_is_cut_to_what_the_server_takes_in(room: int, images: int, patches: int) -> None:
    """Fewer pictures first, then a smaller one; never none."""
    found = Limits().within(room, answer=512)
    assert (found.images, found.patches) == (images, patches)


def test_a_form_that_is_spelled_out_takes_room() -> None:
    """Where the server does not obey it, the prompt carries it."""
    assert Limits(enforced=False).within(8192, 512).images < Limits().within(8192, 512).images
