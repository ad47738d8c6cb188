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
            "reasoner": {
                "type": "openai",
                "dialect": "openai",
                "url": url,
                "model": "m",
                "deadline": "20s",
            },
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


def test_a_chain_with_a_second_opinion_is_played_as_it_was_asked(tmp_path: Path) -> None:
    """Each model answers what it answered, the second one in doubt, captions and memory as set."""
    clip = Visits(count=3, there=1.2, away=1.2).write(tmp_path / "clip.mp4")
    cassette = tmp_path / "clip.answers"
    with ModelServer(answer("yes", confidence=10)) as unsure, ModelServer(answer("no")) as sure:
        path = written(
            tmp_path,
            {
                "node": "box1",
                "detector": {"type": "detectors.testing:ScriptedDetector"},
                "reasoner": {
                    "type": "openai",
                    "dialect": "openai",
                    "url": unsure.url,
                    "model": "m",
                    "deadline": "20s",
                    "memory": 0,
                    "second": {"severity": "info", "by": "spare"},
                },
                "reasoners": {
                    "spare": {"type": "openai", "dialect": "openai", "url": sure.url, "model": "n"}
                },
                "cameras": {
                    "yard": {
                        "source": {"type": "rtsp", "url": "rtsp://127.0.0.1:9/x"},
                        "presence": {"hold": 0.5},
                    }
                },
            },
        )
        made = ("-c", path, "--cassette", str(cassette))
        recorded = replayed(tmp_path, clip, "recorded.jsonl", *made, "--record")
        assert sure.requests
        texts = [json.dumps(asked.body["messages"]) for asked in unsure.requests]
        assert not [text for text in texts if "said of this camera before" in text]
    played = replayed(tmp_path, clip, "played.jsonl", *made)
    assert recorded == played
    seconds = [json.loads(line)["reasoning"].get("second") for line in played.splitlines()]
    assert {one["model"] for one in seconds if one} == {"n"}


def test_what_shapes_a_question_is_kept_of_its_kind(tmp_path: Path) -> None:
    """Also what nobody wrote down: Ollama has room for less. A model that is away is no fault."""
    cassette = tmp_path / "x.answers"
    cassette.write_text('{"digest": "a", "provider": "reasoner", "said": {}}\n')
    camera = {"yard": {"source": {"type": "synthetic"}}}

    def kept(**section: object) -> dict[str, Any]:
        file = Path(written(tmp_path, {"reasoner": section, "cameras": camera}))
        found: dict[str, Any] = taped.models(file, cassette, record=False)["reasoner"]
        return found

    ollama = kept(type="ollama", model="m", prose=True)
    assert (ollama["context"], ollama["prose"], ollama["only"]) == (8192, True, "reasoner")
    away = kept(type="transformers", path="/nowhere", patches=256)
    assert (away["type"], away["patches"]) == ("cassette", 256)


def test_how_answers_are_read_is_kept_in_a_replay(tmp_path: Path) -> None:
    """Captions recorded from a captioner are read as captions again, by the same parser."""
    cassette = tmp_path / "answers"
    cassette.write_text("")
    parser = {"pipeline": "tiny"}
    model = {"type": "openai", "url": "http://127.0.0.1:9/v1", "model": "m"}
    file = written(
        tmp_path,
        {
            "reasoner": {**model, "prose": True, "parser": parser},
            "cameras": {"yard": {"source": {"type": "synthetic"}}},
        },
    )
    made = taped.models(Path(file), cassette, record=False)["reasoner"]
    assert (made["prose"], made["type"]) == (True, "cassette")
    assert made["parser"]["pipeline"] == "tiny"
