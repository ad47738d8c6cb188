"""From an open question to a job: a better view is awaited a moment, then pictures are taken."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from daemon.camera import CameraHost
from daemon.edges import Edge
from daemon.line.story_time import StoryTime
from daemon.line.wiring import Wiring
from daemon.mainstream import MainStream
from reasoners import (
    Chronicle,
    Gallery,
    Job,
    Limits,
    Pick,
    PictureTaken,
    SceneConfig,
    Verdict,
    View,
    keyframes,
    picks,
    repeats,
    requests,
    sharpest,
)
from reasoners.keyframe import Part, Reason
from reasoners.telling.questioning import SETTLE
from sources import PictureRequest

GONE = 0.6
"""Seconds out of sight after which no better view is waited for."""

WAITING = 16
"""Questions of one camera that wait for a better view or their pictures; of more, the oldest goes
with the event's snapshot alone."""

Shots = list[tuple[Part, PictureTaken]]


EARLY = 3
"""Pictures taken as soon as there is a question: their frames may be gone later."""


@dataclass(slots=True, eq=False)
class _Open:
    job: Job
    asked_at: float
    """Loop time."""

    due_at: float
    """Time of the frame from which on it is asked."""

    due: bool = False
    asked: bool = False
    """It may have been handed over twice, as new and as due, before its turn came."""

    shown: frozenset[int] = frozenset()
    """Frames that were shown before, and are not to be again."""

    taken: list[tuple[Pick, Shots]] = field(default_factory=list)


