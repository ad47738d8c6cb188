"""What all conditions at work have in common."""

from reasoners.rules.facts import CAMERA, EVERYBODY
from reasoners.rules.node import meet


def test_what_is_true_of_the_camera_is_true_of_everybody() -> None:
    """Both true of the camera is true of it; of one, of whom the other is true."""
    assert meet({1, 2}, {2, 3}) == {2}
    assert meet({1, 2}, EVERYBODY) == {1, 2}
    assert meet(EVERYBODY, EVERYBODY) == EVERYBODY
    assert meet({CAMERA, 1}, {2}) == {2}
    assert meet({CAMERA, 1}, {CAMERA, 2}) == {CAMERA, 1, 2}
