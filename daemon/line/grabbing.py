"""Asking a decoder child for one frame after the other, so that a fresh one always waits."""

import asyncio

from daemon.counters import CameraFigures
from daemon.detection import Held
from daemon.edges import EdgeClosed
from daemon.line.flow import Flow
from daemon.line.story_time import StoryTime
from daemon.line.wiring import Manner, Wiring
from daemon.pace import Rhythm
from sources.message import Given


class Grabbing:
    """Keeps one fresh frame of a camera waiting.

    Args:
        manner: How the camera is looked at.
        wiring: Tells whether it is, and how large.
        time: Dates the frames.
        figures: Where to count.
    """

    def __init__(
        self, manner: Manner, wiring: Wiring, time: StoryTime, figures: CameraFigures
    ) -> None:
        self.duration: float | None = None
        """Seconds of media there are in all, once known."""

        self._manner = manner
        self._wire = wiring
        self._time = time
        self._figures = figures

    async def run(self, flow: Flow) -> None:
        """Keep one fresh frame waiting in the edge, until a recording is over."""
        rhythm, detector = Rhythm(flow.interval, self._manner.carry), self._wire.detector
        while True:
            await self._wire.switches.detect.wait()
            lease = await flow.pool.lease()
            regions = None if flow.closely is None else await flow.closely.wish()
            given = await flow.host.next(
                lease.number,
                *detector.size,
                not_before=rhythm.due,
                pixels_from=rhythm.look_from,
                needed=flow.needed,
                regions=regions,
            )
            if given is None:
                lease.release()
                await flow.edge.close()
                return
            if flow.host.stream is not None:
                self.duration = flow.host.stream.duration
            held = Held(self._time.frame(given), lease, given.blank)
            flow.needed.add(given.index)
            try:
                await self._offer(held, flow)
            except (EdgeClosed, asyncio.CancelledError):
                lease.release()
                self._figures.drop("at_stop")
                raise
            await self._await_look(given, flow)
            if flow.attention is not None:
                rhythm.look_every(flow.attention.interval)
            rhythm.advance(given.time, looked=not given.blank)

    async def _await_look(self, given: Given, flow: Flow) -> None:
        """Wait until it was looked at where it decides when the next one is due."""
        carried = self._manner.carry and self._manner.live
        follows = flow.attention is not None and not carried
        if (follows or self._manner.rehearsed) and not given.blank:
            await flow.looked.wait()
            flow.looked.clear()

    async def _offer(self, held: Held, flow: Flow) -> None:
        """Let a frame wait; one that nobody is to look at never takes the place of one to see."""
        waiting = flow.edge.newest if self._manner.live else None
        if held.blank and waiting is not None and not waiting.blank:
            flow.supersede(held)
        else:
            await flow.edge.put(held)
