"""Keyframes of one camera: a real child makes their pictures, a server is asked."""

import base64
import json
import re
from pathlib import Path
from typing import Any

from rig.street import alive, street
from rig.thinking import thinking as asking
from rig.waiting import running, until

from reasoners import PresenceConfig
from reasoners.providers.config import HttpConfig
from reasoners.providers.http import HttpReasoner
from reasoners.testing import ScriptedModel, answer, replied, says, thing


def said(body: dict[str, Any]) -> tuple[list[str], list[bytes]]:
    """Return the texts and pictures of a request."""
    parts = body["messages"][1]["content"]
    texts = [part["text"] for part in parts if part["type"] == "text"]
    urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
    return texts, [base64.b64decode(url.partition(",")[2]) for url in urls]


async def test_a_question_goes_with_keyframes_of_the_event(tmp_path: Path) -> None:
    """Frames that are still there, each with name, time and reason; no picture goes twice."""
    async with ScriptedModel(answer("yes")) as model:
        config = HttpConfig(url=model.url, model="test")
        thinking = asking(HttpReasoner("reasoner", config, None))
        async with (
            street(tmp_path, thinking=thinking, goes=10**6) as one,
            running(thinking.run()),
            alive(one),
        ):
            await until(lambda: model.requests)
            events = await one.told(
                lambda events: any(e.reasoning.state not in {"none", "pending"} for e in events)
            )
    texts, pictures = said(model.requests[0].body)
    captions = [text for text in texts if re.match(r"k\d+, ", text)]
    assert len(captions) == len(pictures) == len(set(pictures)) >= 1
    assert all(picture.startswith(b"\xff\xd8\xff") for picture in pictures)
    assert all("; marked: t" in caption or "before" in caption for caption in captions)
    times = [float(found[1]) for text in captions if (found := re.search(r"at (\d+\.\d) s", text))]
    assert times == sorted(times)
    assert events[0].reasoning.state == "pending"


async def test_a_severe_doubt_is_asked_again_with_other_frames(tmp_path: Path) -> None:
    """Typed answers, things, expectations and a second opinion arrive in the event, end to end."""
    asked = PresenceConfig.model_validate(
        {
            "severity": "alert",
            "hold": 0.3,
            "ask": [
                "Is it a courier?",
                {"name": "people", "question": "How many?", "answer": "number", "unit": "people"},
            ],
        }
    )
    unsure, sure = _two("yes", 30), _two("yes", 90)
    async with ScriptedModel(says(json.dumps(unsure), pause=0.02), says(json.dumps(sure))) as model:
        config = HttpConfig(url=model.url, model="test")
        thinking = asking(HttpReasoner("reasoner", config, None))
        async with (
            street(tmp_path, thinking=thinking, presence=asked, goes=150) as one,
            running(thinking.run()),
            alive(one),
        ):
            events = await one.told(
                lambda events: any(e.reasoning.state not in {"none", "pending"} for e in events)
            )
    (event,) = [e for e in events if e.reasoning.state not in {"none", "pending"}][:1]
    assert event.reasoning.state == "verified"
    assert event.reasoning.second is not None
    assert event.reasoning.second.agrees
    assert [(a.question, a.value, a.unit) for a in event.answers] == [
        ("presence", None, ""),
        ("people", 1.0, "people"),
    ]
    assert [(e.text, e.attributes) for e in event.entities] == [("courier", ("red jacket",))]
    assert {p.what for p in event.predictions if p.source == "vlm"} == {"stops"}
    assert "It was asked as a second opinion" in event.explanation
    first, second = (set(said(one.body)[1]) for one in model.requests[:2])
    assert first
    assert second
    assert not first & second
    names = [keyframe.name for keyframe in event.keyframes]
    assert len(names) == len(set(names)) == len(event.keyframes)
    assert thinking.stats()["second_decided"] == 1


def _two(answer: str, confidence: int) -> dict[str, Any]:
    """Answer both questions about the track there is."""
    courier = thing(track="t1", attributes=["red jacket"])
    later = {"what": "stops", "subject": "t1", "object": None, "within_s": 9, "probability": 60}
    reply = replied(answer, confidence, things=[courier], relations=[], next=[later])
    number = {"answer": "1", "confidence": 90, "evidence": []}
    return {**reply, "answers": {**reply["answers"], "q2": number}}
