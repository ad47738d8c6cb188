"""Who waits for a detector, and who is next.

Start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996): every frame served moves its camera's
virtual time on by one over the rate the camera would like. Under overload each camera so gets the
same share of what it asked for; who was idle is neither punished nor owed anything. Deficit round
robin would need queues longer than the one newest frame that a camera has here.
"""

import asyncio
from dataclasses import dataclass, field

from daemon.detection.looking import Look
from detectors import Detections

_LEAST_WEIGHT = 1e-3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one detector made of a frame."""

    detections: Detections | None
    reason: str = ""


@dataclass(slots=True, eq=False)
class Request:
    """A look that waits for one detector."""

    look: Look
    asked_at: float
    start: float
    """Virtual time from which on it is its turn."""

    shared: bool
    """Whether other detectors look at the same frame."""

    answer: "asyncio.Future[Outcome | None]" = field(repr=False)

    def settle(self, outcome: Outcome | None) -> None:
        """Answer, unless the asker is gone."""
        if not self.answer.done():
            self.answer.set_result(outcome)


class Queue:
    """Looks that wait; at most one per camera and asker, so bounded by the cameras."""

    def __init__(self) -> None:
        self._waiting: list[Request] = []
        self._changed = asyncio.Event()
        self._now = 0.0
        self._finish: dict[str, float] = {}
        self._edges: dict[str, Look] = {}

    def __len__(self) -> int:
        """Count who waits."""
        return len(self._waiting)

    def put(self, look: Look, *, shared: bool = False) -> Request:
        """Let a look wait."""
        loop = asyncio.get_running_loop()
        start = max(self._now, self._finish.get(look.camera, 0.0))
        request = Request(look, loop.time(), start, shared, loop.create_future())
        self._waiting.append(request)
        self._edges.pop(look.camera, None)
        self._changed.set()
        return request

    def remove(self, request: Request) -> None:
        """Forget a request whose asker is gone, if it still waits."""
        if request in self._waiting:
            self._waiting.remove(request)

    def forget(self, camera: str) -> None:
        """A camera is gone."""
        self._finish.pop(camera, None)
        self._edges.pop(camera, None)

    def pop(self) -> Request:
        """Take out whose turn it is."""
        request = min(self._waiting, key=lambda one: one.start)
        self._waiting.remove(request)
        look = request.look
        self._now = max(self._now, request.start)
        self._finish[look.camera] = request.start + 1 / max(look.weight, _LEAST_WEIGHT)
        if not request.shared:
            self._edges[look.camera] = look
        return request

    def shared(self) -> list[Request]:
        """List the waiting requests whose frames others look at as well."""
        return [request for request in self._waiting if request.shared]

    def due(self, window: float, expected: float) -> float:
        """Return the monotonic time until which a fuller batch may be waited for.

        That is `window` seconds after the first came, or when the first to grow too old must be
        sent in order to be answered in time.
        """
        due = min(one.asked_at for one in self._waiting) + window
        expiries = [at for one in self._waiting if (at := one.look.expires) is not None]
        return min([due, *(at - expected for at in expiries)])

    @property
    def overtaken(self) -> bool:
        """Whether a camera that was just served, and whose turn it is again, is about to ask.

        Its next frame waits, but the last one is still being told. To serve somebody else now
        would give all cameras equal turns, whatever they asked for (deceptive idleness: Iyer and
        Druschel, SOSP 2001).
        """
        if not self._waiting:
            return False
        first = min(one.start for one in self._waiting)
        return any(
            len(look.edge) and self._finish.get(camera, first) < first
            for camera, look in self._edges.items()
        )

    async def wait(self, until: float) -> None:
        """Wait until somebody asks, or the time has come."""
        self._changed.clear()
        try:
            async with asyncio.timeout_at(until):
                await self._changed.wait()
        except TimeoutError:
            return
