"""Frozen pictures and views that are not what they were."""

import numpy as np
import numpy.typing as npt
import pytest

from sources.child.luma import Luma
from sources.child.view import NAMES, Frozen, Name, View
from sources.street import Street

STREET = Street(320, 180, 3)


def scene(number: int) -> Luma:
    """Draw a picture of the street, small."""
    picture = STREET.draw(number)
    return np.ascontiguousarray(picture[::2, ::2, 1])


def watch(frozen: Frozen, pictures: list[Luma], gop: int = 1) -> list[bool]:
    """Look at pictures, one each two seconds."""
    return [frozen.look(p, 2.0 * n, n // gop) for n, p in enumerate(pictures)]


def test_same_picture_is_frozen_after_its_time_and_not_before() -> None:
    """F16: the same picture for 20 s is frozen (figure: within 30 s); the next other one is not."""
    still = scene(1)
    seen = watch(Frozen(20.0), [still] * 12 + [scene(40)])
    assert seen.index(True) * 2.0 == 20.0
    assert not seen[-1]


def test_burnt_in_clock_does_not_hide_a_frozen_picture() -> None:
    """F16: digits that go on within one line of text are no life, once IDRs came in between."""
    pictures = []
    for number in range(14):
        picture = scene(1)
        picture[2:9, 70 + number % 5 : 84] = 255 * (number % 2)
        pictures.append(picture)
    assert watch(Frozen(20.0), pictures)[-1]
    assert not any(watch(Frozen(20.0), pictures, gop=100))


def test_quiet_street_is_not_frozen() -> None:
    """The noise of a sensor is life enough."""
    assert not any(watch(Frozen(20.0), [scene(number) for number in range(0, 60, 2)]))


def changes(view: View, pictures: list[Luma]) -> list[tuple[Name, bool]]:
    """Look at pictures and tell what changed."""
    return [change for picture in pictures for change in view.look(picture)]


def blurred(picture: Luma) -> Luma:
    """Smear a picture."""
    soft: npt.NDArray[np.float64] = picture.astype(np.float64)
    for _ in range(12):
        soft = (soft + np.roll(soft, 1, 0) + np.roll(soft, 1, 1) + np.roll(soft, -1, 0)) / 4
    return soft.astype(np.uint8)


def spoiled(name: Name, picture: Luma) -> Luma:
    """Make a view go wrong."""
    match name:
        case "dark":
            return picture // 24
        case "covered":
            return np.full_like(picture, 90) + picture // 64
        case "blurred":
            return blurred(picture)
        case "moved":
            return np.ascontiguousarray(np.roll(picture, (40, 50), (0, 1))[:, ::-1])


@pytest.mark.parametrize("name", NAMES)
def test_each_hint_comes_once_and_goes_once(name: Name) -> None:
    """A view gone wrong gives its own hint, a healthy one takes it back; a flicker gives none."""
    view = View()
    healthy = [scene(number) for number in range(0, 40, 2)]
    assert changes(view, healthy) == []
    wrong = [spoiled(name, picture) for picture in healthy]
    assert changes(view, wrong[:2] + healthy[:6]) == []
    assert changes(view, wrong[:8]) == [(name, True)]
    assert changes(view, healthy) == [(name, False)]


def test_light_that_changes_is_no_other_view() -> None:
    """Half the light, or more of it, moves nothing."""
    view = View()
    assert changes(view, [scene(number) for number in range(0, 20, 2)]) == []
    assert changes(view, [scene(number) // 2 + 10 for number in range(0, 20, 2)]) == []


def test_camera_that_is_carried_around_gives_no_hint() -> None:
    """Where nothing is usual, nothing is unusual."""
    rng = np.random.default_rng(1)
    pictures = [
        np.kron(rng.integers(0, 255, (9, 16)), np.ones((8, 8))).astype(np.uint8) for _ in range(30)
    ]
    assert changes(View(), pictures) == []


def test_turned_camera_is_accepted_in_time() -> None:
    """After a while another view is the view, and the hint goes."""
    view = View()
    healthy = [scene(number) for number in range(0, 40, 2)]
    changes(view, healthy)
    turned = [spoiled("moved", picture) for picture in healthy] * 3
    assert changes(view, turned) == [("moved", True), ("moved", False)]
