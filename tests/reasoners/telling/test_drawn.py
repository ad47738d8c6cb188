"""What the pictures of whole plays show, from tracks to marks."""

from reasoners import Chronicle, SceneConfig
from reasoners.testing import play
from reasoners.testing.plays import CONFIG
from reasoners.testing.showing import exact
from sources import PictureRequest


def pictures(name: str, seed: int, label: str) -> list[PictureRequest]:
    """Play a scene; return the pictures of events about things of a label, in their order."""
    presence = CONFIG.presence.model_copy(update={"labels": (label,)})
    config: SceneConfig = CONFIG.model_copy(update={"presence": presence})
    chronicle = Chronicle(
        node="box1",
        camera="porch",
        config=config,
        new_id=lambda camera, ordinal, _: f"{camera}-{ordinal}",
        clock="media",
        ask=None,
    )
    return [
        one.picture
        for view in exact(play(name, seed), 5)
        for one in chronicle.observe(view)
        if one.picture is not None
    ]


def test_a_snapshot_shows_where_somebody_came_from_and_goes() -> None:
    """Zones and lines, a tail behind the object, its way ahead, and its box over all that."""
    later = pictures("passers", 1, "person")[1]
    assert [mark.shape for mark in later.marks[-4:]] == ["line", "arrow", "polygon", "box"]
    tail, way, _, box = later.marks[-4:]
    assert tail.points[-1] == way.points[0]
    assert abs(tail.points[0][0] - way.points[1][0]) > abs(tail.points[0][0] - way.points[0][0])
    assert {mark.color for mark in later.marks[-4:]} == {box.color}


def test_a_snapshot_shows_what_holds_between_its_object_and_others() -> None:
    """The word for it, and the other one by its name."""
    shown = pictures("bag", 3, "person")
    words = [mark.text for request in shown for mark in request.marks]
    assert {"carries t3", "backpack t3", "approaches", "takes, carries t3"} <= set(words)
