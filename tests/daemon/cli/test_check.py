"""`lookout check` against real cameras, brokers, models and detectors, there and not there."""

import asyncio
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from rig.broker import Mosquitto, free_port
from rig.clip import Clip
from rig.command import Done, called, lookout, secret_file, written
from rig.rtsp_server import RtspServer

from daemon.exits import Exit
from reasoners.testing import ScriptedModel, fails, whole
from sinks.mqtt.identity import client_id

SCRIPTED = {"type": "detectors.testing:ScriptedDetector"}
STREET = {"street": {"source": {"type": "synthetic"}}}
QUICK = {"opening": 8.0, "load": 20.0}
PASSWORD = "sésame %2F+1"  # noqa: S105 (of no camera but the test's)


def config(**parts: Any) -> dict[str, Any]:
    """Return a configuration that a small machine opens quickly."""
    return {"node": "box1", "detector": SCRIPTED, "cameras": STREET, "timing": QUICK, **parts}


def results(done: Done) -> dict[str, dict[str, Any]]:
    """Return what was found, by what was looked at."""
    return {result["what"]: result for result in done.json["results"]}


def test_every_problem_is_told_at_once_in_one_line_each(tmp_path: Path) -> None:
    """A wrong file ends with 78 and one line per problem: file, key, reason, remedy."""
    file = written(
        tmp_path,
        config(
            sinks={"home": {"type": "mqttt"}},
            cameras={
                "porch": {"source": {"type": "rtsp", "url": "http://10.0.0.7/x"}},
                "yard": {"source": {"type": "synthetic", "colour": 1}},
            },
        ),
    )
    done = called("check", "--config", file)
    assert done.code == Exit.CONFIG
    lines = done.err.splitlines()
    assert len(lines) == 3
    for line, key in zip(lines, ("cameras.porch", "cameras.yard", "sinks.home"), strict=True):
        assert line.startswith(f"lookout: {file}: {key}")


def test_driver_assist_is_said_to_be_advice(tmp_path: Path) -> None:
    """Whoever checks a camera in a vehicle reads once that warnings may be wrong or missing."""
    cameras = {"dash": {**STREET["street"], "profile": "driver_assist"}, **STREET}
    file = written(tmp_path, config(cameras=cameras))
    done = called("check", "--config", file, "--offline", "--json")
    assert done.code == Exit.CLEAN
    assert list(results(done)) == ["driver assist of dash"]
    assert "advisory only" in results(done)["driver assist of dash"]["result"]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({}, "nothing is recorded, for no model is configured; add a `reasoner`"),
        (
            {
                "reasoner": {"type": "openai", "url": "http://127.0.0.1:1/v1", "model": "m"},
                "cameras": {"street": {**STREET["street"], "cassette": False}},
            },
            "nothing is recorded, for every camera has `cassette: false`",
        ),
    ],
)
def test_a_cassette_that_stays_empty_is_said_to(
    tmp_path: Path, parts: dict[str, Any], told: str
) -> None:
    """The file is right, and what it asks for will not come: one line says so, and why."""
    file = written(tmp_path, config(cassette={}, **parts))
    done = called("check", "--config", file, "--offline", "--json")
    assert done.code == Exit.CLEAN
    assert list(results(done)) == ["cassette"]
    assert results(done)["cassette"]["result"].startswith(told)


def test_offline_opens_nothing(tmp_path: Path) -> None:
    """With --offline a valid file is enough, though nothing it names is there."""
    url = f"rtsp://127.0.0.1:{free_port()}/x"
    file = written(tmp_path, config(cameras={"gone": {"source": {"type": "rtsp", "url": url}}}))
    done = called("check", "--config", file, "--offline")
    assert (done.code, done.out) == (Exit.CLEAN, f"{file}: valid\n")


def test_missing_file_is_one_line(tmp_path: Path) -> None:
    """A configuration that is not there is said in one line."""
    done = called("check", "--config", str(tmp_path / "none.yaml"))
    assert done.code == Exit.CONFIG
    (line,) = done.err.splitlines()
    assert line.startswith(f"lookout: {tmp_path}/none.yaml: cannot be read: No such file")


