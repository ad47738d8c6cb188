"""One detector: its worker kept alive, and the queue in front of it.

Whoever's turn it is hands over its *newest* frame: a camera's older one was replaced in its edge,
so overload lowers the rate and never raises latency. See `rounds` for when that is.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from pydantic import JsonValue

from daemon.detection.figures import DetectorFigures
from daemon.detection.looking import Held, Look, Seen
from daemon.detection.memory import Memory
from daemon.detection.queue import Outcome, Queue
from daemon.detection.rounds import Rounds
from daemon.detection.worker import Worker
from daemon.edges import Edge
from daemon.process import Process, ProcessGone
from daemon.slots import SlotPool
from daemon.timing import Timing
from detectors import DetectorExhausted, DetectorRejected, DetectorUnavailable
from detectors.message import Load, Loaded
from sources import ChannelBroken

logger = logging.getLogger(__name__)


class DetectorHost:
    """One detector worker and the queue in front of it; see `Detecting`.

    Args:
        name: As in the configuration.
        backend: Where the detector's class is: `module:attribute`.
        config: Its options, already validated.
        told: Called with `loading`, `ready` or `fallback`, and with what there is to say.
        beat: Called whenever it gets on.
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
        self.tried = asyncio.Event()
        """Set once loading has worked or failed for the first time."""

        self._load = Load(name=name, backend=backend, config=dict(config))
        self._timing = timing
        self._told = told
        self._beat = beat
        self._queue = Queue()
        self._cameras: dict[str, SlotPool] = {}
        self._memory = Memory(config.get("fallback") is not None, timing)
        self._loaded: Loaded | None = None
        self._ready = asyncio.Event()
        self._running = False

    @property
    def running(self) -> bool:
        """Whether a worker is there that answers."""
        return self._running

    @property
    def known(self) -> tuple[str, ...]:
        """Labels that it can say; empty until it was ready for the first time."""
        return () if self._loaded is None else self._loaded.labels

    @property
    def size(self) -> tuple[int, int]:
        """Pixels into which pictures are to be fitted; only once it was ready."""
        if self._loaded is None:
            raise DetectorUnavailable(f"{self.name}: not loaded")
        return self._loaded.width, self._loaded.height

    async def profile(self) -> Loaded:
        """Wait until the detector is loaded, then return what it says of itself."""
        while self._loaded is None:
            await self.awake()
        return self._loaded

    def join(self, camera: str, pool: SlotPool) -> None:
        """Let a camera use this detector; its slots are mapped with its first frame."""
        self._cameras[camera] = pool

    def leave(self, camera: str) -> None:
        """A camera is done; its slots are unmapped with the next batch."""
        self._cameras.pop(camera, None)
        self._queue.forget(camera)

    async def detect(
        self,
        camera: str,
        edge: Edge[Held],
        max_age: float | None,
        abandoned: Callable[[], None],
        weight: float = 1.0,
    ) -> Seen | None:
        """Have the newest frame of an edge looked at, when it is this camera's turn."""
        look = Look(camera, edge, max_age, abandoned, weight)
        try:
            outcome = await self.look(look)
        except asyncio.CancelledError:
            look.leave()
            raise
        if outcome is None or look.held is None:
            return None
        return Seen(look.held, outcome.detections, outcome.reason)

    async def awake(self) -> None:
        """Wait until a worker is there that answers."""
        while not self._running:
            self._ready.clear()
            await self._ready.wait()

    async def look(self, look: Look, *, shared: bool = False) -> Outcome | None:
        """Look at the frame when it is its turn; None if there was none.

        The frame stays the look's own, whoever cancels. A `shared` look does not wait for a new
        worker: it gets None when this one ends, so that others can do without us.
        """
        request = self._queue.put(look, shared=shared)
        try:
            return await request.answer
        finally:
            self._queue.remove(request)

    async def once(self) -> None:
        """Run workers, one after the other, as long as each ends in order.

        Raises:
            DetectorUnavailable: It died, hung or failed; start it anew.
            DetectorRejected: A person must act.
        """
        try:
            while True:
                await self._live()
        except DetectorExhausted as exc:
            self.figures.exhausted += 1
            self.figures.reason = str(exc)
            raise self._memory.exhausted(exc) from exc
        except (DetectorUnavailable, DetectorRejected) as exc:
            self.figures.reason = str(exc)
            raise
        except (ProcessGone, ChannelBroken, ValueError) as exc:
            self.figures.reason = str(exc)
            raise DetectorUnavailable(f"{self.name}: {exc}") from exc
        finally:
            self.figures.state = "degraded"
            self.tried.set()

    async def _live(self) -> None:
        """Run one worker until it fails, or holds so much memory that a new one is better."""
        self.figures.starts += 1
        self.figures.state = "loading"
        self._told("loading", "")
        try:
            async with self._process() as process:
                worker = Worker(process, self._timing)
                load = self._load.model_copy(update={"fallback": self._memory.fallen})
                loaded = await worker.load(load, self._beat)
                self._begin(loaded)
                try:
                    await self._rounds(worker, loaded).run(self.name)
                finally:
                    self._end()
        finally:
            self._end()
        self.figures.recycled += 1
        logger.info("%s: starts anew: %s", self.name, self._memory.why)

    def _begin(self, loaded: Loaded) -> None:
        self._loaded, fallen = loaded, self._memory.fallen
        self.figures.state, self.figures.reason = "fallback" if fallen else "ready", ""
        self.figures.description = loaded.description
        self._memory.begin()
        self._running = True
        self._told(self.figures.state, loaded.description)
        self._ready.set()
        self.tried.set()

    def _end(self) -> None:
        """Nobody answers any more, however long the process takes to go."""
        self._running = False
        for request in self._queue.shared():
            request.settle(None)

    @asynccontextmanager
    async def _process(self) -> AsyncIterator[Process]:
        async with Process("detectors.worker", self.name, grace=0.5) as process:
            try:
                yield process
            except TimeoutError:
                process.kill()
                raise DetectorUnavailable(
                    f"{self.name}: no answer within its deadline; worker killed"
                ) from None

    def _rounds(self, worker: Worker, loaded: Loaded) -> Rounds:
        return Rounds(
            worker,
            loaded,
            queue=self._queue,
            cameras=self._cameras,
            figures=self.figures,
            memory=self._memory,
            timing=self._timing,
            beat=self._beat,
        )
