"""The worker's work: load once, then answer until the daemon closes its end."""

import time
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from detectors.columns import to_rows
from detectors.detection import Detections
from detectors.detector import Detector, Profile
from detectors.errors import DetectorUnavailable
from detectors.message import MOST, Detect, Found, Item, Load, Loaded, Map, Unmap, from_daemon
from detectors.parts import Glimpse, merged
from detectors.picture import Picture
from detectors.worker.backend import build
from detectors.worker.cameras import Cameras
from detectors.worker.process import rss
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
    finally:
        detector.close()


WEIGHING = 2.0
"""Seconds between two looks at the worker's own memory; asking the kernel takes up to 0.5 ms."""


class _Desk:
    """Answers the messages that follow `Load`."""

    def __init__(self, channel: BlockingChannel, detector: Detector, profile: Profile) -> None:
        self._channel = channel
        self._detector = detector
        self._number = {label: number for number, label in enumerate(profile.labels)}
        self._most = profile.max_batch
        self._cameras = Cameras()
        self._held = 0
        self._weighed_at = float("-inf")

    def work(self) -> None:
        while (message := _next(self._channel)) is not None:
            match message:
                case Detect():
                    self._answer(message)
                case Map():
                    if not self._channel.descriptors:
                        raise ChannelBroken(f"`map` of camera {message.camera} has no descriptor")
                    fd = self._channel.descriptors.popleft()
                    self._cameras.map(message.camera, message.slots, fd)
                case Unmap():
                    self._cameras.unmap(message.camera)
                case Load():
                    raise ChannelBroken("a second `load`")

    def _answer(self, message: Detect) -> None:
        started = time.monotonic()
        found = self._look(message.items)
        seconds = time.monotonic() - started
        rows = [-1 if detections is None else min(len(detections), MOST) for detections in found]
        blob = b"".join(self._rows(detections) for detections in found if detections is not None)
        self._channel.send(
            Found(id=message.id, rows=tuple(rows), seconds=seconds, rss=self._rss()), blob
        )

    def _rss(self) -> int:
        now = time.monotonic()
        if now - self._weighed_at >= WEIGHING:
            self._held, self._weighed_at = rss(), now
        return self._held

    def _look(self, items: Sequence[Item]) -> list[Detections | None]:
        """Detect in the pictures that are still there, and believe only those that still are."""
        places = [self._cameras.find(item) for item in items]
        views = [place and place[0].read(place[1]) for place in places]
        pictures = [
            picture
            for item, view in zip(items, views, strict=True)
            if view is not None
            for picture in _pictures(item, view)
        ]
        results = iter(self._detected(pictures))
        found = [
            None if view is None else _whole(item, results)
            for item, view in zip(items, views, strict=True)
        ]
        return [
            detections if place is not None and place[0].holds(place[1]) else None
            for detections, place in zip(found, places, strict=True)
        ]

    def _detected(self, pictures: Sequence[Picture]) -> Iterator[Detections]:
        """Look at all parts of all pictures, in calls no larger than the detector likes."""
        most = self._most
        for start in range(0, len(pictures), most):
            some = pictures[start : start + most]
            yield from _checked(self._detector.detect(some), len(some))

    def _rows(self, detections: Detections) -> bytes:
        if not (np.isfinite(detections.xyxy).all() and np.isfinite(detections.score).all()):
            raise DetectorUnavailable("the device returned boxes that are not finite numbers")
        return to_rows(detections, self._number)


def _pictures(item: Item, view: npt.NDArray[np.uint8]) -> list[Picture]:
    """Take a slot's picture apart, if it is made of parts.

    Raises:
        ChannelBroken: A part lies outside of it.
    """
    if not item.parts:
        return [Picture(item.camera, item.index, view)]
    pictures = []
    for part in item.parts:
        left, top, width, height = part.place
        piece = view[top : top + height, left : left + width]
        if not width or not height or piece.shape[:2] != (height, width):
            raise ChannelBroken(f"a part of {item.camera}'s picture {item.index} lies outside it")
        pictures.append(Picture(item.camera, item.index, piece))
    return pictures


def _whole(item: Item, results: Iterator[Detections]) -> Detections:
    """Put together what was found in an item's parts."""
    if not item.parts:
        return next(results)
    return merged([Glimpse(part.region, next(results)) for part in item.parts])


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


def _checked(results: Sequence[Detections], count: int) -> Sequence[Detections]:
    if len(results) != count:
        raise RuntimeError(f"the detector gave {len(results)} results for {count} pictures")
    return results


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
