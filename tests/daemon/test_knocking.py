"""Rests between attempts: whoever comes back is noticed, whoever is there is left alone."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from daemon.knocking import Knocking, place
from daemon.supervisor import Bell, Failure

LONG = 30.0
"""Seconds of a rest that is to be cut short."""


class Camera:
    """Answers knocks, as long as it is awake."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = int(probe.getsockname()[1])
        self.url = f"rtsp://127.0.0.1:{self.port}/video"
        self.knocks: list[bytes] = []
        self.awake = True

    async def attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one knock."""
        try:
            self.knocks.append(await reader.readuntil(b"\r\n\r\n"))
            if self.awake:
                writer.write(b"RTSP/1.0 401 Unauthorized\r\n\r\n")
            await reader.read()
        except OSError:
            pass
        finally:
            writer.transport.abort()

    @asynccontextmanager
    async def there(self) -> AsyncIterator[None]:
        """Listen for as long as the context lasts."""
        server = await asyncio.start_server(self.attend, "127.0.0.1", self.port)
        async with server:
            yield


async def test_camera_that_comes_back_ends_the_rest() -> None:
    """Nobody listened; somebody does: the rest is over, and attempts are to be counted anew."""
    camera = Camera()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        resting = group.create_task(Knocking(camera.url, 0.05).rest(LONG))
        await asyncio.sleep(0.2)
        assert not resting.done()
        async with camera.there():
            assert await resting
    assert camera.knocks[0].startswith(f"OPTIONS {camera.url} RTSP/1.0".encode())


async def test_frozen_camera_ends_the_rest_when_it_thaws(monkeypatch: pytest.MonkeyPatch) -> None:
    """A camera whose system accepts connections has not come back until it answers."""
    monkeypatch.setattr("daemon.knocking.PATIENCE", 0.1)
    camera = Camera()
    camera.awake = False
    async with asyncio.timeout(10), camera.there(), asyncio.TaskGroup() as group:
        resting = group.create_task(Knocking(camera.url, 0.05).rest(LONG))
        while len(camera.knocks) < 3:  # noqa: ASYNC110 (the camera is asked, not told)
            await asyncio.sleep(0.01)
        assert not resting.done()
        camera.awake = True
        assert await resting


async def test_camera_that_is_there_is_tried_at_once_and_then_left_alone() -> None:
    """It may have come back just now: one attempt comes at once, the next after a whole rest."""
    camera = Camera()
    loop = asyncio.get_running_loop()
    knocking = Knocking(camera.url, 0.5)
    async with camera.there():
        async with asyncio.timeout(10):
            assert not await knocking.rest(LONG)
        began = loop.time()
        assert not await knocking.rest(0.3)
        assert loop.time() - began >= 0.3
    assert len(camera.knocks) == 2


async def test_knocks_do_not_wait_for_each_other() -> None:
    """While one knock is unanswered, the next ones come, and whoever answers ends the rest."""
    camera = Camera()
    camera.awake = False
    async with asyncio.timeout(10), camera.there(), asyncio.TaskGroup() as group:
        resting = group.create_task(Knocking(camera.url, 0.02).rest(LONG))
        while len(camera.knocks) < 5:  # noqa: ASYNC110 (the camera is asked, not told)
            await asyncio.sleep(0.01)
        camera.awake = True
        assert await resting


@pytest.mark.parametrize(
    "failure",
    [
        Failure("no room", parked=False, attempt=1, delay=1, refused=True),
        Failure("wrong password", parked=True, attempt=1, delay=1),
        Failure("SIGSEGV", parked=False, attempt=1, delay=1, crashes=1),
    ],
)
async def test_who_turned_us_down_is_left_alone(failure: Failure) -> None:
    """A camera without room for us, or one that refuses us, is not even knocked at."""
    camera = Camera()
    knocking = Knocking(camera.url, 0.02)
    async with camera.there():
        knocking.told(failure)
        assert not await knocking.rest(0.2)
        assert not camera.knocks
        knocking.told(Failure("gone", parked=False, attempt=1, delay=1))
        await knocking.rest(0.2)
    assert len(camera.knocks) == 1


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("rtsp://10.0.0.7/video", ("10.0.0.7", 554)),
        ("rtsps://[fd00::7]:8322/video", ("fd00::7", 8322)),
        ("http://10.0.0.7/still", ("10.0.0.7", 80)),
        ("https://10.0.0.7/still", ("10.0.0.7", 443)),
        ("rtsp://camera.lan/video", None),
        ("rtsp://10.0.0.7:99999/video", None),
        ("quic://10.0.0.7/video", None),
        ("", None),
    ],
)
def test_only_addresses_are_knocked_at(url: str, where: tuple[str, int] | None) -> None:
    """Names would have to be looked up first, and other schemes have no port to knock at."""
    assert place(url) == where


async def test_camera_without_an_address_rests_for_as_long_as_it_is_told() -> None:
    """A device or a file cannot be knocked at."""
    assert not await Knocking(None, 0.01).rest(0.05)


async def test_rest_of_whom_nobody_knocks_at_can_be_cut_short() -> None:
    """By a bell: whoever rings it has mended something."""
    bell = Bell()
    async with asyncio.TaskGroup() as group:
        resting = group.create_task(Knocking(None, 0.01, bell.sleep).rest(LONG))
        await asyncio.sleep(0)
        bell.ring()
    assert resting.result()
