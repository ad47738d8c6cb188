"""What another look finds: acts seen with one look at an event and with `again`, and its price.

The hours, the detector and the provider are those of `benchmarks.keyframes`: the provider says yes
if the act can be seen on a picture it is sent, else no. Everything in between is the daemon's own:
tracker, chronicle, gallery, and its rule of when a question is asked. An event is asked about a
second after it begins, as it is told; with `again` anew while it goes on, something has changed,
and no answer was yes.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import numpy as np

from benchmarks.keyframes import (
    IMAGES,
    SIZE,
    STEP,
    Sent,
    Visit,
    figures,
    hour,
    pictures,
    shown,
    watched,
)
from detectors import Detections
from detectors.bytetrack import ByteConfig, ByteTracker
from reasoners import (
    AskConfig,
    Asking,
    Chronicle,
    PresenceConfig,
    Revision,
    SceneConfig,
    Verdict,
    View,
)
from reasoners.telling.questioning import SETTLE
from reasoners.vlm.gallery import Gallery, Look

HOURS: Final = 4
AGAIN: Final = (None, 2.0, 3.0, 5.0, 10.0)
"""Seconds of `again`; None: one look."""

GONE: Final = 0.6
"""Seconds out of sight after which no better view is waited for."""

ANSWERS: Final = 2.0
"""Seconds until an answer is there."""

YES, NO = Verdict("verified"), Verdict("rejected")
NEVER: Final = float("-inf")


@dataclass(frozen=True, slots=True)
class _Open:
    event: str
    tracks: tuple[str, ...]
    due: float
    since: float


def measure() -> dict[str, Any]:
    """Play the hours once, and look at them with every pause."""
    visits = hour(Random(21), HOURS * 3600)  # noqa: S311 (seeded chance makes visits)
    looks = watched(visits, Random(22))  # noqa: S311
    acts = [visit for visit in visits if visit.act is not None]
    kinds = sorted({visit.kind for visit in acts})
    found: dict[str, Any] = {}
    for pause in AGAIN:
        calls = asked(visits, looks, pause)
        sent = [one for call in calls for one in call]
        found["one look" if pause is None else f"again: {pause:g}s"] = figures(
            calls, acts, HOURS
        ) | {
            f"recall_{kind}": round(
                float(np.mean([shown(one, sent) for one in acts if one.kind == kind])), 4
            )
            for kind in kinds
        }
    return {"hours": HOURS, "visits": len(visits), "acts": len(acts), "lookout": found}


def asked(visits: Sequence[Visit], looks: Sequence[Look], pause: float | None) -> list[list[Sent]]:
    """Run the daemon's parts over the hours; return the pictures of every call."""
    comes = [visit.comes - 3.0 for visit in visits]
    rule = PresenceConfig(ask=(AskConfig(question="Does it happen?"),), again=pause)
    zones = {"step": STEP}
    chronicle = Chronicle(
        node="bench",
        camera="door",
        config=SceneConfig(zones=zones, presence=rule),
        new_id=lambda camera, ordinal, _: f"{camera}-{ordinal}",
        clock="media",
        ask=Asking("m", 10.0),
    )
    tracker, gallery = ByteTracker("door", ByteConfig()), Gallery(zones)
    waiting: list[_Open] = []
    answers: list[tuple[float, str, Verdict]] = []
    calls: list[list[Sent]] = []
    for look in looks:
        while answers and answers[0][0] <= look.at:
            at, event, verdict = answers.pop(0)
            chronicle.conclude(event, verdict, at)
        tracks = tracker.update(look.at, _found(look))
        view = View(look.index, look.at, look.at, *SIZE, tracks)
        waiting += [
            _opened(one, look.at) for one in chronicle.observe(view) if one.questions is not None
        ]
        gallery.observe(look.index, look.at, SIZE, chronicle.objects())
        visit = visits[bisect_right(comes, look.at) - 1]
        for one in [one for one in waiting if _ready(one, gallery, look.at)]:
            waiting.remove(one)
            sent = pictures(gallery, one.tracks, IMAGES, one.since)
            calls.append(sent)
            answers.append((look.at + ANSWERS, one.event, YES if shown(visit, sent) else NO))
    return calls


def _opened(revision: Revision, at: float) -> _Open:
    event = revision.event
    tracks = tuple(thing.track for thing in event.objects)
    since = NEVER if revision.since is None else revision.since
    return _Open(event.id, tracks, at + SETTLE, since)


def _ready(one: _Open, gallery: Gallery, at: float) -> bool:
    courses = [gallery.course(track) for track in one.tracks]
    gone = all(course is not None and at - course.latest.at >= GONE for course in courses)
    return at >= one.due or gone


def _found(look: Look) -> Detections:
    """Return what the detector found, as the tracker takes it."""
    if not look.objects:
        return Detections.none()
    boxes = np.array([thing.box for thing in look.objects], np.float32)
    scores = np.array([thing.score for thing in look.objects], np.float32)
    return Detections(boxes, scores, tuple(thing.label for thing in look.objects))
