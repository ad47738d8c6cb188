"""What a detector says of itself."""

from detectors.detector import Profile


def test_a_plain_profile_asks_for_no_batches() -> None:
    """By default pictures go one by one and nobody waits for more."""
    profile = Profile(640, 384, ("person",), "a model")
    assert (profile.max_batch, profile.window) == (1, 0.0)
