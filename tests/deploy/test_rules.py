"""The ready-made sets of rules: each loads as it is, and fires on what it is for."""

from pathlib import Path

import pytest
import yaml
from rig.checkout import ROOT

from daemon.config import CameraConfig, load
from daemon.ruling import problems, ruled
from reasoners import Chronicle, Rules, SceneConfig
from reasoners.testing import CAMERA, Actor, Play, Shape, Step, exact, play
from reasoners.testing.plays import GATE, LANE, YARD, walk

SETS = ROOT / "deploy" / "rules"
NEAR, FAR = ([list(CAMERA.project(x, 0, z)) for x, z in corners] for corners in (YARD, LANE))
ACROSS = [list(CAMERA.project(x, 0, z)) for x, z in GATE]
"""The yard and the lane of the plays, and the line between two of their halves."""

PLACES = {
    "home": ({"door": NEAR, "driveway": FAR, "garden": NEAR}, None),
    "shop": ({"counter": NEAR, "shelves": NEAR, "back_room": NEAR}, "entrance"),
    "yard": ({"yard": NEAR, "fence": NEAR}, "gate"),
    "warehouse": ({"aisle": FAR, "danger": NEAR, "dock": NEAR}, None),
    "crossing": ({"tracks": FAR, "lane": FAR}, "stop_line"),
    "car_park": ({"spaces": NEAR, "no_parking": FAR, "lane": FAR}, "exit"),
    "driver_assist": ({"ahead": FAR, "kerb": NEAR}, None),
}
"""Where the zones of each set lie in the plays, and what its line is called."""

CAR = Shape(4.2, 1.5, 1.8)
TRAIN = Actor("train", "train", Shape(6.0, 2.5, 1.8), [Step(1.0, -16, 12), Step(20.0, 16, 12)])
CROSSES = walk("one", 4.0, [(1.0, 6.5, 0), (1.0, 15.5, 0)], 1.2)
DRIVES = walk("car", 3.0, [(-16, 11, 0), (16, 11, 0)], 4.0, "car", CAR)
FLIES = walk("car", 3.0, [(-16, 11, 0), (16, 11, 0)], 14.0, "car", CAR)
PARKS = walk("car", 1.0, [(-16, 11, 0), (0, 11, 90), (16, 11, 0)], 4.0, "car", CAR)
DOG = walk("dog", 1.0, [(-16, 11, 0), (16, 11, 0)], 2.0, "dog", Shape(0.9, 0.6, 0.3))
STANDS = walk("one", 1.0, [(-16, 7.5, 0), (0, 7.5, 40), (16, 7.5, 0)], 1.4)
MANY = tuple(
    walk(f"w{n}", 1.0 + n, [(-16, 6.4 + 0.5 * n, 0), (n - 2.5, 6.4 + 0.5 * n, 30)], 1.5)
    for n in range(6)
)
QUIET = Play("quiet", (walk("bus", 1.0, [(-16, 20, 0), (16, 20, 0)], 3.0, "bird", CAR),))


@pytest.fixture(scope="module", params=PLACES)
def name(request: pytest.FixtureRequest) -> str:
    """Name one set after the other."""
    return str(request.param)


def configured(name: str, folder: Path) -> CameraConfig:
    """Include a set beside a camera that has its zones and lines; return that camera."""
    zones, line = PLACES[name]
    camera = {
        "source": {"type": "synthetic"},
        "zones": {zone: {"points": points} for zone, points in zones.items()},
        "lines": {} if line is None else {line: {"points": ACROSS}},
    }
    file = folder / "lookout.yaml"
    included = str(SETS / f"{name}.yaml")
    file.write_text(yaml.safe_dump({"include": [included], "cameras": {"c": camera}}))
    config = load(file)
    assert problems(config, "file") == []
    return ruled(config, "c")


def fired(name: str, folder: Path, shown: Play) -> set[str]:
    """Run a set over a play; return the rules that fire."""
    camera = configured(name, folder)
    scene = SceneConfig(zones=camera.zones, lines=camera.lines)
    told = Chronicle(
        node="box1",
        camera="c",
        config=scene,
        new_id=lambda camera, ordinal, _: f"{camera}-{ordinal}",
        clock="media",
        ask=None,
        engines=(Rules(camera.rules, scene),),
    )
    return {r.event.rule for view in exact(shown, 5) for r in told.observe(view)}


def test_every_set_is_tried(name: str, tmp_path: Path) -> None:
    """What is shipped is loaded here, whole: each rule is for a camera that has its zones."""
    assert {file.stem for file in SETS.glob("*.yaml")} == set(PLACES)
    written = yaml.safe_load((SETS / f"{name}.yaml").read_text())["rules"]
    assert set(configured(name, tmp_path).rules) == set(written)
    assert all(rule.get("title") for rule in written.values())


def test_nothing_fires_where_nothing_happens(name: str, tmp_path: Path) -> None:
    """A bird far away is nobody's business."""
    assert fired(name, tmp_path, QUIET) <= {"after_hours"}


@pytest.mark.parametrize(
    ("name", "shown", "fires"),
    [
        ("home", play("bag", 1), {"parcel_left", "parcel_taken", "at_the_door"}),
        ("home", Play("stands", (STANDS,)), {"at_the_door", "garden_at_night"}),
        ("home", play("queue", 1), {"car_arrives"}),
        ("home", play("fall", 1), {"fallen"}),
        ("shop", play("passers", 1), {"customer_enters", "customer_leaves", "back_room"}),
        ("shop", Play("many", MANY), {"queue"}),
        ("shop", Play("stands", (STANDS,)), {"unattended"}),
        ("yard", play("bag", 1), {"left_behind", "intruder"}),
        ("yard", Play("stands", (STANDS,)), {"at_the_fence"}),
        ("yard", play("runner", 1), {"runs"}),
        ("warehouse", play("loiterer", 1), {"worker_in_danger_zone"}),
        ("warehouse", Play("parks", (PARKS,)), {"aisle_blocked"}),
        ("warehouse", Play("many", MANY), {"crowd_at_dock"}),
        ("warehouse", play("fall", 1), {"fallen"}),
        ("crossing", Play("train", (TRAIN, CROSSES)), {"person_on_tracks", "train_and_others"}),
        ("crossing", play("queue", 1), {"vehicle_stuck"}),
        ("car_park", Play("parks", (PARKS,)), {"no_parking", "lane_blocked"}),
        ("car_park", Play("flies", (FLIES,)), {"too_fast"}),
        ("car_park", Play("both", (DRIVES, CROSSES)), {"person_in_lane"}),
        ("driver_assist", Play("steps", (CROSSES,)), {"pedestrian_ahead", "steps_onto_road"}),
        ("driver_assist", Play("dog", (DOG,)), {"animal_ahead"}),
        ("driver_assist", play("braking", 1), {"stopped_ahead"}),
        ("driver_assist", Play("many", MANY), {"crowd_ahead"}),
    ],
    ids=lambda value: value.name if isinstance(value, Play) else None,
)
def test_a_set_fires_on_what_it_is_for(
    name: str, shown: Play, fires: set[str], tmp_path: Path
) -> None:
    """Each of these plays has something that the set must tell of."""
    assert fires <= fired(name, tmp_path, shown)
