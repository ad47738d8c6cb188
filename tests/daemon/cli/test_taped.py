"""A recording with its cassette: the same bytes, and no model is contacted."""

import json
from pathlib import Path
from typing import Any

import pytest
from rig.command import lookout, written
from rig.model_server import ModelServer
from rig.visits import Visits

from daemon.cli import taped
from daemon.errors import ConfigRejected
from reasoners.testing import answer, fails, says


def config(folder: Path, url: str) -> str:
    """Write a configuration with a model."""
    return written(
        folder,
        {
            "node": "box1",
            "detector": {"type": "detectors.testing:ScriptedDetector"},
            "reasoner": {"type": "openai", "url": url, "model": "m", "deadline": "20s"},
            "cameras": {
                "yard": {
                    "source": {"type": "rtsp", "url": "rtsp://127.0.0.1:9/x"},
                    "presence": {"hold": 0.5},
                }
            },
        },
    )


def replayed(folder: Path, clip: Path, out: str, *more: str) -> bytes:
    """Replay; return what was written."""
    file = folder / out
    done = lookout("replay", str(clip), "-q", "--jsonl", str(file), *more)
    assert done.code == 0, done.err
    return file.read_bytes()


def test_a_cassette_answers_as_the_model_did(tmp_path: Path) -> None:
    """Answers, a bad reply with its repair, and failures are repeated; twice gives the same."""
    clip = Visits(count=4, there=1.2, away=1.2).write(tmp_path / "clip.mp4")
    cassette = tmp_path / "clip.answers"
    scripts = (answer("yes"), says("no json"), answer("no"), fails(400, "no"), answer("yes"))
    with ModelServer(*scripts) as model:
        made = ("-c", config(tmp_path, model.url), "--cassette", str(cassette))
        recorded = replayed(tmp_path, clip, "recorded.jsonl", *made, "--record")
        asked = len(model.requests)
        assert asked >= 4
        played = replayed(tmp_path, clip, "played.jsonl", *made)
        assert len(model.requests) == asked
    again = replayed(tmp_path, clip, "again.jsonl", *made)
    assert recorded == played == again
    states = [json.loads(line)["reasoning"]["state"] for line in played.splitlines()]
    assert {"pending", "error"} < set(states)
    assert {"verified", "rejected", "uncertain"} & set(states)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"cassette": None, "record": True}, "--cassette FILE"),
        ({"cassette": Path("/none.answers"), "record": False}, "check the path"),
        ({"cassette": Path("/tmp/x.answers"), "record": True}, "no `reasoner`"),  # noqa: S108
    ],
)
def test_what_cannot_be_played_or_recorded_is_said(arguments: dict[str, Any], says: str) -> None:
    """One line, with the remedy."""
    with pytest.raises(ConfigRejected, match=says):
        taped.models(None, **arguments)


def test_nothing_is_asked_without_a_cassette() -> None:
    """As ever."""
    assert taped.models(None, None, record=False) == {}
