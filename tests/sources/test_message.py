"""What a child may say, and what the daemon may ask."""

import json

import pytest
from pydantic import ValidationError

from sources.message import Counts, Given, Open, from_child, from_daemon

GIVEN = Given(
    id=1, index=2, slot=0, generation=4, width=8, height=8, full_width=16, full_height=16,
    time=1.5, arrival=2.5, counts=Counts(decoded=1, handed_over=1),
)  # fmt: skip


@pytest.mark.parametrize(
    "lie",
    [
        {"index": -1},
        {"index": 2**60},
        {"width": 0},
        {"width": 100_000},
        {"time": "NaN"},
        {"slot": -1},
        {"extra": 1},
        {"kind": "open"},
        {"kind": "next"},
    ],
)
def test_dishonest_answer_is_refused(lie: dict[str, object]) -> None:
    """Numbers out of range, unknown fields and messages of the other side do not pass (F62)."""
    text = json.dumps(json.loads(GIVEN.model_dump_json()) | lie)
    with pytest.raises(ValidationError):
        from_child.validate_json(text)


def test_answer_survives_the_wire() -> None:
    """What is sent is what is received."""
    assert from_child.validate_json(GIVEN.model_dump_json()) == GIVEN


@pytest.mark.parametrize("crop", [(0.5, 0, 0.5, 1), (0.8, 0, 0.2, 1), (0, 0, 1, 1.5)])
def test_crop_must_hold_something(crop: tuple[float, float, float, float]) -> None:
    """An empty crop, or one outside the picture, is refused."""
    with pytest.raises(ValidationError):
        Open(camera="a", backend="m:C", config={}, slots=1, crop=crop)


def test_daemon_messages_are_told_apart_by_kind() -> None:
    """The kind decides; a message without one is refused."""
    assert isinstance(
        from_daemon.validate_json(
            '{"kind":"open","camera":"a","backend":"b","config":{},"slots":1}'
        ),
        Open,
    )
    with pytest.raises(ValidationError):
        from_daemon.validate_json("{}")
