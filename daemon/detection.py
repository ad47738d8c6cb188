"""Shares one detector worker between cameras: batches by deadline, restarts, counts.

The engine is asked as soon as it is idle. Whoever waits then hands over its *newest* frame: a
camera's older one was replaced in its edge, so overload lowers the rate and never raises latency.
Cameras are served in turn.
"""

import array
import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pydantic import JsonValue

from daemon.edges import Edge
from daemon.process import Process, ProcessGone
from daemon.slots import Lease, SlotPool
from daemon.systemd import patient
from daemon.timing import Timing
from detectors import Detections, DetectorRejected, DetectorUnavailable
from detectors.columns import from_rows
from detectors.message import Detect, Failed, Found, Item, Load, Loaded, Map, Unmap, from_worker
from sources import ChannelBroken, Frame, Received

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """A frame and the slot that holds its pixels."""

    frame: Frame
    lease: Lease


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of a frame at the detector."""

    held: Held
    detections: Detections | None
    """None: the frame was not looked at, for the given reason."""

    reason: str = ""


@dataclass(slots=True, eq=False)
class _Request:
    camera: str
    edge: Edge[Held]
    max_age: float | None
    answer: asyncio.Future[Seen | None]
    abandoned: Callable[[], None]
    held: Held | None = None
    left: bool = False
    """Whether its asker was cancelled and the frame accounted for."""

    def leave(self) -> None:
        """Account for the frame of an asker that is gone, once."""
        if self.held is not None and not self.left:
            self.left = True
            self.held.lease.release()
            self.abandoned()


@dataclass(slots=True)
class DetectorFigures:
    """Counters of one detector."""

    batches: int = 0
    frames: int = 0
    torn: int = 0
    lost: int = 0
    """Frames in a batch that the worker did not survive."""

    starts: int = 0
    busy_s: float = 0.0
    rss: int = 0
    state: str = "loading"
    description: str = ""

    def figures(self) -> dict[str, int | float | str | None]:
        """Flatten for `stats`."""
        mean = self.busy_s / self.batches if self.batches else None
        return {
            "state": self.state,
            "batches": self.batches,
            "frames": self.frames,
            "torn": self.torn,
            "lost": self.lost,
            "starts": self.starts,
            "batch_mean_s": None if mean is None else round(mean, 5),
            "rss": self.rss,
        }


@dataclass(slots=True)
class _Turn:
    """Whose turn it is: cameras in the order in which they were last served."""

    waiting: deque[_Request] = field(default_factory=deque)
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class DetectorHost:
    """One detector worker and the queue in front of it.

    Args:
        name: As in the configuration.
        backend: Where the detector's class is: `module:attribute`.
        config: Its options, already validated.
        told: Called with `loading`, `ready`, `degraded` and a reason.
    """

    def __init__(
        self,
        name: str,
        backend: str,
        config: Mapping[str, JsonValue],
        *,
        timing: Timing,
        told: Callable[[str, str], None],
        beat: Callable[[], None],
    ) -> None:
        self.name = name
        self.figures = DetectorFigures()
        self._load = Load(name=name, backend=backend, config=dict(config))
        self._timing = timing
        self._told = told
        self._beat = beat
        self._turn = _Turn()
        self._cameras: dict[str, SlotPool] = {}
        self._unmapped: list[str] = []
        self._mapped: set[str] = set()
        self._loaded: Loaded | None = None
        self._ready = asyncio.Event()
        self._asked = 0

    async def profile(self) -> Loaded:
        """Wait until the detector is loaded, then return what it says of itself."""
        await self._ready.wait()
        if self._loaded is None:  # pragma: no cover (set together)
            raise DetectorUnavailable(f"{self.name}: not loaded")
        return self._loaded

    def join(self, camera: str, pool: SlotPool) -> None:
        """Let a camera use this detector; its slots are mapped with its first frame."""
        self._cameras[camera] = pool

    def leave(self, camera: str) -> None:
        """A camera is done; its slots are unmapped with the next batch."""
        self._cameras.pop(camera, None)
        if camera not in self._unmapped:
            self._unmapped.append(camera)

    async def detect(
        self,
        camera: str,
        edge: Edge[Held],
        max_age: float | None,
        abandoned: Callable[[], None],
    ) -> Seen | None:
        """Have the newest frame of an edge looked at, when it is this camera's turn.

        The caller is the edge's only consumer and has seen that something waits in it. Whatever
        happens, the frame taken comes back in the result, with its slot still held; None means that
        there was none to take.

        Args:
            camera: Name of the camera.
            edge: Where its newest frame waits.
            max_age: Seconds after which a frame is not worth looking at; None for recordings.
            abandoned: Called when the caller is cancelled while a frame of its is being looked at;
                the slot has been given back then.
        """
        answer: asyncio.Future[Seen | None] = asyncio.get_running_loop().create_future()
        request = _Request(camera, edge, max_age, answer, abandoned)
        self._turn.waiting.append(request)
        self._turn.changed.set()
        try:
            return await answer
        except asyncio.CancelledError:
            if request in self._turn.waiting:
                self._turn.waiting.remove(request)
            request.leave()
            raise

    async def once(self) -> None:
        """Run one worker from start to end. Never returns by itself.

        Raises:
            DetectorUnavailable: It died, hung or failed; start it anew.
            DetectorRejected: A person must act.
        """
        self.figures.starts += 1
        self.figures.state = "loading"
        self._told("loading", "")
        self._mapped.clear()
        batch: list[_Request] = []
        try:
            async with self._worker() as process:
                self._loaded = await self._start(process)
                self.figures.state, self.figures.description = "ready", self._loaded.description
                self._told("ready", self._loaded.description)
                self._ready.set()
                while True:
                    batch = await self._gather(process, self._loaded)
                    if batch:
                        await self._serve(process, batch, self._loaded.labels)
                    self._beat()
        except (ProcessGone, ChannelBroken, ValueError) as exc:
            raise DetectorUnavailable(f"{self.name}: {exc}") from exc
        finally:
            self.figures.state = "degraded"
            self._lose(batch)

    @asynccontextmanager
    async def _worker(self) -> AsyncIterator[Process]:
        async with Process("detectors.worker", self.name, grace=0.5) as process:
            try:
                yield process
            except TimeoutError:
                process.kill()
                raise DetectorUnavailable(
                    f"{self.name}: no answer within its deadline; worker killed"
                ) from None

    async def _start(self, process: Process) -> Loaded:
        await process.send(self._load)
        with patient(self._beat):
            async with asyncio.timeout(self._timing.load):
                received = await process.receive()
        message = from_worker.validate_json(received.text)
        if isinstance(message, Failed):
            raise _failure(message)
        if not isinstance(message, Loaded):
            raise ChannelBroken(f"answered {message.kind} to load")
        return message

    async def _gather(self, process: Process, loaded: Loaded) -> list[_Request]:
        """Wait until somebody waits, then take the newest frames of whose turn it is."""
        turn = self._turn
        while not turn.waiting:
            turn.changed.clear()
            self._beat()
            process.check()
            try:
                async with asyncio.timeout(1.0):
                    await turn.changed.wait()
            except TimeoutError:
                continue
        if loaded.window and len(turn.waiting) < min(loaded.max_batch, len(self._cameras)):
            await asyncio.sleep(loaded.window)
        batch: list[_Request] = []
        while turn.waiting and len(batch) < loaded.max_batch:
            request = turn.waiting.popleft()
            request.held = await request.edge.take_waiting()
            if request.held is None or request.answer.done():
                _answer(request, None, "gone")
            elif self._too_old(request):
                _answer(request, None, "too_old")
            else:
                batch.append(request)
        return batch

    async def _serve(
        self, process: Process, batch: Sequence[_Request], labels: tuple[str, ...]
    ) -> None:
        await self._map(process, batch)
        self._asked += 1
        items = tuple(_item(request) for request in batch)
        await process.send(Detect(id=self._asked, items=items))
        async with asyncio.timeout(self._timing.inference):
            received = await process.receive()
        found, columns = _parse(received, self._asked, batch, labels)
        self.figures.batches += 1
        self.figures.busy_s += found.seconds
        self.figures.rss = found.rss
        for request, detections in zip(batch, columns, strict=True):
            if detections is None:
                self.figures.torn += 1
                _answer(request, None, "torn")
            elif self._too_old(request):
                _answer(request, None, "too_old")
            else:
                self.figures.frames += 1
                _answer(request, detections, "")

    async def _map(self, process: Process, batch: Sequence[_Request]) -> None:
        while self._unmapped:
            camera = self._unmapped.pop()
            if camera in self._mapped:
                self._mapped.discard(camera)
                await process.send(Unmap(camera=camera))
        for request in batch:
            pool = self._cameras.get(request.camera)
            if pool is not None and request.camera not in self._mapped:
                message = Map(camera=request.camera, slots=pool.count)
                await process.send(message, descriptors=[pool.readonly])
                self._mapped.add(request.camera)

    def _too_old(self, request: _Request) -> bool:
        if request.max_age is None or request.held is None:
            return False
        age = asyncio.get_running_loop().time() - request.held.frame.arrival
        return age > request.max_age

    def _lose(self, batch: Sequence[_Request]) -> None:
        for request in batch:
            if not request.answer.done():
                self.figures.lost += 1
                _answer(request, None, "lost_with_worker")


def _item(request: _Request) -> Item:
    if request.held is None:  # pragma: no cover (a batch holds frames)
        raise ChannelBroken("a request without a frame")
    frame = request.held.frame
    if frame.camera != request.camera:
        raise ChannelBroken(f"a frame of {frame.camera} came for {request.camera}")
    pixels = frame.pixels
    return Item(
        camera=frame.camera,
        index=frame.index,
        slot=pixels.slot,
        generation=pixels.generation,
        width=pixels.width,
        height=pixels.height,
    )


def _answer(request: _Request, detections: Detections | None, reason: str) -> None:
    if request.answer.done():
        # Cancelled meanwhile, perhaps in the very moment in which its frame was taken.
        request.leave()
    elif request.held is None:
        request.answer.set_result(None)
    else:
        request.answer.set_result(Seen(request.held, detections, reason))


def _parse(
    received: Received, asked: int, batch: Sequence[_Request], labels: tuple[str, ...]
) -> tuple[Found, list[Detections | None]]:
    message = from_worker.validate_json(received.text)
    if isinstance(message, Failed):
        raise _failure(message)
    if not isinstance(message, Found) or message.id != asked or len(message.rows) != len(batch):
        raise ChannelBroken("an answer that fits no question")
    numbers = array.array("f")
    numbers.frombytes(received.blob)
    return message, from_rows(message.rows, numbers, labels)


def _failure(message: Failed) -> DetectorRejected | DetectorUnavailable:
    kind = DetectorRejected if message.remedy == "rejected" else DetectorUnavailable
    return kind(message.reason)
