"""A configuration made whole: every problem is told at once, nothing is started."""

from pathlib import Path
from typing import Any

import pytest

from daemon.config import parse
from daemon.errors import ConfigRejected
from daemon.plan import Plan, plan
from daemon.secrets import Secret, Secrets
from sources.rtsp import RtspSource

SECRETS = Secrets(
    {"porch": Secret("viewer", "s3cret"), "key": Secret(None, "k3y"), "broker": Secret("u", "p")},
    "secrets.toml",
)


def planned(config: dict[str, Any], secrets: Secrets = SECRETS) -> Plan:
    """Plan a configuration."""
    return plan(parse(config, "lookout.yaml"), "lookout.yaml", secrets)


def problems(config: dict[str, Any]) -> list[str]:
    """Return the lines in which a configuration is refused."""
    with pytest.raises(ConfigRejected) as refused:
        planned(config)
    return refused.value.problems


SYNTHETIC = {"source": {"type": "synthetic"}}


def test_everything_named_is_resolved() -> None:
    """Source, detector, tracker, reasoner and sinks are found, with the secrets that are theirs."""
    found = planned(
        {
            "detector": {"type": "hog"},
            "reasoner": {
                "type": "openai",
                "url": "http://127.0.0.1:1/v1",
                "model": "m",
                "credential": "key",
            },
            "sinks": {
                "console": {"type": "console"},
                "mqtt": {"type": "mqtt", "url": "mqtt://127.0.0.1", "credential": "broker"},
            },
            "cameras": {
                "street": SYNTHETIC,
                "porch": {
                    "source": {"type": "rtsp", "url": "rtsp://10.0.0.7/1", "credential": "porch"}
                },
            },
        }
    )
    assert set(found.cameras) == {"street", "porch"}
    porch = found.cameras["porch"]
    assert porch.source.factory is RtspSource
    assert porch.live
    assert porch.secret == Secret("viewer", "s3cret")
    assert found.cameras["street"].secret is None
    assert found.detectors["detector"].reference == "detectors.hog:HogDetector"
    assert found.tracker.reference == "detectors.bytetrack:ByteTracker"
    assert found.reasoners[0].key == "k3y"
    assert set(found.sinks) == {"console", "mqtt"}
    assert "s3cret" not in repr(found)
    assert "k3y" not in str(porch.source.options)


def test_recording_does_not_count_as_live(tmp_path: Path) -> None:
    """Whether silence means trouble depends on the source's own options."""
    clip = {"source": {"type": "synthetic", "duration": 5}}
    found = planned({"cameras": {"live": SYNTHETIC, "clip": clip}})
    assert (found.cameras["live"].live, found.cameras["clip"].live) == (True, False)


def test_without_reasoner_there_is_no_key() -> None:
    """No model, no key; no sinks, no sinks."""
    found = planned({"cameras": {"street": SYNTHETIC}}, Secrets())
    assert (found.reasoners, found.sinks) == ((), {})


def test_all_problems_are_told_at_once() -> None:
    """Each has a line of its own with file, path of the key, reason and remedy."""
    lines = problems(
        {
            "detector": {"type": "nosuch"},
            "reasoner": {
                "type": "openai",
                "url": "http://127.0.0.1:1/v1",
                "model": "m",
                "credential": "none",
            },
            "sinks": {
                "out": {"type": "jsonl"},
                "mqtt": {"type": "mqtt", "url": "mqtts://h", "credential": "gone"},
            },
            "cameras": {
                "a": {"source": {"type": "synthetic", "colour": "red"}},
                "b": {"source": {"type": "nosuch.module:Thing"}},
                "c": {"source": {"type": "synthetic", "fps": -1}},
            },
        }
    )
    expected = {
        "detector.type": "no backend 'nosuch'; installed: ",
        "reasoner.credential": "names no credential of secrets.toml; add [credentials.",
        "sinks.out.path": "is required and missing",
        "sinks.mqtt.credential": "names no credential of",
        "cameras.a.source.colour": "unknown key; known here: ",
        "cameras.b.source.type": "cannot be imported",
        "cameras.c.source.fps": "must be greater than or equal to 0.5",
    }
    assert len(lines) == len(expected), lines
    for key, reason in expected.items():
        (line,) = [line for line in lines if line.startswith(f"lookout.yaml: {key}: ")]
        assert reason in line


def test_broken_reasoner_is_told_once() -> None:
    """A reasoner that cannot be resolved does not raise a second problem about its key."""
    lines = problems({"reasoner": {"type": "openai"}, "cameras": {"street": SYNTHETIC}})
    assert all(line.startswith("lookout.yaml: reasoner.") for line in lines)
    assert len(lines) == len(set(lines))


CLOUD = {"type": "openai", "url": "https://api.openai.com/v1", "model": "gpt"}
LOCAL = {"type": "openai", "url": "http://gpubox.lan:8000/v1", "model": "qwen"}


def test_a_host_outside_needs_a_word_of_every_camera() -> None:
    """Whoever says nothing is refused, one line a camera; yes and no are both fine."""
    lines = problems(
        {
            "reasoner": LOCAL,
            "reasoners": {"far": CLOUD},
            "cameras": {
                "a": SYNTHETIC,
                "b": {**SYNTHETIC, "cloud": True},
                "c": {**SYNTHETIC, "cloud": False},
                "d": {**SYNTHETIC, "enabled": False},
            },
        }
    )
    (line,) = lines
    assert line.startswith("lookout.yaml: cameras.a.cloud: pictures would go to api.openai.com")
    assert "`cloud: true`" in line
    assert "`cloud: false`" in line


