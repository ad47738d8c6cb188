"""What a person saw in real clips, a replay tells as well: visits, stays and crossings, in time.

The expectations lie beside this file, in `seen/`. They were read off the pictures by eye.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml
from rig.command import lookout
from rig.seen import Seen, events, read

from reasoners import Chronicle, Event
from reasoners.testing import play
from reasoners.testing.plays import CONFIG
from reasoners.testing.showing import exact

FOLDER = Path(__file__).parent / "seen"
USUAL = "models/yolo11n_int8_openvino/yolo11n.xml"
"""Of the eleven clips that are met with one configuration, and of two that change the tracker."""

WHOSE = {"above": "detector", "parking": "tracker", "shoulder": "tracker"}
"""What each of the other clips has chosen for it."""

SHORT = ("garden", "rails")
"""Clips that take only seconds."""


def said(name: str) -> str:
    """Return what stands over the expectations of a clip."""
    lines = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    return " ".join(line.lstrip("# ") for line in lines if line.startswith("#"))


def replayed(seen: Seen, material: Path, folder: Path) -> list[Event]:
    """Replay a clip as the expectations say; return what was told."""
    config, told = folder / "lookout.yaml", folder / "told.jsonl"
    config.write_text(yaml.safe_dump(seen.configuration(material)), encoding="utf-8")
    clip = str(material / seen.clip)
    done = lookout("replay", clip, "-c", str(config), "--jsonl", str(told), "-q", within=600)
    assert done.code == 0, done.err
    return events(told)


def test_ten_clips_and_more_need_nothing_of_their_own() -> None:
    """One detector, one tracker as shipped; the files of the others say what they have instead."""
    own = {
        path.stem
        for path in FOLDER.glob("*.yaml")
        if (seen := read(path)).tracker or seen.detector or seen.model != USUAL
    }
    assert own == WHOSE.keys()
    assert len(list(FOLDER.glob("*.yaml"))) - len(own) >= 10
    assert all(f"{what} of its own" in said(name) for name, what in WHOSE.items())


@pytest.mark.material
@pytest.mark.parametrize("name", SHORT)
def test_a_short_clip_is_told_as_it_was_seen(name: str, material: Path, tmp_path: Path) -> None:
    """All that was seen is told, and nothing else."""
    seen = read(FOLDER / f"{name}.yaml")
    assert seen.differences(replayed(seen, material, tmp_path)) == []


@pytest.mark.slow
@pytest.mark.material
@pytest.mark.parametrize(
    "name", sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem not in SHORT)
)
def test_a_clip_is_told_as_it_was_seen(name: str, material: Path, tmp_path: Path) -> None:
    """All that was seen is told, and nothing else."""
    seen = read(FOLDER / f"{name}.yaml")
    assert seen.differences(replayed(seen, material, tmp_path)) == []


def told_of_a_play() -> list[Event]:
    """Tell a play in which one person crosses the yard to the right, a later one to the left."""
    chronicle = Chronicle(
        node="box1",
        camera="porch",
        config=CONFIG,
        new_id=lambda camera, ordinal, _: f"{camera}-{ordinal}",
        clock="media",
        ask=None,
    )
    views = list(exact(play("passers", 1), 5))
    told = [revision.event for view in views for revision in chronicle.observe(view)]
    return told + [one.event for one in chronicle.close(views[-1].captured_at, "left")]


def test_every_difference_is_named() -> None:
    """What is missing, too much or at another time fails; what was seen does not."""
    told = told_of_a_play()
    ends = [event for event in told if event.type == "end"]
    inside = [next(r for r in event.relations if r.object == "zone:yard") for event in ends]
    right: dict[str, Any] = {
        "clip": "none",
        "camera": {},
        "within": 1.5,
        "visits": [
            {"label": "person", "from": round(event.started_at), "to": round(event.ended_at or 0)}
            for event in ends
        ],
        "stays": [
            {"label": ["person", "dog"], "zone": "yard", "from": one.since, "to": one.until}
            for one in inside
        ],
        "crossings": [
            {"label": "person", "line": "gate", "way": way, "at": at}
            for way, at in (("forward", inside[0].until), ("backward", inside[1].since))
        ],
    }
    seen = Seen.model_validate(right)
    assert seen.differences(told) == []
    assert len(seen.differences([])) == 6
    late = Seen.model_validate({**right, "within": 0.01})
    assert len(late.differences(told)) >= 4
    fewer = Seen.model_validate({**right, "visits": right["visits"][:1], "crossings": []})
    too_much = [" ".join(one.split()[:5]) for one in fewer.differences(told)]
    assert too_much == [
        "a visit of a person",
        "a person crossed gate forward",
        "a person crossed gate backward",
    ]
