"""Objects in zones and at lines."""

from collections.abc import Callable

import pytest

from detectors import Track
from reasoners import SceneConfig, View
from reasoners.scene.change import Blocked, Change, Crossed, Loitered, WrongWay
from reasoners.scene.line import LineConfig
from reasoners.scene.scene import Scene
from reasoners.testing import Watching

Watch = Callable[[str], Watching]
MakeTrack = Callable[..., Track]
MakeView = Callable[..., View]
GATE = {"gate": LineConfig(points=((0.5, 0.2), (0.5, 0.9)), way="backward")}


def crossings(track: MakeTrack, view: MakeView, ways: list[float], y: float = 0.5) -> list[Change]:
    """Let somebody's foot be at these places, one after the other."""
    scene, changes = Scene(SceneConfig(lines=GATE)), list[Change]()
    for tenth, x in enumerate(ways):
        changes += scene.observe(view(tenth / 10, track(x=x, y=y)))
    return [change for change in changes if isinstance(change, Crossed | WrongWay)]


def test_a_line_is_crossed_once_with_its_way(track: MakeTrack, view: MakeView) -> None:
    """From right to left over a line drawn downwards is forward; here the wrong way."""
    changes = crossings(track, view, [0.8 - 0.02 * step for step in range(30)])
    assert [type(change) for change in changes] == [Crossed, WrongWay]
    assert isinstance(changes[0], Crossed)
    assert changes[0].way == "forward"
    (back,) = crossings(track, view, [0.2 + 0.02 * step for step in range(30)])
    assert isinstance(back, Crossed)
    assert back.way == "backward"


@pytest.mark.parametrize(
    ("ways", "y"),
    [
        ([0.4, 0.45, *[0.499, 0.501] * 20, 0.45, 0.4], 0.5),
        ([0.2 + 0.02 * step for step in range(30)], 0.75),
        ([0.5, 0.501, 0.499, 0.5], 0.5),
    ],
    ids=["trembles and goes back", "goes around its end", "stands on it"],
)
def test_what_does_not_cross(track: MakeTrack, view: MakeView, ways: list[float], y: float) -> None:
    """Trembling on a line, going around its end and standing on it are no crossings."""
    assert crossings(track, view, ways, y) == []


def test_loitering_is_told_once_however_often_one_steps_out(watched: Watch) -> None:
    """Whoever hangs about is told of when the time is up."""
    (loitered,) = [one for one in watched("loiterer").changes if isinstance(one, Loitered)]
    assert loitered.at - loitered.since == pytest.approx(8.0, abs=0.21)


def test_what_stands_in_a_zone_to_be_kept_clear_blocks_it(watched: Watch) -> None:
    """Two cars that stand in the lane block it, each once; who drives through does not."""
    blocked = [one for one in watched("queue").changes if isinstance(one, Blocked)]
    assert [one.zone for one in blocked] == ["lane", "lane"]
    assert not [one for one in watched("lane").changes if isinstance(one, Blocked)]


def test_only_the_wrong_way_through_a_zone_is_wrong(watched: Watch) -> None:
    """Of two cars in the lane one goes against it."""
    wrong = [one for one in watched("lane").changes if isinstance(one, WrongWay)]
    assert [one.place for one in wrong] == ["zone:lane"]