def test_models_are_asked_in_the_order_of_the_file() -> None:
    """`reasoner` first, then `reasoners` as they stand; where each one leads is known."""
    found = planned(
        {
            "reasoner": LOCAL,
            "reasoners": {
                "far": CLOUD,
                "near": {**LOCAL, "url": "https://ai.example.com/v1", "inside": True},
            },
            "cameras": {"a": {**SYNTHETIC, "cloud": True}},
        }
    )
    assert [(one.name, one.cloud) for one in found.reasoners] == [
        ("reasoner", False),
        ("far", True),
        ("near", False),
    ]


def test_money_without_a_price_is_refused() -> None:
    """A limit of money that nothing could ever reach is a mistake."""
    lines = problems(
        {
            "reasoner": {**CLOUD, "budget": {"money_per_hour": 1}},
            "cameras": {"a": {**SYNTHETIC, "cloud": True}},
        }
    )
    (line,) = lines
    assert line.startswith("lookout.yaml: reasoner.price: money is limited")


def test_password_in_an_address_is_refused_and_not_repeated() -> None:
    """The advice names the place for passwords; the password is not in it."""
    source = {"type": "rtsp", "url": "rtsp://viewer:hunter2@10.0.0.7/1"}
    lines = problems({"cameras": {"porch": {"source": source}}})
    assert len(lines) == 1
    assert "cameras.porch.source" in lines[0]
    assert "credential" in lines[0]
    assert "hunter2" not in lines[0]


SCRIPTED = {"type": "detectors.testing:ScriptedDetector"}


def test_cameras_choose_among_detectors() -> None:
    """A name, a list of names, or nothing where there is no choice."""
    sections = {"people": SCRIPTED, "vehicles": SCRIPTED}
    both = {**SYNTHETIC, "detector": ["people", "vehicles"]}
    cameras = {"one": {**SYNTHETIC, "detector": "people"}, "two": both}
    found = planned({"detectors": sections, "cameras": cameras})
    assert set(found.detectors) == {"people", "vehicles"}
    assert found.cameras["one"].detectors == ("people",)
    assert found.cameras["two"].detectors == ("people", "vehicles")
    simple = planned({"detector": SCRIPTED, "detectors": sections, "cameras": {"one": SYNTHETIC}})
    assert simple.cameras["one"].detectors == ("detector",)
    lonely = planned({"detectors": {"people": SCRIPTED}, "cameras": {"one": SYNTHETIC}})
    assert lonely.cameras["one"].detectors == ("people",)


@pytest.mark.parametrize(
    ("camera", "told"),
    [
        ({}, "choose one or more of people, vehicles"),
        ({"detector": "pets"}, "no detector 'pets'; there are people, vehicles"),
        ({"detector": []}, "an empty list; there are people, vehicles"),
    ],
)
def test_detector_that_is_not_there_cannot_be_chosen(camera: dict[str, Any], told: str) -> None:
    """What there is to choose from stands in the message."""
    sections = {"people": SCRIPTED, "vehicles": SCRIPTED}
    (line,) = problems({"detectors": sections, "cameras": {"one": {**SYNTHETIC, **camera}}})
    assert line == f"lookout.yaml: cameras.one.detector: {told}"


def test_a_main_stream_is_a_live_source_with_a_secret_of_its_own(tmp_path: Path) -> None:
    """It is resolved like `source`; a recording cannot be the main stream of a camera."""
    rtsp = {"type": "rtsp", "url": "rtsp://10.0.0.7/1"}
    camera = {"source": rtsp, "main": {**rtsp, "credential": "porch"}}
    main = planned({"cameras": {"porch": camera}}).cameras["porch"].main
    assert main is not None
    assert main.source.factory is RtspSource
    assert main.secret == Secret("viewer", "s3cret")
    recording = {"type": "file", "path": str(tmp_path / "clip.mp4")}
    assert problems({"cameras": {"porch": {"source": rtsp, "main": recording}}}) == [
        "lookout.yaml: cameras.porch.main: must be a live camera, as its substream is"
    ]
    (problem,) = problems({"cameras": {"porch": {"source": rtsp, "main": {"type": "nothing"}}}})
    assert problem.startswith("lookout.yaml: cameras.porch.main")


def test_every_camera_is_explained_in_its_language() -> None:
    """The node's language holds for all that have none of their own, and for those of the past."""
    cameras = {"yard": SYNTHETIC, "porch": {**SYNTHETIC, "language": "zh"}}
    found = planned({"language": "de", "cameras": cameras})
    assert [found.language(name) for name in ("yard", "porch", "gone")] == ["de", "zh", "de"]
    assert planned({"cameras": {"yard": SYNTHETIC}}).language("yard") == "en"


def test_a_language_that_is_not_there_is_refused_with_those_that_are() -> None:
    """The line says which there are."""
    (told,) = problems({"language": "fr", "cameras": {"yard": SYNTHETIC}})
    assert "language" in told
    assert "no language 'fr'; choose one of de, en, zh" in told
