"""`lookout replay` of what a vehicle saw: the whole way from pixels to a warning."""

import json
from pathlib import Path

import pytest
from rig.command import lookout, written
from rig.road import RoadClip

DETECTOR = {
    "type": "detectors.testing:ScriptedDetector",
    "label": "car",
    "width": 640,
    "height": 360,
}
CAMERA = {
    "source": {"type": "file", "path": "elsewhere.mp4"},
    "profile": "driver_assist",
    "driving": {"collision": 2.5},
}


def driven(folder: Path, clip: RoadClip) -> list[dict[str, object]]:
    """Replay a drive; return its events."""
    path = clip.write(folder / "drive.mp4")
    whole = {"node": "box1", "detector": DETECTOR, "cameras": {"dash": CAMERA}}
    out = folder / "out.jsonl"
    words = ("--config", written(folder, whole), "--jsonl", str(out))
    done = lookout("replay", str(path), *words)
    assert done.code == 0, done.err
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_closing_in_on_a_vehicle_warns_with_its_evidence(tmp_path: Path) -> None:
    """A vehicle 40 m ahead, 12 m/s slower: `closing_fast`, then `collision` once, in time."""
    clip = RoadClip(frames=70, gap=lambda at: 40 - 12 * at, speed=lambda at: 20 * at)
    events = driven(tmp_path, clip)
    new = {event["rule"]: event for event in events if event["type"] == "new"}
    assert set(new) == {"closing_fast", "collision"}
    collision = new["collision"]
    assert collision["severity"] == "alert"
    measured = {one["kind"]: one for one in collision["conditions"]}  # type: ignore[attr-defined]
    happens = 40 / 12
    told = collision["frame"]["captured_at"]  # type: ignore[index]
    assert told + measured["time_to_contact"]["value"] == pytest.approx(happens, abs=0.3)
    assert happens - told > 1.5
    assert {event["rule"] for event in events if event["type"] == "end"} == set(new)


def test_drifting_out_of_the_lane_warns_and_keeping_it_does_not(tmp_path: Path) -> None:
    """Found by the decoder's child in the pixels, told by the reasoning, once."""
    drifting = RoadClip(
        frames=75, aside=lambda at: 0.1 - 0.5 * max(0.0, at - 0.8), speed=lambda at: 20 * at
    )
    told = [event for event in driven(tmp_path, drifting) if event["type"] == "new"]
    assert [(event["rule"], event["objects"]) for event in told] == [("lane_departure", [])]
    assert "left lane mark" in str(told[0]["conditions"])
    assert driven(tmp_path, RoadClip(frames=50, speed=lambda at: 20 * at)) == []


@pytest.mark.parametrize(
    "clip",
    [
        "dashcam_highway_white_car_720p.mp4",
        pytest.param("dashcam_highway_2cars_720p.mp4", marks=pytest.mark.slow),
        pytest.param("dashcam_highway_day_540p.mp4", marks=pytest.mark.slow),
        pytest.param("dashcam_night_road_1080p.mp4", marks=pytest.mark.slow),
    ],
)
@pytest.mark.material
def test_real_drives_without_danger_warn_of_nothing(
    material: Path, tmp_path: Path, clip: str
) -> None:
    """Motorway by day and a road by night, cars beside us, marks on the road: silence."""
    events = replayed(material, tmp_path, clip)
    assert [event["rule"] for event in events] == []


@pytest.mark.slow
@pytest.mark.material
def test_real_people_who_step_off_the_kerb_are_warned_of(material: Path, tmp_path: Path) -> None:
    """Two people cross towards the camera: both are told of, and no collision is, for none comes.

    They are reached in more than four seconds, if at all.
    """
    events = replayed(material, tmp_path, "street_jaywalk_2p_720p.mp4")
    told = [event for event in events if event["type"] == "new"]
    assert {event["rule"] for event in told} == {"person_in_path"}
    assert len(told) >= 2


def replayed(material: Path, folder: Path, clip: str) -> list[dict[str, object]]:
    """Replay a real drive as a camera in a vehicle, with a real model."""
    model = material / "models" / "yolo11n_int8_openvino" / "yolo11n.xml"
    whole = {"node": "box1", "cameras": {"dash": {**CAMERA, "driving": {}}}}
    out = folder / "out.jsonl"
    words = ("--config", written(folder, whole), "--model", str(model), "--jsonl", str(out))
    done = lookout("replay", str(material / "media" / clip), *words)
    assert done.code == 0, done.err
    return [json.loads(line) for line in out.read_text().splitlines()]
