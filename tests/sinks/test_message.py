"""What leaves the process beside events."""

import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from sinks import CameraStatus, FrameReport, Notice, ObjectCounts, Stats, ZoneCounts

SAMPLES: list[tuple[str, BaseModel]] = [
    ("camera", CameraStatus(camera="yard", state="online", since=1)),
    ("objects", ObjectCounts(camera="yard", at=1, counts={"person": 2})),
    ("zone", ZoneCounts(camera="yard", zone="step", at=1, counts={})),
    ("notice", Notice(kind="gap", at=1, node="box1", text="3 lost", details={"count": 3})),
    ("stats", Stats(at=1, node="box1", uptime_s=2)),
    ("frame", FrameReport(camera="yard", index=1, captured_at=1, received_at=1, published_at=1)),
]


@pytest.mark.parametrize(("name", "message"), SAMPLES)
def test_a_message_names_its_schema_and_reads_back(name: str, message: BaseModel) -> None:
    """What is written can be read by the same model, and says what it is."""
    text = message.model_dump_json()
    assert json.loads(text)["schema"] == f"lookout.{name}/1"
    assert type(message).model_validate_json(text) == message


@pytest.mark.parametrize(
    "change",
    [
        {"camera": "Yard"},
        {"camera": "a/b"},
        {"camera": "yard/#"},
        {"state": "happy"},
        {"since": float("nan")},
        {"extra": 1},
    ],
)
def test_what_may_not_stand_in_a_topic_or_in_json_is_refused(change: dict[str, Any]) -> None:
    """Names are safe by their type; times are finite; nothing unknown slips through."""
    with pytest.raises(ValidationError):
        CameraStatus.model_validate({"camera": "yard", "state": "online", "since": 1} | change)
