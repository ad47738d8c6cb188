"""Looking at the view now and then."""

from sources.child.watchman import Watchman
from sources.message import Hint
from sources.testing.scripted import ScriptedPicture


def picture(number: int) -> ScriptedPicture:
    """Draw one picture."""
    return ScriptedPicture(1, number, 320, 240, None, corrupt=False)


def test_looks_are_rare() -> None:
    """A look every other second, or a tenth of the time that makes a picture frozen."""
    watchman = Watchman(20.0)
    assert watchman.due(0.0)
    watchman.look(picture(0), 100.0, 1)
    assert not watchman.due(101.9)
    assert watchman.due(102.0)
    quick = Watchman(5.0)
    quick.look(picture(0), 100.0, 1)
    assert quick.due(100.5)


def test_frozen_picture_is_told_and_gives_no_other_hint() -> None:
    """The same picture for its time is frozen; another one is not."""
    watchman = Watchman(20.0)
    hints: list[Hint] = []
    for look in range(11):
        hints += watchman.look(picture(7), 2.0 * look, look)
    assert watchman.frozen
    assert hints == []
    watchman.look(picture(9), 22.0, 11)
    assert not watchman.frozen
