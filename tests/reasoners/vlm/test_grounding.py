"""Comparing claims with what the detector saw."""

from typing import Any

import pytest

from reasoners import Event, ReasoningState
from reasoners.vlm.grounding import ground
from reasoners.vlm.reply import Reply

EVENT = Event.model_validate(
    {
        "id": "e1",
        "node": "box1",
        "camera": "porch",
        "revision": 1,
        "type": "new",
        "rule": "presence",
        "started_at": 1.0,
        "updated_at": 1.0,
        "objects": [
            {
                "track": "t17",
                "label": "person",
                "score": 0.91,
                "box": [0.0, 0.2, 0.15, 0.8],
                "motion": {"speed": 0.0, "state": "stationary"},
            }
        ],
        "explanation": "Somebody came.",
        "frame": {"index": 1, "captured_at": 1.0, "received_at": 1.0},
    }
)


def reply(answer: str = "yes", *tracks: str | None) -> Reply:
    """Make a reply that names tracks."""
    entities: list[dict[str, Any]] = [
        {"text": "somebody", "kind": "person", "track": track} for track in tracks
    ]
    return Reply.model_validate(
        {"answer": answer, "confidence": 88, "description": "Somebody.", "entities": entities}
    )


@pytest.mark.parametrize(
    ("answer", "state"),
    [("yes", "verified"), ("no", "rejected"), ("cannot_tell", "uncertain")],
)
def test_an_answer_is_a_state(answer: str, state: ReasoningState) -> None:
    """`cannot_tell` is the answer, `uncertain` the state."""
    verdict = ground(reply(answer, "t17", None), EVENT)
    assert verdict.state == state
    (given,) = verdict.answers
    assert (given.question, given.answer, given.confidence) == ("presence", answer, 0.88)
    assert given.evidence == ("t17",)
    assert [check.ok for check in verdict.checks] == [True]


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_track_that_does_not_exist_makes_it_uncertain(answer: str) -> None:
    """The check says what was claimed and seen; the entity stays, its false link does not."""
    verdict = ground(reply(answer, "t17", "t99"), EVENT)
    assert verdict.state == "uncertain"
    (check,) = verdict.checks
    assert (check.name, check.claimed, check.seen, check.ok) == (
        "entity_tracks",
        "t17, t99",
        "t17",
        False,
    )
    assert [entity.track for entity in verdict.entities] == ["t17", None]
    assert verdict.answers[0].evidence == ("t17",)


def test_no_claim_no_check() -> None:
    """An answer without links to tracks stands on its own."""
    assert ground(reply("yes"), EVENT).checks == ()