@pytest.mark.broker
async def test_everything_that_is_there_is_found(tmp_path: Path) -> None:
    """Detector, cameras, sinks and model are opened, and each says what it is."""
    clip = Clip(frames=10).write(tmp_path / "clip.mp4")
    with Mosquitto(tmp_path) as broker:
        async with ScriptedModel(whole("{}")) as model:
            file = written(
                tmp_path,
                config(
                    reasoner={"type": "openai", "url": model.url, "model": "any"},
                    sinks={
                        "file": {"type": "jsonl", "path": str(tmp_path / "out.jsonl")},
                        "home": {"type": "mqtt", "url": broker.url},
                    },
                    cameras={**STREET, "clip": {"source": {"type": "file", "path": str(clip)}}},
                ),
            )
            done = await asyncio.to_thread(lookout, "check", "--config", file, "--json")
    found = results(done)
    assert (done.code, done.json["ok"]) == (Exit.CLEAN, True), found
    assert {what: result["ok"] for what, result in found.items()} == dict.fromkeys(
        ("detector", "camera street", "camera clip", "sink file", "sink home", "reasoner"), True
    )
    assert found["camera clip"]["result"] == "h264 640x360, 25 fps"
    assert found["detector"]["result"] == "input 320x240; scripted: finds bright spots"


async def test_everything_that_is_gone_is_named_with_its_key(tmp_path: Path) -> None:
    """Nothing there: 69, and every line says which key of the file to look at."""
    port = free_port()
    file = written(
        tmp_path,
        config(
            detector={**SCRIPTED, "load": "unavailable"},
            reasoner={
                "type": "openai",
                "url": f"http://127.0.0.1:{port}/v1",
                "model": "any",
                "prose": True,
                "parser": {"pipeline": "no_such_pipeline"},
            },
            sinks={"home": {"type": "mqtt", "url": f"mqtt://127.0.0.1:{port}"}},
            cameras={
                "porch": {"source": {"type": "rtsp", "url": f"rtsp://127.0.0.1:{port}/x"}},
                "off": {"enabled": False, "source": {"type": "file", "path": "/none.mp4"}},
            },
        ),
    )
    done = lookout("check", "--config", file, "--json")
    found = results(done)
    assert (done.code, done.json["ok"]) == (Exit.UNREACHABLE, False)
    keys = {
        "detector": "detector",
        "camera porch": "cameras.porch.source",
        "sink home": "sinks.home",
        "reasoner": "reasoner",
    }
    # Whether spaCy is here or not, no pipeline has that name: a person must act.
    parser = found.pop("parser of reasoner")
    assert parser["result"].startswith("refused: ")
    assert "install" in parser["result"]
    assert "`reasoner.parser`" in parser["remedy"]
    assert found.keys() == keys.keys()
    for what, key in keys.items():
        assert found[what]["result"].startswith("unreachable: ")
        assert f"`{key}`" in found[what]["remedy"]


@pytest.mark.rtsp
def test_wrong_password_is_refused_and_not_shown(tmp_path: Path) -> None:
    """A camera that does not accept the password counts as refused; the password stays unseen."""
    clip = Clip(frames=200).write(tmp_path / "clip.mp4")
    with RtspServer(clip, user="viewer", password=f"not {PASSWORD}") as camera:
        file = written(
            tmp_path,
            config(
                cameras={
                    "porch": {"source": {"type": "rtsp", "url": camera.url, "credential": "porch"}}
                }
            ),
        )
        secrets = secret_file(tmp_path, "porch", "viewer", PASSWORD)
        done = lookout(
            "check", "--config", file, "--secrets", secrets, "--json", "--log-level", "debug"
        )
    porch = results(done)["camera porch"]
    assert done.code == Exit.UNREACHABLE
    assert porch["result"].startswith("refused: the camera refuses user or password (401)")
    assert porch["remedy"] == "correct `cameras.porch.source`"
    assert PASSWORD not in done.out + done.err


