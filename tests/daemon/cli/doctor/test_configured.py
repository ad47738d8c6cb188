"""Cameras and models of the configuration are tried."""

from pathlib import Path

import pytest
from rig.broker import free_port
from rig.clip import Clip
from rig.command import lookout, written
from rig.examined import CONFIG, lines
from rig.rtsp_server import RtspServer

from daemon.backends import Backend
from daemon.cli.doctor.configured import parser, reasoner
from daemon.exits import Exit
from daemon.plan import ReasonerPlan
from reasoners.providers.config import HttpConfig
from reasoners.providers.http import HttpReasoner
from reasoners.providers.parser import ParserConfig
from reasoners.testing import Script, ScriptedModel, fails, says


@pytest.mark.rtsp
def test_cameras_say_who_reads_them(tmp_path: Path) -> None:
    """A camera of the configuration is opened: what it shows and by whom; one away is no fault."""
    clip = Clip(frames=500, width=160, height=96).write(tmp_path / "clip.mp4")
    with RtspServer(clip) as server:
        cameras = {
            "door": {"source": {"type": "rtsp", "url": server.url}},
            "gone": {"source": {"type": "rtsp", "url": f"rtsp://127.0.0.1:{free_port()}/x"}},
        }
        config = {**CONFIG, "cameras": cameras, "timing": {"opening": 30.0}}
        done = lookout("doctor", "--config", written(tmp_path, config), "--json")
    found = lines(done)
    assert done.code == Exit.CLEAN
    assert found["camera door"]["found"] == "h264 160x96, 25 fps, read by Lookout's own over tcp"
    assert found["camera gone"]["health"] == "warn"
    assert "nothing listens there" in found["camera gone"]["found"]


@pytest.mark.parametrize(
    ("scripts", "health", "told"),
    [
        ((says("[]"), says('{"word": "gantry", "number": 71}')), "ok", "obeys the form"),
        ((fails(404), says("Hello.")), "warn", "ignores the form"),
        ((fails(503),), "bad", "HTTP 503"),
    ],
)
async def test_a_model_is_tried_out(scripts: tuple[Script, ...], health: str, told: str) -> None:
    """Whether it is there, obeys the form, how many pictures it takes, how long it needs."""
    async with ScriptedModel(*scripts) as model:
        config = HttpConfig(url=model.url, model="m")
        backend = Backend("reasoners.providers.http:HttpReasoner", HttpReasoner, config)
        line = await reasoner(ReasonerPlan("reasoner", backend, None), "lookout.yaml")
    assert (line.what, line.health) == ("reasoner", health)
    assert told in line.found


async def test_a_parser_that_cannot_be_loaded_is_a_warning() -> None:
    """Nothing is lost without it: the dictionary reads; what to install is said."""
    wanted = ParserConfig(pipeline="no_such_pipeline")
    config = HttpConfig(url="http://127.0.0.1:1/v1", model="m", prose=True, parser=wanted)
    backend = Backend("reasoners.providers.http:HttpReasoner", HttpReasoner, config)
    plan = ReasonerPlan("reasoner", backend, None)
    assert plan.parser == wanted
    line = await parser(plan, wanted)
    assert (line.what, line.health) == ("parser of reasoner", "warn")
    assert "install" in line.found
    assert "dictionary" in line.remedy


async def test_a_captioner_need_not_obey_a_form() -> None:
    """It is asked for none."""
    async with ScriptedModel(says("A red disc.")) as model:
        config = HttpConfig(url=model.url, model="m", prose=True)
        backend = Backend("reasoners.providers.http:HttpReasoner", HttpReasoner, config)
        line = await reasoner(ReasonerPlan("reasoner", backend, None), "lookout.yaml")
    assert (line.health, line.remedy) == ("ok", "")
