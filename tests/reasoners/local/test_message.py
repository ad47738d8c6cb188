"""Questions travel whole, with their pictures as bytes."""

import pytest
from pydantic import ValidationError

from reasoners import Prompt, Turn
from reasoners.local.message import Cancel, Failed, Load, from_worker, packed, to_worker, unpacked

PROMPT = Prompt(
    (
        Turn("system", ("Check.",)),
        Turn("user", ("k1", b"\xff\xd8one", "k2", b"\xff\xd8three", "What?")),
    ),
    {"type": "object"},
)


def test_a_question_arrives_as_it_was_sent() -> None:
    """Turns, order, form and every byte of every picture."""
    question, blob = packed(7, PROMPT)
    read = to_worker.validate_json(question.model_dump_json())
    assert read == question
    assert unpacked(question, blob) == PROMPT


def test_messages_are_told_apart() -> None:
    """By their kind, both ways; anything else is refused."""
    load = Load(path="/m", device="cpu", threads=1, max_tokens=9)
    for message in (load, Cancel(id=1)):
        assert to_worker.validate_json(message.model_dump_json()) == message
    failed = Failed(id=1, remedy="too_long", reason="x")
    assert from_worker.validate_json(failed.model_dump_json()) == failed
    with pytest.raises(ValidationError):
        from_worker.validate_json('{"kind": "loaded", "description": "x", "more": 1}')
