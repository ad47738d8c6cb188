"""Models of either kind, ready to look."""

from detectors.torch.network import sizes_up_to


def test_batch_sizes_end_with_the_one_wanted() -> None:
    """Powers of two below it, and the largest itself."""
    assert sizes_up_to(32) == (1, 2, 4, 8, 16, 32)
    assert sizes_up_to(12) == (1, 2, 4, 8, 12)
    assert sizes_up_to(1) == (1,)
