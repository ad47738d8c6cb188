"""What is shown of a camera beside its events: its state, remarks, counts, and every frame."""

import logging

from daemon.board import Board
from daemon.camera import Remark
from daemon.clock import Clock
from daemon.counters import CameraFigures
from daemon.line.story_time import StoryTime
from daemon.supervisor import CRASHES, Failure
from reasoners import Chronicle
from sinks import CameraStatus, FrameReport, Notice, ObjectCounts, SceneReport, ZoneCounts
from sinks.message import GRAPH
from sources import Frame
from sources.message import CameraState

logger = logging.getLogger(__name__)

ATTEMPTS = 5
"""Failures in a row after which a camera is shown as `failed`, though still tried."""

_REPEATS = 60.0
"""Seconds within which the same remark is not made again."""

REASONS = 32
"""Different reasons of being away that are remembered as said."""


class Showing:
    """Puts one camera on the board."""

    def __init__(
        self,
        name: str,
        board: Board,
        clock: Clock,
        time: StoryTime,
        chronicle: Chronicle,
        figures: CameraFigures,
    ) -> None:
        self.name = name
        self.said: set[tuple[str, str]] = set()
        """States and reasons that the log knows already."""

        self._board = board
        self._clock = clock
        self._time = time
        self._chronicle = chronicle
        self._figures = figures
        self._remarked: dict[str, float] = {}

    def failed(self, failure: Failure) -> None:
        """Show why the camera is away."""
        broken = failure.crashes >= CRASHES or (failure.crashes and failure.parked)
        if not broken and (failure.parked or failure.refused):
            self.state("refused", failure.reason)
        elif broken or failure.attempt >= ATTEMPTS:
            self.state("failed", failure.reason)
        else:
            self.state("stalled", failure.reason)

    def state(self, state: CameraState, reason: str) -> None:
        """Show what state the camera is in, and why."""
        since = round(self._clock.now(), 3)
        serving = self._figures.serving
        status = CameraStatus(
            camera=self.name,
            state=state,
            reason=reason,
            since=since,
            reader=serving.reader,
            transport=serving.transport,
            decoder=serving.decoder,
        )
        self._board.show(status)
        # A camera that is off for days says why once, not every half minute.
        level = logging.DEBUG if (state, reason) in self.said else logging.INFO
        if state == "online" or len(self.said) >= REASONS:
            self.said.clear()
        self.said.add((state, reason))
        logger.log(level, "%s: %s%s", self.name, state, f" ({reason})" if reason else "")

    def remark(self, kind: Remark, text: str, details: dict[str, str | int | bool]) -> None:
        """Tell what a person may want to know; of what repeats, once a minute."""
        now = self._clock.monotonic()
        key = f"{kind} {details.get('hint', '')} {details.get('active', '')}"
        if kind != "stream_changed" and now - self._remarked.get(key, float("-inf")) < _REPEATS:
            return
        self._remarked[key] = now
        logger.info("%s: %s", self.name, text)
        at = round(self._clock.now(), 3)
        self._board.tell(
            Notice(
                kind=kind,
                at=at,
                node=self._chronicle.node,
                camera=self.name,
                text=text,
                details={**details},
            )
        )

    def counts(self) -> None:
        """Show how many of what are there, in all and in each zone."""
        at = round(max(self._time.latest, 0.0) + self._time.step(), 3)
        chronicle = self._chronicle
        self._board.show(
            ObjectCounts(
                camera=self.name, at=at, counts=chronicle.counts(), moving=chronicle.moving()
            )
        )
        for zone, inside in chronicle.zone_counts().items():
            moving = chronicle.moving(zone)
            self._board.show(
                ZoneCounts(camera=self.name, zone=zone, at=at, counts=inside, moving=moving)
            )

    def scene(self) -> None:
        """Tell what is there now, and what holds between it."""
        relations = self._chronicle.relations()
        self._board.tell(
            SceneReport(
                camera=self.name,
                at=round(max(self._time.latest, 0.0) + self._time.step(), 3),
                objects=self._chronicle.objects(),
                relations=relations[:GRAPH],
                relations_left_out=len(relations[GRAPH:]),
                counts=self._chronicle.counts(),
                zones=self._chronicle.zone_counts(),
            )
        )

    def report(self, frame: Frame, *, looked: bool) -> None:
        """Tell what is in a frame that was looked at, or carried over, if anybody listens."""
        if not self._board.wanted(FrameReport):
            return
        step = self._time.step()
        self._board.tell(
            FrameReport(
                camera=self.name,
                index=frame.index,
                captured_at=round(frame.captured_at + step, 4),
                received_at=round(frame.received_at + step, 4),
                published_at=round(self._clock.now(), 4),
                looked=looked,
                objects=self._chronicle.objects(),
            )
        )