@pytest.mark.rtsp
def test_right_password_opens_the_camera(tmp_path: Path) -> None:
    """A camera with a password that has odd signs in it is opened."""
    clip = Clip(frames=200).write(tmp_path / "clip.mp4")
    with RtspServer(clip, user="viewer", password=PASSWORD) as camera:
        source = {"type": "rtsp", "url": camera.url, "credential": "porch"}
        file = written(tmp_path, config(cameras={"porch": {"source": source}}))
        secrets = secret_file(tmp_path, "porch", "viewer", PASSWORD)
        done = lookout("check", "--config", file, "--secrets", secrets)
    assert done.code == Exit.CLEAN, done
    assert "h264 640x360" in done.out


@pytest.mark.broker
async def test_running_daemon_keeps_its_place_at_the_broker(tmp_path: Path) -> None:
    """A check neither throws the daemon out of the broker nor says that it is offline."""
    sinks = {"home": {"type": "mqtt", "url": ""}}
    with Mosquitto(tmp_path) as broker:
        sinks["home"]["url"] = broker.url
        file = written(tmp_path, config(sinks=sinks))
        async with aiomqtt.Client("127.0.0.1", broker.port, identifier=client_id("box1")) as daemon:
            await daemon.publish("lookout/box1/availability", "online", qos=1, retain=True)
            await daemon.subscribe("lookout/box1/#", qos=1)
            done = await asyncio.to_thread(lookout, "check", "--config", file, "--json")
            await daemon.publish("lookout/box1/last", "x", qos=1)
            seen = []
            async for message in daemon.messages:
                seen.append((message.topic.value.rpartition("/")[2], message.payload))
                if message.topic.matches("lookout/box1/last"):
                    break
    assert done.code == Exit.CLEAN, results(done)
    assert [word for name, word in seen if name == "availability"] == [b"online"]


def test_file_that_a_daemon_writes_is_left_as_it_is(tmp_path: Path) -> None:
    """A line that is not whole yet is not cut off: its writer may be in the middle of it."""
    out = tmp_path / "out.jsonl"
    out.write_text('{"a": 1}\n{"b": ')
    file = written(tmp_path, config(sinks={"file": {"type": "jsonl", "path": str(out)}}))
    done = lookout("check", "--config", file)
    assert done.code == Exit.CLEAN, done
    assert out.read_text() == '{"a": 1}\n{"b": '


async def test_refused_key_counts_as_refused(tmp_path: Path) -> None:
    """A model's server that answers 401 is there, but does not want us; the key stays unseen."""
    async with ScriptedModel(fails(401, "bad key")) as model:
        reasoner = {"type": "openai", "url": model.url, "model": "any", "credential": "vlm"}
        file = written(tmp_path, config(reasoner=reasoner))
        secrets = secret_file(tmp_path, "vlm", "", "sk-0123456789")
        words = ("check", "--config", file, "--secrets", secrets, "--json")
        done = await asyncio.to_thread(lookout, *words)
    found = results(done)["reasoner"]
    assert done.code == Exit.UNREACHABLE
    assert "refuses the key (HTTP 401)" in found["result"]
    assert "sk-0123456789" not in done.out + done.err


def test_label_that_the_model_does_not_know_is_told(tmp_path: Path) -> None:
    """A label that can never be seen is a mistake, with the one that was meant."""
    camera = {**STREET["street"], "presence": {"labels": ["persson"]}}
    more = {"detectors": {"cars": {**SCRIPTED, "label": "car"}, "people": SCRIPTED}}
    cameras = {
        "street": {**camera, "detector": ["cars", "people"]},
        "porch": {**camera, "detector": "cars", "presence": {"labels": ["car"]}},
    }
    base = config(cameras=cameras, **more)
    del base["detector"]
    done = lookout("check", "--config", written(tmp_path, base), "--json")
    found = results(done)
    assert done.code == Exit.UNREACHABLE
    assert [what for what, result in found.items() if not result["ok"]] == ["labels of street"]
    assert "did you mean 'person'?" in found["labels of street"]["result"]
    assert {"detector cars", "detector people"} < found.keys()
