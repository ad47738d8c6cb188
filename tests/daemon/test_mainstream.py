"""The main stream of a camera whose substream is watched."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import cv2
import numpy as np
import pytest
from rig.clip import Clip
from rig.rtsp_server import RtspServer
from rig.waiting import UNIT, running, until

from daemon.camera import CameraHost
from daemon.counters import CameraFigures
from daemon.mainstream import MainStream
from daemon.slots import SlotPool
from daemon.timing import Timing
from sources import PictureRequest
from sources.message import Open
from sources.testing import read

pytestmark = pytest.mark.rtsp

TIMING = Timing(silence=20.0, opening=60.0, heartbeat=20.0, picture=20.0)
LARGE = Clip(frames=500, width=640, height=480, gop=25)


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    """Serve one run of a clip to all who watch, at once, as a camera does."""
    path = LARGE.write(tmp_path_factory.mktemp("main") / "clip.mp4")
    with RtspServer(path, shared=True) as server:
        yield server


def main(url: str, *, standing: bool = False) -> MainStream:
    """Describe the main stream of a camera."""
    opening = Open(
        camera="yard", backend="sources.rtsp:RtspSource", config={"url": url, "read_timeout": 2},
        slots=1, passive=True, ring_bytes=1 << 24, ring_seconds=20.0,
    )  # fmt: skip
    wall = 1_800_000_000.0
    return MainStream(
        opening, timing=TIMING, standing=standing, turns=None, starts=None, wall=lambda: wall
    )


@asynccontextmanager
async def substream(url: str) -> AsyncIterator[CameraHost]:
    """Watch the same camera as detection does."""
    order = Open(
        camera="yard", backend="sources.rtsp:RtspSource", config={"url": url}, slots=3,
        wall=1_800_000_000.0,
    )  # fmt: skip
    figures = CameraFigures()
    with SlotPool(3) as pool:
        host = CameraHost(
            order, live=True, pool=pool, figures=figures, timing=TIMING, told=lambda *_: None
        )
        async with host:
            yield host


def number(jpeg: bytes | None) -> int | None:
    """Read which picture a JPEG shows."""
    if jpeg is None:
        return None
    decoded = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    found = read(np.asarray(decoded, np.uint8))
    assert found is not None
    return found[1]


async def test_a_picture_is_that_of_the_moment_looked_at(camera: RtspServer) -> None:
    """The main stream's picture is the one of the same moment, or there is none; nothing else.

    On a busy machine packets may come too late to be matched, or be a few pictures off while the
    camera has not told its time yet.
    """
    stream = main(camera.url, standing=True)
    async with substream(camera.url) as host, running(stream.once()):
        await until(lambda: stream.host is not None, within=90)
        matched: list[int] = []
        async with asyncio.timeout(90 * UNIT):
            while len(matched) < 4 or min(matched) > 1:
                for _ in range(8):
                    given = await host.next(0, 160, 120)
                assert given is not None
                at = given.arrival if given.captured is None else given.captured
                request = PictureRequest(index=given.index, quality=95)
                same = number(await host.take(request))
                theirs = number(await stream.take(request, at))
                if same is not None and theirs is not None:
                    matched.append(abs(theirs - same))
        assert max(matched) <= LARGE.fps, matched
        assert stream.figures.child["decoded"] == 0
        # Before it was opened, and in the future, there is nothing: no other picture is given.
        assert await stream.take(request, at - 3600) is None
        assert await stream.take(request, at + 3600) is None


async def test_it_is_opened_on_demand_and_closed_when_unused(camera: RtspServer) -> None:
    """One connection while it is wanted, none before and none after; nothing is asked before."""
    stream = main(camera.url)

    async def hurry(_: float) -> None:
        await asyncio.sleep(0.05)

    async with running(stream.once(rest=hurry)):
        await asyncio.sleep(0.2)
        assert camera.viewers() == 0
        assert await stream.take(PictureRequest(index=1), 0.0) is None
        await until(lambda: stream.host is not None, within=90)
        assert camera.viewers() == 1
        stream._wanted_at -= 3600  # noqa: SLF001 (an hour without a question)
        await until(lambda: stream.host is None, within=90)
        await until(lambda: camera.viewers() == 0, within=90)
        stream.want()
        await until(lambda: stream.host is not None, within=90)
    assert stream.figures.spawns == 2


async def test_a_lost_main_stream_costs_its_pictures_alone(tmp_path: Path) -> None:
    """Whoever waits for a picture when the camera goes is answered: there is none."""
    with RtspServer(LARGE.write(tmp_path / "own.mp4")) as server:
        stream = main(server.url, standing=True)
        with suppress(ExceptionGroup):
            async with asyncio.TaskGroup() as group:
                group.create_task(stream.once())
                await until(lambda: stream.host is not None, within=90)
                future = asyncio.get_running_loop().time() + 0.6
                taking = group.create_task(stream.take(PictureRequest(index=1), future))
                await asyncio.sleep(0)
                server.kill()
                assert await asyncio.wait_for(taking, 60 * UNIT) is None
                await asyncio.sleep(600)
    assert stream.host is None
