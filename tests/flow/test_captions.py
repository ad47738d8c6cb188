"""A model that only writes captions: what is read out of them, by whomever, reaches the events."""

import importlib.util
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from rig.accounts import check
from rig.broker import Mosquitto
from rig.command import lookout, written
from rig.lookout import Lookout
from rig.questions import answered, asking
from rig.subscriber import Subscriber
from rig.visits import Visits

pytestmark = pytest.mark.broker

CAPTION = "A man carrying a red box is near the gate. There is no bus."
ATTRIBUTES = [
    {"text": "man", "kind": "man", "attributes": ["carrying red box"]},
    {"text": "red box", "kind": "box", "attributes": ["red"]},
    {"text": "gate", "kind": "gate", "attributes": []},
]
"""What the grammar says; the dictionary knows neither boxes nor gates."""


@contextmanager
def captioning(folder: Path, pipeline: str) -> Iterator[tuple[Lookout, Subscriber]]:
    """Run a daemon whose model says of every visit the same, and see that its accounts balance."""
    (folder / "broker").mkdir()
    clip = Visits(count=4, there=1.2, away=1.2).write(folder / "visits.mp4")
    reasoner = {
        "type": "scripted",
        "prose": True,
        "replies": [CAPTION],
        "deadline": "10s",
        "parser": {"pipeline": pipeline},
    }
    with (
        Mosquitto.shipped(folder / "broker") as broker,
        Subscriber(broker.port, folder / "got") as subscriber,
        asking(folder / "d", clip, broker, reasoner) as daemon,
    ):
        yield daemon, subscriber
        assert daemon.stop() == 0
        subscriber.wait(lambda s: s.latest("lookout/box1/availability") == "offline")
        check(daemon, subscriber, lost_children=True)


def reasoning(subscriber: Subscriber) -> dict[str, Any]:
    """Return the latest figures of the asking."""
    told = json.loads(subscriber.latest("lookout/box1/stats") or "{}")
    return {key: value for key, value in _flat(told) if "captions" in key}


def _flat(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (key, inner)
            yield from _flat(inner)


def told(subscriber: Subscriber, event: str) -> list[dict[str, Any]]:
    """Return the entities of an event's last revision, without their tracks."""
    last = [e for e in subscriber.events if e["id"] == event][-1]
    return [
        {"text": e["text"], "kind": e["kind"], "attributes": e.get("attributes", [])}
        for e in last["entities"]
    ]


@pytest.mark.skipif(importlib.util.find_spec("spacy") is not None, reason="spaCy is installed")
def test_without_the_extra_the_dictionary_reads_and_no_event_waits(tmp_path: Path) -> None:
    """The parser cannot start: said once with its remedy, counted, and each question is ended."""
    with captioning(tmp_path, "en_core_web_sm") as (daemon, subscriber):
        subscriber.wait(lambda s: len(answered(s, "uncertain", "verified")) >= 2, 60)
        subscriber.wait(lambda s: reasoning(s).get("reasoner_captions_left_down", 0) >= 2, 30)
        assert reasoning(subscriber)["reasoner_captions_parsed"] == 0
        for event in answered(subscriber, "uncertain", "verified"):
            assert [one["kind"] for one in told(subscriber, event)] == ["man"]
        notices = [
            message.json
            for message in subscriber.messages
            if message.topic == "lookout/box1/notices" and "captions" in str(message.json)
        ]
        assert 'pip install "lookout-daemon[nlp]"' in str(notices[0])
        assert len(notices) == 1
    assert daemon.text().count("captions of reasoner are read by the dictionary") == 1


@pytest.mark.nlp
def test_captions_become_entities_and_a_killed_parser_costs_none_of_them(
    tmp_path: Path, tiny_pipeline: Path
) -> None:
    """Real spaCy from the model's words to MQTT; killed, the dictionary reads until it is back."""
    with captioning(tmp_path, str(tiny_pipeline)) as (daemon, subscriber):
        subscriber.wait(lambda s: bool(answered(s, "uncertain", "verified")), 60)
        daemon.wait(lambda: daemon.children("reasoners.parser"))
        subscriber.wait(lambda s: reasoning(s).get("reasoner_captions_parsed", 0) >= 1, 60)
        daemon.children("reasoners.parser")[0].kill()
        before = reasoning(subscriber)["reasoner_captions_parsed"]
        subscriber.wait(lambda s: reasoning(s).get("reasoner_captions_parsed", 0) >= before + 2, 90)
        every = answered(subscriber, "uncertain", "verified")
        read = [told(subscriber, event) for event in every]
        by_words = [[one["kind"] for one in entities] == ["man"] for entities in read]
        assert all(
            entities == ATTRIBUTES or words for entities, words in zip(read, by_words, strict=True)
        ), read
        assert ATTRIBUTES in read
        assert {e["reasoning"]["state"] for e in subscriber.events} <= {
            "pending",
            "uncertain",
            "verified",
        }


@pytest.mark.nlp
def test_a_replay_reads_captions_the_same_way_twice(tmp_path: Path, tiny_pipeline: Path) -> None:
    """Recorded once, off the cassette by the same parser: the same bytes, things of the grammar."""
    clip = Visits(count=3, there=1.2, away=1.2).write(tmp_path / "clip.mp4")
    file = written(
        tmp_path,
        {
            "node": "box1",
            "detector": {"type": "detectors.testing:ScriptedDetector"},
            "reasoner": {
                "type": "scripted",
                "prose": True,
                "replies": [CAPTION],
                "deadline": "30s",
                "parser": {"pipeline": str(tiny_pipeline), "within": "10s"},
            },
            "cameras": {
                "yard": {
                    "source": {"type": "rtsp", "url": "rtsp://127.0.0.1:9/x"},
                    "presence": {"hold": 0.5},
                }
            },
        },
    )
    said = []
    for number, more in enumerate((["--record"], [], [])):
        out = tmp_path / f"{number}.jsonl"
        made = ("-c", file, "--cassette", str(tmp_path / "clip.answers"), *more)
        done = lookout("replay", str(clip), "-q", "--jsonl", str(out), *made)
        assert done.code == 0, done.err
        said.append(out.read_bytes())
    assert said[0] == said[1] == said[2]
    last = [json.loads(line) for line in said[0].splitlines()][-1]
    assert [one["kind"] for one in last["entities"]] == ["man", "box", "gate"]
