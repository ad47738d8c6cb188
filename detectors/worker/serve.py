"""The worker's work: load once, then answer until the daemon closes its end.

A question that comes while the last one is looked at is begun at once where the detector can do
that: its picture then lies in the device's queue when the device gets free. With others it waits in
the socket, which still saves the way from here to the daemon and back.
"""

import select
import time
from collections import deque

import numpy as np
from pydantic import ValidationError

from detectors.columns import to_rows
from detectors.detection import Detections
from detectors.detector import Detector, Profile
from detectors.errors import DetectorError, DetectorUnavailable
from detectors.message import MOST, Detect, Found, Load, Loaded, Map, Unmap, from_daemon
from detectors.worker.backend import build
from detectors.worker.cameras import Cameras
from detectors.worker.engine import Engine
from detectors.worker.process import rss
from detectors.worker.question import Question
from sources import BlockingChannel, ChannelBroken


def serve(channel: BlockingChannel) -> None:
    """Load the detector that the first message names and answer until end of file.

    Raises:
        DetectorError: The detector cannot work, for now or at all.
        ChannelBroken: The daemon sent what an honest daemon does not send.
    """
    first = _next(channel)
    if first is None:
        return
    if not isinstance(first, Load):
        raise ChannelBroken(f"the first message is `{first.kind}`, not `load`")
    detector = build(first)
    started = time.monotonic()
    profile = detector.load()
    channel.send(_loaded(profile, time.monotonic() - started))
    try:
        _Desk(channel, detector, profile).work()
    except DetectorError:
        # The process ends anyway, and a device that failed may fail or hang once more when it is
        # closed, which would hide why.
        raise
    except BaseException:
        detector.close()
        raise
    detector.close()


WEIGHING = 2.0
"""Seconds between two looks at the worker's own memory; asking the kernel takes up to 0.5 ms."""

UNRUNG = 0.25
"""Seconds after which a call is asked whether it is done, should its bell have failed to ring."""


class _Desk:
    """Answers the messages that follow `Load`, in their order."""

    def __init__(self, channel: BlockingChannel, detector: Detector, profile: Profile) -> None:
        self._channel = channel
        self._engine = Engine(detector, profile)
        self._number = {label: number for number, label in enumerate(profile.labels)}
        self._most = profile.max_batch
        self._cameras = Cameras()
        self._open: deque[Question] = deque()
        self._calls: deque[Question] = deque()
        self._answered_at = float("-inf")
        self._held = 0
        self._weighed_at = float("-inf")

    def work(self) -> None:
        while True:
            while self._engine and not self._due():
                self._finish()
            if (message := _next(self._channel)) is None:
                return
            match message:
                case Detect():
                    self._open.append(Question(message, self._cameras))
                    self._begin()
                case Map():
                    self._rest()
                    if not self._channel.descriptors:
                        raise ChannelBroken(f"`map` of camera {message.camera} has no descriptor")
                    fd = self._channel.descriptors.popleft()
                    self._cameras.map(message.camera, message.slots, fd)
                case Unmap():
                    self._rest()
                    self._cameras.unmap(message.camera)
                case Load():
                    raise ChannelBroken("a second `load`")

    def _due(self) -> bool:
        """Wait until a message can be begun with, or the first call is done; tell which."""
        willing = self._engine.room and not any(question.waiting for question in self._open)
        if willing and self._channel.pending:
            return True
        ears = [self._channel] if willing else []
        while not self._engine.done:
            if self._channel in self._heard(*ears, self._engine.bell, within=UNRUNG):
                return True
            self._engine.hush()
        # With nothing else under way the device would wait while we read and tell.
        return self._channel in self._heard(*ears, within=0)

    def _heard(self, *ears: BlockingChannel | int | None, within: float) -> list[object]:
        """Wait until one of them can be read."""
        waited = [one for one in ears if one is not None]
        heard: list[object] = []
        if waited:
            heard.extend(select.select(waited, [], [], within)[0])
        return heard

    def _begin(self) -> None:
        """Begin as many calls as there may be, in the order in which they were asked for."""
        for question in self._open:
            while question.waiting and self._engine.room:
                self._engine.begin(question.take(self._most))
                self._calls.append(question)
        self._answer()

    def _finish(self) -> None:
        """Finish the first call; the device goes on with the next meanwhile."""
        results = self._engine.finish()
        self._calls.popleft().add(results)
        self._begin()

    def _rest(self) -> None:
        """Finish all calls: pictures of slots that go must not be asked for any more."""
        while self._engine:
            self._finish()

    def _answer(self) -> None:
        """Answer whatever question is through."""
        while self._open and self._open[0].answered:
            question = self._open.popleft()
            now = time.monotonic()
            seconds = now - max(question.begun_at, self._answered_at)
            self._answered_at = now
            found = question.found()
            rows = [-1 if one is None else min(len(one), MOST) for one in found]
            blob = b"".join(self._rows(one) for one in found if one is not None)
            self._channel.send(
                Found(id=question.id, rows=tuple(rows), seconds=seconds, rss=self._rss()), blob
            )

    def _rss(self) -> int:
        now = time.monotonic()
        if now - self._weighed_at >= WEIGHING:
            self._held, self._weighed_at = rss(), now
        return self._held

    def _rows(self, detections: Detections) -> bytes:
        if not (np.isfinite(detections.xyxy).all() and np.isfinite(detections.score).all()):
            raise DetectorUnavailable("the device returned boxes that are not finite numbers")
        return to_rows(detections, self._number)


def _next(channel: BlockingChannel) -> Load | Map | Unmap | Detect | None:
    received = channel.receive()
    if received is None:
        return None
    if received.blob:
        raise ChannelBroken("bytes beside a message that has none")
    try:
        return from_daemon.validate_json(received.text)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, problem["loc"]))
        raise ChannelBroken(f"a message that is none: {where}: {problem['msg']}") from error


def _loaded(profile: Profile, seconds: float) -> Loaded:
    return Loaded(
        width=profile.width,
        height=profile.height,
        labels=profile.labels,
        description=profile.description[:2000],
        max_batch=profile.max_batch,
        window=profile.window,
        parts=profile.parts,
        seconds=seconds,
    )