class Asking:
    """The questions of one camera until they are asked.

    Args:
        wiring: Where questions go.
        chronicle: Says what each frame shows.
        config: What is drawn on pictures.
        time: Dates frames.
        conclude: Publishes a verdict.
        main: Where pictures come from, if from elsewhere.
        live: Whether pictures may be taken beside the next look; of a recording they are taken
            before it, so that the same frames are always still there.
        settle: Seconds of its time at most for which a better view is awaited.
    """

    def __init__(
        self,
        wiring: Wiring,
        chronicle: Chronicle,
        config: SceneConfig,
        time: StoryTime,
        conclude: Callable[[str, Verdict], Awaitable[None]],
        main: MainStream | None,
        *,
        live: bool,
        settle: float = SETTLE,
    ) -> None:
        self.gallery = Gallery(config.zones)
        self._wire = wiring
        self._chronicle = chronicle
        self._config = config
        self._time = time
        self._conclude = conclude
        self._main = main
        self._live = live
        self._settle = settle
        self._host: CameraHost | None = None
        """Who had the pictures last; None once the camera is gone."""

        self._open: deque[_Open] = deque()
        self._late: list[_Open] = []
        self._due: Edge[_Open] = Edge("asking", WAITING, on_drop=self._late.append)

    def observe(self, view: View) -> None:
        """Take note of what a frame shows."""
        if self._wire.thinking is not None and view.looked:
            size = view.width, view.height
            objects = self._chronicle.objects()
            self.gallery.observe(view.index, view.captured_at, size, objects)

    async def ask(self, jobs: Sequence[Job], at: float, host: CameraHost) -> None:
        """Take in new questions, and ask those for which enough was seen.

        Args:
            jobs: New ones.
            at: Time of the latest frame.
            host: Who has the pictures.
        """
        if self._wire.thinking is None:
            return
        now = asyncio.get_running_loop().time()
        settle = min(self._settle, self._wire.deadline / 5)
        new = [_Open(job, now, at + settle) for job in jobs]
        self._open.extend(new)
        due = [one for one in self._open if self._ready(one, at)]
        for one in due:
            self._open.remove(one)
            one.due = True
        for one in dict.fromkeys((*new, *due)):
            if self._live:
                await self._hand_over(one)
            else:
                await self._attend(one, host)
        while len(self._open) > WAITING:
            await self._ask(self._open.popleft(), None)

    async def run(self, host: CameraHost) -> None:
        """Take pictures and ask, for a live camera. Never returns by itself."""
        while True:
            await self._attend(await self._due.take(), host)

    async def more(self, job: Job) -> Job | None:
        """Return a job with frames of its event that were not shown yet; None if there are none."""
        host = self._host
        if host is None:
            return None
        shown = frozenset(keyframe.index for keyframe in job.shown)
        one = _Open(job, 0.0, 0.0, shown=shown)
        await self._take(one, host, self._limits().images)
        return self._illustrated(one, first=len(shown) + 1) if one.taken else None

    async def flush(self) -> None:
        """Ask everything that waits with what there is: the camera is gone, or is to be closed."""
        self._host = None
        self._due.drain()
        waiting = [*(one for one in self._late if one.due), *self._open]
        self._late.clear()
        self._open.clear()
        for one in waiting:
            await self._ask(one, None)

    def _ready(self, one: _Open, at: float) -> bool:
        """Tell whether no better view is to be waited for."""
        if at >= one.due_at:
            return True
        courses = [self.gallery.course(thing.track) for thing in one.job.event.objects]
        return bool(courses) and all(
            course is not None and at - course.latest.at >= GONE for course in courses
        )

    async def _hand_over(self, one: _Open) -> None:
        await self._due.put(one)
        while self._late:
            late = self._late.pop()
            if late.due:
                await self._ask(late, None)

    async def _attend(self, one: _Open, host: CameraHost) -> None:
        """Take the first pictures of a new question, or the rest of one that is due, and ask it."""
        self._host = host
        if one.due:
            await self._ask(one, host)
        else:
            await self._take(one, host, EARLY)

    async def _ask(self, one: _Open, host: CameraHost | None) -> None:
        """Ask one question; whatever is cancelled, it is not forgotten."""
        if one.asked:
            return
        one.asked = True
        try:
            if host is not None:
                await self._take(one, host, self._limits().images)
        finally:
            job = self._illustrated(one)
            elapsed = asyncio.get_running_loop().time() - one.asked_at
            left = job.deadline if not self._live else max(0.05, job.deadline - elapsed)
            if self._wire.thinking is not None:
                asked = replace(job, deadline=left)
                await self._wire.thinking.ask(asked, self._conclude, self.more)

    async def _take(self, one: _Open, host: CameraHost, most: int) -> None:
        """Take pictures of the frames that are most worth it, up to so many in all."""
        limits = self._limits()
        tracks = _tracks(one.job)
        after = one.job.since if one.job.since is not None else float("-inf")
        wanted = picks(self.gallery, tracks, after)
        reasons = {pick.look.index: pick.reason for pick in wanted}
        # What was the best view then may be but the first sight by now.
        one.taken = [
            (replace(pick, reason=reasons.get(pick.look.index, _former(pick))), shots)
            for pick, shots in one.taken
        ]
        known = {pick.look.index for pick, _ in one.taken} | one.shown
        for pick in wanted:
            left = most - sum(len(shots) for _, shots in one.taken)
            if left <= 0:
                break
            if pick.look.index in known:
                continue
            shots = await self._shots(pick, tracks, limits, host, left)
            if shots and not any(repeats((pick, shots), other, tracks) for other in one.taken):
                one.taken.append((pick, shots))

    def _limits(self) -> Limits:
        """Return what pictures are wanted now: as many, and as large, as who is asked takes in."""
        if self._wire.thinking is None:
            return Limits()
        return self._wire.thinking.limits(self._chronicle.camera)

    def _illustrated(self, one: _Open, first: int = 1) -> Job:
        """Put what was taken into the job; without any, the event's snapshot stays."""
        if not one.taken:
            return one.job
        return replace(
            one.job,
            question="",
            images=(),
            questions=one.job.asked,
            keyframes=keyframes(sharpest(one.taken), first),
            sightings=self.gallery.sightings(
                [pick.look for pick, _ in one.taken], _tracks(one.job)
            ),
            zones=self.gallery.zones,
            beside=_beside(one.taken),
        )

    async def _shots(
        self, pick: Pick, tracks: tuple[str, ...], limits: Limits, host: CameraHost, left: int
    ) -> Shots:
        """Take the pictures of one frame, as many as there is room for; none if it is gone."""
        size = self.gallery.width, self.gallery.height
        shots: Shots = []
        wanted = requests(pick, tracks, self._config.zones, self._config.lines, size, limits)
        for part, request in wanted[:left]:
            picture = await self._picture(request, pick.look.at, host)
            if picture is None:
                break
            shots.append((part, picture))
        return shots

    async def _picture(
        self, request: PictureRequest, at: float, host: CameraHost
    ) -> PictureTaken | None:
        found = None
        if self._main is not None:
            found = await self._main.taken(request, at - self._time.offset)
        found = found or await host.taken(request)
        if found is None:
            return None
        said, jpeg = found
        return PictureTaken(
            jpeg,
            said.width,
            said.height,
            said.fingerprint,
            said.sharpness,
            said.beside,
            request.crop,
        )


def _tracks(job: Job) -> tuple[str, ...]:
    return tuple(thing.track for thing in job.event.objects)


def _beside(taken: Sequence[tuple[Pick, Shots]]) -> str:
    """Return the text that came with the latest picture that had one."""
    texts = [picture.beside for _, shots in taken for _, picture in shots if picture.beside]
    return texts[-1] if texts else ""


def _former(pick: Pick) -> Reason:
    return "first_sight" if pick.reason in {"best_view", "latest"} else pick.reason
