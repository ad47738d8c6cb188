"""One camera from its decoder child to the journal: opened, followed, ended."""

import asyncio
import logging
from pathlib import Path
from typing import Literal

from daemon.camera import CameraHost, Outgrown
from daemon.closely import Choice
from daemon.config import ClipsConfig
from daemon.counters import CameraFigures
from daemon.line.asking import Asking
from daemon.line.flow import Flow
from daemon.line.grabbing import Grabbing
from daemon.line.showing import Showing
from daemon.line.story_time import StoryTime
from daemon.line.telling import Telling
from daemon.line.watching import Watching
from daemon.line.wiring import Manner, Wiring
from daemon.mainstream import MainStream
from daemon.parting import forget, let_go
from daemon.slots import SlotPool
from daemon.supervisor import Failure, reasons
from detectors import Tracker
from reasoners import (
    Chronicle,
    EndReason,
    Overlay,
    Presence,
    RuleRecord,
    Rules,
    SceneConfig,
    Verdict,
)
from reasoners.predictions.score import Figures
from reasoners.telling.questioning import SETTLE
from sources.message import Lesson, Open

logger = logging.getLogger(__name__)


class Line:
    """One camera from its decoder child to the journal.

    Args:
        opening: What the child opens; numbering goes on from its `first_index`.
        live: Whether pictures come by themselves.
        finite: Whether an end is no fault; by default, for what is not live.
        quiet: Seconds without a picture that are no fault.
        fps: Frames per second to look at; None leaves it to the detector.
        regions: Whether parts of pictures are looked at closely.
        rate: Whether fewer will do while its tracks do not change.
        carry: Frames between two looks over which tracks are carried.
        clips: Whether and how events get clips.
        main: Where pictures and clips come from, if from elsewhere.
        film: File of the film that the child makes of a replay; None makes none.
        overlay: What is drawn on it.
        scene: What is drawn on pictures for a model.
        presence: The built-in rule at work in the chronicle, if it is on; it is told what the
            detector can say.
        rules: Those at work in the chronicle, if there are any; what they find is kept.
        figures: Where to count on; by default from nothing.
    """

    def __init__(  # noqa: PLR0913 (all that one camera is about)
        self,
        opening: Open,
        *,
        live: bool,
        fps: float | Literal["every"] | None,
        tracker: Tracker,
        chronicle: Chronicle,
        wiring: Wiring,
        rate: Literal["fixed", "tracks"] = "fixed",
        carry: int = 0,
        finite: bool | None = None,
        regions: Choice = "off",
        quiet: float = 0.0,
        clips: ClipsConfig | None = None,
        main: MainStream | None = None,
        film: Path | None = None,
        overlay: Overlay | None = None,
        scene: SceneConfig | None = None,
        presence: Presence | None = None,
        rules: Rules | None = None,
        figures: CameraFigures | None = None,
    ) -> None:
        self.name = opening.camera
        self.main = main
        self.figures = figures or CameraFigures()
        self.figures.main = None if main is None else main.figures
        self.finished = False
        """Whether a recording is over."""

        self.lesson: Lesson | None = None
        """What the gate of its child learnt, for the next one."""

        self._opening = opening
        self._finite = finite
        self._quiet = quiet
        self._film = film
        self._presence = presence
        self._rules = rules
        self._wire = wiring
        self._tracker = tracker
        self._chronicle = chronicle
        self._next_index = opening.first_index
        self._manner = Manner(
            live=live,
            fps=fps,
            rate=rate,
            carry=carry,
            regions=regions,
            rehearsed=not live and opening.gate != "off",
        )
        self._time = StoryTime(self.name, wiring.clock, wiring.media_start, opening.first_index)
        self._noted = self._numbering()
        self.showing = Showing(
            self.name, wiring.board, wiring.clock, self._time, chronicle, self.figures
        )
        self._telling = Telling(
            self.name, wiring, chronicle, self._time, self.figures, clips or ClipsConfig(), main
        )
        self._asking = Asking(
            wiring,
            chronicle,
            scene or SceneConfig(),
            self._time,
            self._telling.conclude,
            main,
            live=live,
            # Stills stand alone: the next may come in an hour, and shows something else.
            settle=SETTLE if live or not quiet else 0.0,
        )
        self._grabbing = Grabbing(self._manner, wiring, self._time, self.figures)
        self._watching = Watching(
            self._manner,
            wiring,
            tracker=tracker,
            chronicle=chronicle,
            telling=self._telling,
            asking=self._asking,
            showing=self.showing,
            time=self._time,
            figures=self.figures,
            main=main,
            overlay=overlay,
        )

    @property
    def progress(self) -> float:
        """Seconds of media looked at so far; for progress bars."""
        return self._watching.progress

    @property
    def duration(self) -> float | None:
        """Seconds of media there are in all, if known."""
        return self._grabbing.duration

    async def once(self) -> None:
        """Follow the camera from opening to its end, with one decoder child after the other.

        Returns when a recording is over.

        Raises:
            SourceUnavailable: Open it again later.
            SourceRejected: A person must act.
        """
        while True:
            try:
                await self._once()
            except BaseExceptionGroup as group:
                _, others = group.split(Outgrown)
                if others is not None:
                    raise others from None
                logger.info("%s: %s; replaced", self.name, reasons(group))
                let_go(group)
            else:
                break
        await self.close("left")
        self.finished = True
        self.showing.state("disabled", "the recording is over")

    async def failed(self, failure: Failure) -> None:
        """Show why the camera is away."""
        self.showing.failed(failure)

    async def age(self) -> None:
        """End what a silent camera leaves open. Never returns by itself."""
        loop = asyncio.get_running_loop()
        live, watching = self._manner.live, self._watching
        while True:
            self._wire.beat()
            await asyncio.sleep(min(1.0, self._wire.timing.camera_lost / 4))
            # What shows pictures now and then has moved on; a recording is only slow.
            passing = live or self._quiet > 0
            if not passing or watching.looked_at is None or watching.lost:
                continue
            patience = self._wire.timing.camera_lost + (self._quiet if live else 0.0)
            if loop.time() - watching.looked_at > patience:
                watching.lost = True
                await self.close("camera_lost" if live else "left")

    def stats(self) -> dict[str, int | float | str | None]:
        """Tell how its frames fared, and what found no room in its scene: for `stats`."""
        refused = self._chronicle.refusals()
        return self.figures.figures() | {
            f"{what}_refused": count for what, count in refused.items()
        }

    def learned(self) -> str | None:
        """Hand out what was learned about predictions; None if that is nothing new."""
        experience = self._chronicle.forecaster.experience
        return experience.notebook().model_dump_json() if experience.changed else None

    def scores(self) -> dict[str, Figures]:
        """Tell how its predictions turned out, by kind: for `stats`."""
        return self._chronicle.forecaster.experience.figures()

    def numbering(self) -> tuple[int, int]:
        """Return the highest track id and frame index used so far."""
        self._noted = self._numbering()
        return self._noted

    @property
    def following(self) -> tuple[int, int]:
        """Return the first track id and the first frame index that it has not used."""
        return self._tracker.next_id, max(self._next_index, self._time.highest_index + 1)

    @property
    def stream(self) -> tuple[str, object]:
        """Return what it watches: a source, and its options."""
        return self._opening.backend, self._opening.config

    def succeed(self, earlier: "Line") -> None:
        """Go on with what the gate of an earlier line learnt, if it had the same stream."""
        if self.stream == earlier.stream:
            self.lesson = earlier.lesson

    @property
    def awaits(self) -> bool:
        """Whether a question about an event of it has no terminal state yet."""
        return bool(self._chronicle.pending())

    def numbering_moved(self) -> bool:
        """Tell whether track ids were given out since `numbering` was last asked."""
        return self._tracker.next_id - 1 != self._noted[0]

    def evaluations(self) -> RuleRecord | None:
        """Hand out what its rules found since the last time; None if there is nothing."""
        record = None if self._rules is None else self._rules.drain()
        return None if record is None else record.moved(self._time.step())

    async def close(self, reason: EndReason) -> None:
        """End every open event, now."""
        await self._telling.clips.settle()
        async with self._telling.alone():
            at = self._time.latest
            if self._manner.live and self._wire.media_start is None and reason != "left":
                at = self._time.following()
            if at == float("-inf"):
                return
            self._tracker.reset()
            await self._telling.tell(self._chronicle.close(at, reason), None, [])
            self.showing.counts()

    async def abandon(self) -> int:
        """Give every question still open its terminal state, for we are leaving; count them."""
        pending = self._chronicle.pending()
        for event in pending:
            await self.conclude(event, Verdict("error", reason="the daemon was stopped"))
        return len(pending)

    async def conclude(self, event: str, verdict: Verdict) -> None:
        """Publish a verdict as a new revision of its event."""
        await self._telling.conclude(event, verdict)

    def trust(self, clock: Literal["synced", "unsynced"]) -> None:
        """Note whether times can be trusted; events opened from now on say so."""
        if self._wire.media_start is None:
            self._chronicle.clock = clock

    def _numbering(self) -> tuple[int, int]:
        return self._tracker.next_id - 1, self._time.highest_index

    async def _once(self) -> None:
        now = {
            "first_index": self._next_index,
            "wall": self._wire.clock.at(0.0),
            "lesson": self.lesson,
        }
        opening = self._opening.model_copy(update=now)
        with SlotPool(opening.slots) as pool:
            self._wire.detector.join(self.name, pool)
            host = CameraHost(
                opening,
                live=self._manner.live,
                finite=self._finite,
                quiet=self._quiet,
                pool=pool,
                figures=self.figures,
                timing=self._wire.timing,
                told=self.showing.state,
                turns=self._wire.turns,
                remarked=self.showing.remark,
                starts=self._wire.starts,
            )
            host.film_file = self._film
            try:
                async with host:
                    # The camera opens while the model loads; its state is true either way.
                    profile = await self._wire.detector.profile()
                    if self._presence is not None:
                        self._presence.know(profile.labels)
                    await self._follow(Flow(host, pool, self._manner, profile, self.figures))
            finally:
                self._next_index = host.next_index
                self.lesson = host.lesson or self.lesson
                self._wire.detector.leave(self.name)
                await self._asking.flush()
                await self._telling.clips.settle()

    async def _follow(self, flow: Flow) -> None:
        """Ask for frames and look at them, side by side."""
        clips = self._telling.clips
        try:
            async with asyncio.TaskGroup() as group:
                grab = group.create_task(self._grabbing.run(flow), name=f"camera-{self.name}-grab")
                clip = group.create_task(clips.run(flow.host), name=f"camera-{self.name}-clips")
                asks = group.create_task(
                    self._asking.run(flow.host), name=f"camera-{self.name}-asks"
                )
                for task in (grab, clip, asks):
                    task.add_done_callback(forget)
                await self._watching.run(flow)
                clip.cancel()
                asks.cancel()
        finally:
            await flow.drain()
