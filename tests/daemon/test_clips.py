"""The clips of one camera's events, with a real child, a real camera and a real disk."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rig.clip import Clip
from rig.packets import shown
from rig.rtsp_server import RtspServer
from rig.waiting import UNIT, running, until

from daemon.camera import CameraHost
from daemon.clips import MOST, Clips
from daemon.config import ClipsConfig
from daemon.counters import CameraFigures
from daemon.recorder import Recorder
from daemon.slots import SlotPool
from daemon.timing import Timing
from sinks.journal import Journal
from sinks.media import MediaStore
from sources import SourceUnavailable
from sources.message import Open

pytestmark = pytest.mark.rtsp

TIMING = Timing(silence=20.0, opening=60.0, heartbeat=20.0)
CONFIG = ClipsConfig(enabled=True, before=1.0, after=0.5, longest=6.0, lock="alert")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RtspServer]:
    """Serve a long clip, from its start to each client."""
    clip = Clip(frames=500, width=320, height=240, gop=25)
    with RtspServer(clip.write(tmp_path_factory.mktemp("clips") / "clip.mp4")) as running_:
        yield running_


@dataclass
class Filmed:
    """Clips, and what was told of them."""

    clips: Clips
    figures: CameraFigures
    recorder: Recorder
    told: list[tuple[str, str | None, float | None]] = field(default_factory=list)


@asynccontextmanager
async def filmed(
    folder: Path, *, quota: int = 1 << 30, config: ClipsConfig = CONFIG
) -> AsyncIterator[Filmed]:
    """Wire clips to a recorder as a line does."""
    async with Recorder(Journal(None), MediaStore(folder / "media", quota)) as recorder:
        figures = CameraFigures()
        told: list[tuple[str, str | None, float | None]] = []

        async def note(event: str, clip: str | None, begins: float | None) -> None:
            told.append((event, clip, begins))

        yield Filmed(Clips("yard", config, recorder, figures, note), figures, recorder, told)


@asynccontextmanager
async def camera(url: str, figures: CameraFigures) -> AsyncIterator[CameraHost]:
    """Run a child that follows the camera and keeps its packets."""
    order = Open(
        camera="yard", backend="sources.rtsp:RtspSource", config={"url": url, "read_timeout": 2},
        slots=3, ring_bytes=1 << 23, ring_seconds=20.0,
    )  # fmt: skip
    with SlotPool(3) as pool:
        host = CameraHost(
            order, live=True, pool=pool, figures=figures, timing=TIMING, told=lambda *_: None
        )
        async with host:
            yield host


async def watch(host: CameraHost, figures: CameraFigures, seconds: float) -> float:
    """Take pictures for a while; return when the last one came."""
    first = last = None
    while last is None or first is None or last.arrival - first.arrival < seconds:
        last = await host.next(0, 160, 120)
        figures.detect()
        first = first or last
    return last.arrival


async def test_a_clip_from_before_to_after_its_event(server: RtspServer, tmp_path: Path) -> None:
    """It ends when the event has ended, is stored whole, and is told of once."""
    async with filmed(tmp_path) as found, camera(server.url, found.figures) as host:
        started = await watch(host, found.figures, 1.5)
        async with running(found.clips.run(host)):
            assert await found.clips.begin("e1", started, "alert")
            assert not await found.clips.begin("e1", started)
            found.clips.end("e1", await watch(host, found.figures, 1.0))
            await until(lambda: found.told, within=90)
        ((event, clip, begins),) = found.told
        assert (event, clip) == ("e1", "/events/e1/clip.mp4")
        assert begins is not None
        assert started - 2.2 <= begins <= started - 1.0
        seen = shown((tmp_path / "media" / "events" / "e1" / "clip.mp4").read_bytes(), tmp_path)
        numbers = [which[1] for _, which in seen if which]
        assert numbers == list(range(numbers[0], numbers[0] + len(seen)))
        assert 60 <= len(seen) <= 100
        figures = found.figures
        assert (figures.clips, figures.clips_stored, figures.clips_lost) == (1, 1, 0)
        assert (await found.recorder.media_figures())["locked"] == 1


async def test_what_a_killed_child_sent_is_kept(server: RtspServer, tmp_path: Path) -> None:
    """A clip that is cut short is stored as it is; one that had not begun is counted as lost."""
    async with filmed(tmp_path) as found:
        with suppress(ExceptionGroup):
            async with camera(server.url, found.figures) as host:
                started = await watch(host, found.figures, 1.5)
                async with running(found.clips.run(host)):
                    await found.clips.begin("e1", started)
                    file = tmp_path / "media" / "events" / "e1" / "clip.mp4.part"
                    await until(lambda: file.exists() and file.stat().st_size, within=90)
                    await found.clips.settle()
                    assert not found.told
                    host._process.kill()  # noqa: SLF001 (as a fault would)
                    await asyncio.sleep(600)
        await found.clips.begin("e2", started)
        await found.clips.settle()
        assert [(event, clip) for event, clip, _ in found.told] == [
            ("e1", "/events/e1/clip.mp4"),
            ("e2", None),
        ]
        assert (await found.recorder.media_figures())["locked"] == 0
        seen = shown((tmp_path / "media" / "events" / "e1" / "clip.mp4").read_bytes(), tmp_path)
        numbers = [which[1] for _, which in seen if which]
        assert len(numbers) >= 20
        assert numbers == list(range(numbers[0], numbers[0] + len(seen)))
        figures = found.figures
        assert (figures.clips, figures.clips_stored, figures.clips_lost) == (2, 1, 1)


async def test_a_long_event_has_a_short_clip(server: RtspServer, tmp_path: Path) -> None:
    """The longest clip ends by itself while its event goes on."""
    short = ClipsConfig(enabled=True, before=0.5, longest=2.0)
    async with (
        filmed(tmp_path, config=short) as found,
        camera(server.url, found.figures) as host,
    ):
        started = await watch(host, found.figures, 0.5)
        async with running(found.clips.run(host)):
            await found.clips.begin("e1", started)
            async with asyncio.timeout(90 * UNIT):
                while not found.told:
                    await watch(host, found.figures, 0.2)
        seen = shown((tmp_path / "media" / "events" / "e1" / "clip.mp4").read_bytes(), tmp_path)
        assert 1.4 <= seen[-1][0] <= short.longest + 1


async def test_without_room_there_is_no_clip(server: RtspServer, tmp_path: Path) -> None:
    """A quota that is too small costs the clip, and nothing else."""
    async with filmed(tmp_path, quota=500) as found, camera(server.url, found.figures) as host:
        started = await watch(host, found.figures, 0.5)
        async with running(found.clips.run(host)):
            await found.clips.begin("e1", started)
            await until(lambda: found.told, within=90)
        assert found.told[0][:2] == ("e1", None)
        assert list((tmp_path / "media" / "events").iterdir()) == []
        with suppress(SourceUnavailable):
            await watch(host, found.figures, 0.2)


async def test_too_many_at_once_are_refused(tmp_path: Path) -> None:
    """A crowd of events gets so many clips and no more, counted."""
    async with filmed(tmp_path) as found:
        begun = [await found.clips.begin(f"e{number}", 1.0) for number in range(MOST + 3)]
        assert begun == [True] * MOST + [False] * 3
        assert found.figures.clips_refused == 3
        await found.clips.settle()
        assert len(found.told) == MOST
        assert found.figures.clips == found.figures.clips_lost == MOST


async def test_clips_that_are_not_wanted_are_not_made(tmp_path: Path) -> None:
    """By default nothing is filmed."""
    async with filmed(tmp_path, config=ClipsConfig()) as found:
        assert not await found.clips.begin("e1", 1.0)
        assert found.figures.clips == 0
