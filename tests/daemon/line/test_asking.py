"""Keyframes of one camera: a real child makes their pictures, a server is asked."""

import base64
import re
from pathlib import Path
from typing import Any

from rig.street import alive, street
from rig.thinking import thinking as asking
from rig.waiting import running, until

from reasoners.providers.config import HttpConfig
from reasoners.providers.http import HttpReasoner
from reasoners.testing import ScriptedModel, answer


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
