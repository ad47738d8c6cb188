"""Looking at a camera's frames: detect, track, remember, tell, one frame after the other."""

import asyncio
from collections.abc import Sequence

from daemon.counters import CameraFigures
from daemon.detection import Held, Seen
from daemon.line.asking import Asking
from daemon.line.flow import Flow
from daemon.line.showing import Showing
from daemon.line.story_time import StoryTime
from daemon.line.telling import Telling
from daemon.line.wiring import Manner, Wiring
from daemon.mainstream import MainStream
from detectors import Detections, Track, Tracker
from reasoners import Chronicle, Job, Overlay, View
from sources import Frame

CALL = 0.4
"""Score of a detection that asks for every picture, before there is a track of it."""

PATIENCE = 5.0
"""Seconds after the last such detection, track or event, until a camera may rest."""


class Watching:
    """Looks at one camera's frames.

    Args:
        manner: How the camera is looked at.
        wiring: What to look with.
        tracker: Gives what is seen its identity.
        chronicle: Tells what it means.
        telling: Commits that.
        asking: Asks about it.
        showing: Shows the rest.
        time: Dates it.
        figures: Where to count.
        main: A stream that is wanted open while something is there.
        overlay: What is drawn on a film of a replay.
    """

    def __init__(  # noqa: PLR0913 (where detector, tracker, scene and sinks meet)
        self,
        manner: Manner,
        wiring: Wiring,
        *,
        tracker: Tracker,
        chronicle: Chronicle,
        telling: Telling,
        asking: Asking,
        showing: Showing,
        time: StoryTime,
        figures: CameraFigures,
        main: MainStream | None,
        overlay: Overlay | None,
    ) -> None:
        self.progress = 0.0
        """Seconds of media looked at so far."""

        self.looked_at: float | None = None
        """The loop's time of the last look."""

        self.lost = False
        """Whether what was open has been ended for the camera's silence."""

        self._manner = manner
        self._wire = wiring
        self._tracker = tracker
        self._chronicle = chronicle
        self._telling = telling
        self._asking = asking
        self._showing = showing
        self._time = time
        self._figures = figures
        self._main = main
        self._overlay = overlay
        self._called_at = float("-inf")
        self._still: int | None = None

    async def run(self, flow: Flow) -> None:
        """Look at what waits, until a recording is over."""
        max_age = self._wire.timing.max_age if self._manner.live else None
        name = flow.host.name
        while await flow.edge.ready():
            between = await flow.edge.take_if(_is_blank)
            if between is not None:
                await self._pass(flow, between)
                continue
            seen = await self._wire.detector.detect(
                name, flow.edge, max_age, self._abandoned, flow.wanted
            )
            if seen is None:
                continue
            seen.held.lease.release()
            if seen.detections is None:
                self._count(seen)
                if flow.attention is not None:
                    flow.attention.startle()
            else:
                await self._see(flow, seen.held.frame, seen.detections)
            flow.done(seen.held)
            flow.looked.set()

    async def _see(self, flow: Flow, frame: Frame, found: Detections) -> None:
        """Make something of what a look has shown."""
        self._figures.detect(None if frame.parts is None else len(frame.parts))
        if flow.closely is not None:
            found = flow.closely.look(frame, found)
        await self._look(flow, frame, found)
        attentive = self._attentive(frame.captured_at, found)
        if attentive and self._main is not None:
            self._main.want()
        await flow.host.attend(attentive)

    async def _pass(self, flow: Flow, held: Held) -> None:
        """Carry what is known over a frame that nobody is to look at."""
        held.lease.release()
        self._figures.carry()
        await self._look(flow, held.frame, None)
        flow.done(held)

    async def _look(self, flow: Flow, frame: Frame, detections: Detections | None) -> None:
        if frame.still != self._still:
            self._still = frame.still
            await self._part()
        self.looked_at, self.lost = asyncio.get_running_loop().time(), False
        self._time.looked_at = frame.captured_at
        self.progress = frame.captured_at - (self._wire.media_start or 0.0)
        jobs: list[Job] = []
        try:
            await self._observe(flow, frame, detections, jobs)
        finally:
            # Outside the lock: a full queue ends another question, perhaps one of this camera.
            await self._asking.ask(jobs, frame.captured_at, flow.host)
        self._showing.counts()
        self._showing.report(frame, looked=detections is not None)

    async def _part(self) -> None:
        """End what the last still showed: nobody is followed from one into the next."""
        if self._time.looked_at is None:
            return
        async with self._telling.alone():
            self._tracker.reset()
            left = self._chronicle.close(self._time.looked_at, "left")
            await self._telling.tell(left, None, [])

    async def _observe(
        self, flow: Flow, frame: Frame, detections: Detections | None, jobs: list[Job]
    ) -> None:
        async with self._telling.alone():
            tracks = self._follow(flow, frame.captured_at, detections)
            replay = self._wire.media_start is not None
            now = asyncio.get_running_loop().time()
            view = View(
                index=frame.index,
                captured_at=frame.captured_at,
                received_at=frame.received_at,
                width=frame.width,
                height=frame.height,
                tracks=tracks,
                looked=detections is not None,
                age_s=None if replay else max(0.0, now - frame.arrival),
                road=frame.road,
            )
            self._chronicle.asks = self._wire.switches.reason
            self._chronicle.off = self._wire.switches.off
            self._chronicle.shift = self._time.step()
            revisions = self._chronicle.observe(view)
            self._asking.observe(view)
            await self._telling.tell(revisions, flow.host, jobs)
            if self._overlay is not None:
                await flow.host.film(
                    self._overlay.frame(view, self._chronicle.foreshown()), self.progress
                )

    def _follow(self, flow: Flow, at: float, detections: Detections | None) -> Sequence[Track]:
        """Return the tracks as a look shows them, or carried on where there was none."""
        if detections is None:
            return self._tracker.carry(at)
        tracks = self._tracker.update(at, detections)
        if flow.attention is not None:
            flow.attention.observe(at, detections, tracks)
        return tracks

    def _attentive(self, at: float, detections: Detections) -> bool:
        """Tell whether every picture is wanted: something is there, or was a moment ago."""
        if self._chronicle.eventful or any(score >= CALL for score in detections.score):
            self._called_at = at
        return at - self._called_at < PATIENCE

    def _count(self, seen: Seen) -> None:
        match seen.reason:
            case "too_old":
                self._figures.drop("too_old")
            case "torn":
                self._figures.drop("torn")
            case _:
                self._figures.drop("lost_with_worker")

    def _abandoned(self) -> None:
        self._figures.drop("at_stop")


def _is_blank(held: Held) -> bool:
    return held.blank
