"""What a model was asked about an event, shown to people and to machines."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rig.command import called
from rig.revisions import revision

from reasoners import Reasoning
from reasoners.event import Answer, Check, EventKeyframe, Media
from sinks.journal import UNDER_WAY, Call, Journal

CALL = Call(
    at=1_795_400_001.25,
    events=("e1", "e2"),
    camera="porch",
    provider="big",
    model="qwen",
    digest="d" * 64,
    prompt="[user]\nQuestion q1: Is it a courier?\n[picture 1: 812 bytes]",
    pictures=("ab12" * 16,),
    reply='{"answers": {"q1":',
    outcome="answered",
    details={
        "waited_s": 1.021,
        "deadline_s": 8.979,
        "attempt": 2,
        "together": 2,
        "effort": 1,
        "waiting": 3,
        "budget": {"calls": [12, 300.0], "camera_tokens": [3400, 20000.0]},
        "first_s": 0.4,
        "latency_s": 1.9,
        "tokens": 812,
        "bytes": 30211,
        "money": 0.0017,
    },
)
REPAIR = replace(
    CALL,
    at=1_795_400_003.5,
    digest="e" * 64,
    prompt=CALL.prompt + '\n[assistant]\n{"answers": {"q1":\n[user]\nThat was \x1b[31mnot accepted',
    reply="yes",
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Keep an event with a verdict, and what was said about it; and one without any of it."""
    reasoning = Reasoning(
        state="uncertain",
        model="qwen",
        deadline_at=1_795_400_010.0,
        latency_s=4.0,
        tokens=1624,
        reason="one claim aside",
        checks=(Check(name="count_person", claimed=2, seen=1, ok=False),),
    )
    shown = EventKeyframe(name="k1", frame=31, captured_at=1_795_400_000.5, reason="best_view")
    answer = Answer(question="courier", answer="yes", confidence=0.88, evidence=("k1", "t17"))
    event = revision(
        1,
        reasoning=reasoning,
        keyframes=(shown,),
        answers=(answer,),
        media=Media(snapshot="/events/e1/snapshot.jpg"),
    )
    journal = Journal(tmp_path / "journal.sqlite")
    journal.open()
    journal.commit([event, revision(3)])
    for call in (CALL, REPAIR, replace(CALL, at=CALL.at + 9, outcome=UNDER_WAY, reply="")):
        journal.record_call(call)
    journal.close()
    return tmp_path


def test_everything_about_a_question_is_shown(state: Path) -> None:
    """Outcome, answer, keyframes with reasons, checks, paths, prompts, replies, budget, times."""
    done = called("why", "e1", "--state-dir", str(state))
    rows = [line.split() for line in done.out.splitlines()]
    told = " ".join(done.out.split())
    assert "Question to a model: uncertain by qwen after 4 s with 1624 tokens: one claim" in told
    assert "courier: yes (88% sure), by k1 t17" in told
    assert next(row for row in rows if row[:1] == ["k1"])[-2:] == ["best", "view"]
    assert ["count_person", "2", "1", "contradicts"] in rows
    assert f"snapshot: {state}/media/events/e1/snapshot.jpg" in told
    assert "call 1 of 3 to big (qwen) at" in told
    assert (
        "attempt 2, after 1.02 s in the queue, with 8.98 s left, 1 more question in it,"
        " 3 waiting behind it"
    ) in told
    assert "two pictures at most" in told
    assert "12 of 300 calls an hour; 3400 of 20000 tokens an hour of this camera" in told
    assert "first word after 0.40 s, whole after 1.90 s, 812 tokens, 30211 bytes sent" in told
    assert "cost 0.0017" in told
    assert told.count("Is it a courier?") == 2, "not again where a repair only goes on from it"
    assert "under way" in told
    assert "\x1b" not in done.out


def test_machines_get_all_of_it(state: Path) -> None:
    """As the journal has it, with paths that can be opened."""
    done = called("why", "e1", "--state-dir", str(state), "--json")
    told: dict[str, Any] = json.loads(done.out)
    assert told["reasoning"]["state"] == "uncertain"
    assert told["keyframes"][0]["reason"] == "best_view"
    assert told["media"] == {"snapshot": f"{state}/media/events/e1/snapshot.jpg"}
    assert [one["outcome"] for one in told["calls"]] == ["answered", "answered", UNDER_WAY]
    assert told["calls"][0]["details"]["budget"]["calls"] == [12, 300.0]
    assert told["calls"][1]["prompt"] == REPAIR.prompt


def test_nothing_is_said_of_models_where_none_was_asked(state: Path) -> None:
    """An event without a question has no such part."""
    assert "model" not in called("why", "e3", "--state-dir", str(state)).out
