"""The server: an event loop in a thread of its own, so that tests may block."""

import asyncio
import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from rig.camera_b.login import Door
from rig.camera_b.payload import Footage, footage
from rig.camera_b.play import due
from rig.camera_b.script import Script

_LATE = 0.5
"""Seconds of pictures that come before a late answer to PLAY."""


Reply = tuple[str, list[str], str]
"""Status, header lines, body."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a viewer asked for."""

    at: float
    """Monotonic seconds."""

    connection: int
    method: str
    address: str
    headers: dict[str, str]


class CameraB:
    """One camera at `url`. `script` holds for connections made from now on."""

    def __init__(
        self,
        clip: Path | Footage,
        script: Script | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.footage = clip if isinstance(clip, Footage) else footage(clip)
        self.script = script or Script()
        self.connections: list[float] = []
        """Monotonic seconds at which each viewer connected."""

        self.requests: list[Request] = []
        self.sent: list[float] = []
        """Monotonic seconds at which each picture had been sent to the latest viewer."""

        self.taken: list[float] = []
        """Monotonic seconds at which each of them was taken, as its stamp and the reports say."""

        self._listener = socket.create_server((host, port))
        self.port = int(self._listener.getsockname()[1])
        self.url = f"rtsp://{host}:{self.port}/video"
        self._watching = 0
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="camera-b", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()

    def asked(self, method: str) -> list[Request]:
        """Return every request of a kind."""
        return [request for request in list(self.requests) if request.method == method]

    def _run(self) -> None:
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        tasks: set[asyncio.Task[None]] = set()

        async def attend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            try:
                await _Viewer(self, reader, writer).attend()
            except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass
            finally:
                tasks.discard(task)
                writer.close()

        server = await asyncio.start_server(attend, sock=self._listener)
        await self._closing.wait()
        server.close()
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def take(self) -> bool:
        """Let a viewer watch, if there is room for one."""
        if self.script.single and self._watching:
            return False
        self._watching += 1
        return True

    def leave(self) -> None:
        """Make room."""
        self._watching -= 1


class _Viewer:
    """One connection."""

    def __init__(
        self, camera: CameraB, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._camera = camera
        self._script = camera.script
        self._reader, self._writer = reader, writer
        self._door = Door(self._script.login) if self._script.login else None
        self._number = len(camera.connections)
        camera.connections.append(time.monotonic())
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def attend(self) -> None:
        if not self._camera.take():
            self._writer.transport.abort()
            return
        try:
            async with asyncio.TaskGroup() as group:
                playing: asyncio.Task[None] | None = None
                while True:
                    async with asyncio.timeout(self._script.session if playing else None):
                        request = await self._request()
                    if request is None or request.method == "TEARDOWN":
                        break
                    answer = self._answer(request)
                    plays = request.method == "PLAY" and answer.startswith(b"RTSP/1.0 200")
                    if not (plays and self._script.rtp_info == "late"):
                        await self._write(answer)
                    if plays and playing is None:
                        playing = group.create_task(self._play(answer))
                if playing is not None:
                    playing.cancel()
        except* (OSError, TimeoutError, EOFError):
            pass
        finally:
            self._camera.leave()

    async def _request(self) -> Request | None:
        while True:
            first = await self._reader.read(1)
            if first == b"$":
                head = await self._reader.readexactly(3)
                await self._reader.readexactly(int.from_bytes(head[1:], "big"))
                continue
            if not first:
                return None
            text = (first + await self._reader.readuntil(b"\r\n\r\n")).decode(
                "utf-8", "surrogateescape"
            )
            line, *rest = text.split("\r\n")
            headers = {
                k.strip().lower(): v.strip() for k, _, v in (one.partition(":") for one in rest)
            }
            await self._reader.readexactly(int(headers.get("content-length", "0")))
            if line.startswith("RTSP/"):
                continue
            method, address, _ = line.split(" ")
            request = Request(time.monotonic(), self._number, method, address, headers)
            self._camera.requests.append(request)
            return request

    def _answer(self, request: Request) -> bytes:
        sequence = f"CSeq: {request.headers.get('cseq', '0') if self._script.counts else 0}"
        status, headers, body = self._reply(request)
        if body:
            headers = [*headers, "Content-Type: application/sdp", f"Content-Length: {len(body)}"]
        return ("\r\n".join([f"RTSP/1.0 {status}", sequence, *headers]) + "\r\n\r\n" + body).encode(
            "utf-8", "surrogateescape"
        )

    def _reply(self, request: Request) -> Reply:
        script, method = self._script, request.method
        if (
            self._door
            and method != "OPTIONS"
            and not self._door.opens(method, request.headers.get("authorization", ""))
        ):
            return "401 Unauthorized", self._door.challenges(), ""
        refused = dict(script.refusals).get(method)
        if refused is not None:
            return refused, [], ""
        answers = {
            "OPTIONS": self._options,
            "DESCRIBE": self._describe,
            "SETUP": self._setup,
            "PLAY": self._started,
            script.keeps_alive: self._alive,
        }
        answer = answers.get(method)
        return answer(request) if answer else ("405 Method Not Allowed", [], "")

    def _options(self, _: Request) -> Reply:
        known = {"OPTIONS", self._script.keeps_alive}
        public = ", ".join(("DESCRIBE, SETUP, PLAY, TEARDOWN", *sorted(known)))
        return "200 OK", [f"Public: {public}"], ""

    def _describe(self, _: Request) -> Reply:
        script = self._script
        if script.redirect is not None:
            return "302 Moved Temporarily", [f"Location: {script.redirect}"], ""
        return "200 OK", self._base(), script.sdp or self._sdp()

    def _setup(self, request: Request) -> Reply:
        if request.address != self._track():
            return "404 Not Found", [], ""
        transport = f"Transport: {self._script.transport}"
        return "200 OK", [transport, f"Session: 77;timeout={self._script.session}"], ""

    def _started(self, _: Request) -> Reply:
        return "200 OK", ["Session: 77", *self._info()], ""

    def _alive(self, request: Request) -> Reply:
        if request.method == "OPTIONS":
            return self._options(request)
        return "200 OK", ["Session: 77"], ""

    def _base(self) -> list[str]:
        url = self._camera.url
        return {
            "slash": [f"Content-Base: {url}/"],
            "plain": [f"Content-Base: {url}"],
            "none": [],
            "bare": [f"Content-Base: {url.removeprefix('rtsp://')}/"],
        }[self._script.base]

    def _track(self) -> str:
        return f"{self._camera.url}/{self._tail()}"

    def _tail(self) -> str:
        return "track?id=1" if self._script.control == "query" else "trackID=0"

    def _info(self) -> list[str]:
        script = self._script
        if script.rtp_info == "none":
            return []
        wrong = 123_456_789 if script.rtp_info == "wrong" else 0
        stamp = (script.first_stamp + wrong) & 0xFFFFFFFF
        return [f"RTP-Info: url={self._track()};seq=65500;rtptime={stamp}"]

    def _sdp(self) -> str:
        footage, script = self._camera.footage, self._script
        name = {"h264": "H264", "hevc": "H265"}[footage.codec]
        control = self._track() if script.control == "absolute" else self._tail()
        parameters = footage.format_parameters if script.sets else "packetization-mode=1"
        lines = [
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=camera b", "t=0 0", "a=control:*",
            "m=audio 0 RTP/AVP 0", "a=control:trackID=9",
            "m=video 0 RTP/AVP 96", "c=IN IP4 0.0.0.0", f"a=rtpmap:96 {name}/90000",
            f"a=fmtp:96 {parameters}", f"a=framerate:{footage.fps:g}", f"a=control:{control}",
        ]  # fmt: skip
        return "\r\n".join(lines) + "\r\n"

    async def _play(self, answer: bytes) -> None:
        script = self._script
        sent: list[float] = []
        taken: list[float] = []
        self._camera.sent, self._camera.taken = sent, taken
        began = time.monotonic()
        late = script.rtp_info == "late"
        for picture in due(self._camera.footage, script):
            await asyncio.sleep(max(0.0, began + picture.at - time.monotonic()))
            if late and picture.at >= _LATE:
                await self._write(answer)
                late = False
            if script.asks and picture.number % 10 == 5:
                await self._write(b"OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n")
            taken.append(began + picture.at)
            await self._write(picture.data(time.monotonic() - taken[-1]))
            sent.append(time.monotonic())
        self._writer.close()

    async def _write(self, data: bytes) -> None:
        size = self._script.chunk or max(len(data), 1)
        for at in range(0, len(data), size):
            self._writer.write(data[at : at + size])
            await self._writer.drain()
            if self._script.chunk:
                await asyncio.sleep(0)
