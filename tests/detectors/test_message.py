"""Messages between daemon and worker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from detectors.message import (
    Detect,
    Failed,
    Found,
    Item,
    Load,
    Loaded,
    Map,
    Unmap,
    from_daemon,
    from_worker,
)

ITEM = Item(camera="yard", index=7, slot=1, generation=4, width=640, height=360)


@pytest.mark.parametrize(
    "message",
    [
        Load(name="eyes", backend="module:Class", config={"threads": 2, "labels": ["cat"]}),
        Map(camera="yard", slots=3),
        Unmap(camera="yard"),
        Detect(id=9, items=(ITEM, ITEM)),
    ],
    ids=lambda message: message.kind,
)
def test_what_the_daemon_says_arrives(message: Load | Map | Unmap | Detect) -> None:
    """A message survives the way through JSON."""
    assert from_daemon.validate_json(message.model_dump_json()) == message


@pytest.mark.parametrize(
    "message",
    [
        Loaded(
            width=640,
            height=384,
            labels=("cat",),
            description="d",
            max_batch=1,
            window=0,
            seconds=1,
        ),
        Found(id=9, rows=(2, -1), seconds=0.02, rss=10_000_000),
        Failed(remedy="rejected", reason="no such file"),
    ],
    ids=lambda message: message.kind,
)
def test_what_the_worker_says_arrives(message: Loaded | Found | Failed) -> None:
    """A message survives the way through JSON."""
    assert from_worker.validate_json(message.model_dump_json()) == message


@pytest.mark.parametrize(
    "text",
    [
        '{"kind": "detect", "id": 1, "items": []}',
        '{"kind": "map", "camera": "yard", "slots": 65}',
        '{"kind": "unmap", "camera": "yard", "force": true}',
        '{"kind": "found", "id": 1, "rows": [], "seconds": 0}',
        '{"camera": "yard"}',
    ],
)
def test_what_no_daemon_says_is_refused(text: str) -> None:
    """Empty batches, too many slots, unknown fields and foreign kinds are no messages."""
    with pytest.raises(ValidationError):
        from_daemon.validate_json(text)


@given(st.text(max_size=200))
def test_garbage_is_refused(text: str) -> None:
    """Whatever a broken worker writes is refused as a whole."""
    with pytest.raises(ValidationError):
        from_worker.validate_json(text)
