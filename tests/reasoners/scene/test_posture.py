"""Hints that somebody may have fallen."""

import pytest

from reasoners.scene.posture import Posture


def lie(posture: Posture, shapes: list[tuple[float, float, float]], fps: float) -> list[float]:
    """Show a person in shapes of so many seconds, width and height; return what was judged."""
    judged, now = list[float](), 0.0
    for seconds, width, height in shapes:
        for _ in range(round(seconds * fps)):
            now += 1 / fps
            found = posture.judge(now, width, height)
            if found is not None:
                judged.append(found)
    return judged


@pytest.mark.parametrize("fps", [5, 10, 30])
def test_from_upright_to_flat_and_up_again(fps: float) -> None:
    """A fall is told once, with its uncertainty, and getting up once."""
    standing, lying = (3.0, 0.1, 0.3), (4.0, 0.3, 0.1)
    fallen, up = lie(Posture(), [standing, (0.4, 0.2, 0.2), lying, standing], fps)
    assert 0.5 <= fallen <= 0.9
    assert up == 0


@pytest.mark.parametrize(
    ("shapes", "why"),
    [
        ([(5.0, 0.3, 0.1)], "it was never upright"),
        ([(3.0, 0.1, 0.3), (0.6, 0.3, 0.1), (3.0, 0.1, 0.3)], "it was down for a moment only"),
        ([(3.0, 0.1, 0.3), (3.0, 0.18, 0.2), (5.0, 0.3, 0.1)], "it lay down slowly"),
        ([(3.0, 0.1, 0.3), (0.4, 0.2, 0.2), (5.0, 0.32, 0.29)], "it is as high as before"),
    ],
)
def test_what_is_no_fall(shapes: list[tuple[float, float, float]], why: str) -> None:
    """Lying all along, stooping, lying down and coming closer are none."""
    assert lie(Posture(), shapes, 10) == [], why
