"""Jobs of one camera as one call: questions numbered, pictures chosen and put in order. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from reasoners.event import Event
from reasoners.keyframe import Keyframe, Reason, Shot, Sighting
from reasoners.question import Question
from reasoners.verdict import Job, Remembered
from reasoners.vlm.limits import Limits

Stage = Literal["short", "full"]
"""`short`: the bare answers. `full`: the answers and a report of what is to be seen."""

FIRST: Final[tuple[Reason, ...]] = (
    "still",
    "best_view",
    "first_sight",
    "latest",
    "change",
    "before",
    "spread",
)
"""Which keyframes stay longest when there is room for few."""


TOLD: Final = 40
"""Tracks that a call tells of and lets be named: as many as are marked on one picture."""

Names = tuple[tuple[tuple[str, str], ...], ...]

SURE: Final = 0.5
"""Score from which on the detector is believed against a model."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a call."""

    key: str
    """`q1`, `q2`, … within the call."""

    question: Question
    job: int
    """Number of the job it belongs to, from 0."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to a model, and what it takes to hand the answers back to the jobs."""

    jobs: tuple[Job, ...]
    limits: Limits
    stage: Stage
    questions: tuple[Asked, ...]
    keyframes: tuple[Keyframe, ...]
    """Named anew, `k1`, `k2`, … in order of time, with the pictures there is room for."""

    names: Names
    """For each job, the call's name and the job's own name of each keyframe they share."""

    left_out: int = 0
    """Pictures that were there but found no room."""

    @property
    def events(self) -> tuple[Event, ...]:
        """The events asked about."""
        return tuple(job.event for job in self.jobs)

    @property
    def tracks(self) -> tuple[str, ...]:
        """Names of the tracks that may be spoken of."""
        return tuple(sighting.track for sighting in self.sightings)

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """Everything the tracker saw, in order of first sight; the first job that knows it says."""
        found: dict[str, Sighting] = {}
        for job in self.jobs:
            for sighting in job.sightings or _sightings(job):
                found.setdefault(sighting.track, sighting)
        return tuple(sorted(found.values(), key=lambda s: (s.first_seen, s.track)))

    @property
    def told(self) -> tuple[Sighting, ...]:
        """Whom the call tells of, in order of first sight: in a crowd not everybody.

        Those stay whom an event is about, then those who are shown, then who came last.
        """
        whole = self.sightings
        own = {thing.track for event in self.events for thing in event.objects}
        shown = {thing.track for keyframe in self.keyframes for thing in keyframe.objects}
        ranked = sorted(
            whole,
            key=lambda one: (one.track not in own, one.track not in shown, -one.first_seen),
        )
        staying = {one.track for one in ranked[:TOLD]}
        return tuple(one for one in whole if one.track in staying)

    @property
    def zones(self) -> tuple[str, ...]:
        """Names of zones that may be spoken of."""
        return tuple(dict.fromkeys(zone for job in self.jobs for zone in job.zones))

    @property
    def language(self) -> str:
        """Code of the language in which texts are wanted; all jobs are of one camera."""
        return self.jobs[0].language

    @property
    def memory(self) -> tuple[Remembered, ...]:
        """What was said before."""
        return max((job.memory for job in self.jobs), key=len, default=())


def together(jobs: Sequence[Job], limits: Limits) -> int:
    """Return how many of the jobs, from the first on, may share one call; at least one.

    They are of one camera, their questions find room, and so do their best pictures.
    """
    questions = pictures = 0
    frames: set[int] = set()
    for count, job in enumerate(jobs):
        questions += len(job.asked)
        new = {keyframe.index for keyframe in job.shown} - frames
        pictures += min(len(new), 2)
        frames |= new
        other = job.event.camera != jobs[0].event.camera or bool(job.beside or jobs[0].beside)
        if count and (other or questions > limits.questions or pictures > limits.images):
            return count
    return len(jobs)


def call(jobs: Sequence[Job], limits: Limits, stage: Stage = "full") -> Call:
    """Put jobs of one camera into one call.

    Raises:
        ValueError: No job, jobs of several cameras, or more questions than a call may hold.
    """
    if not jobs or len({job.event.camera for job in jobs}) > 1:
        raise ValueError("a call asks about one camera")
    asked = tuple(
        Asked(f"q{number}", question, place)
        for number, (place, question) in enumerate(
            ((place, question) for place, job in enumerate(jobs) for question in job.asked), 1
        )
    )
    if len(asked) > max(limits.questions, len(jobs[0].asked)):
        raise ValueError(f"a call holds {limits.questions} questions, not {len(asked)}")
    if len(jobs) == 1:
        own = jobs[0].shown
        kept = _within(((0, keyframe) for keyframe in own), limits.images)
        names: Names = (tuple((keyframe.name, keyframe.name) for keyframe in kept),)
    else:
        kept, names = _joined(jobs, limits.images)
    left_out = _pictures(keyframe for job in jobs for keyframe in job.shown) - _pictures(kept)
    return Call(tuple(jobs), limits, stage, asked, kept, names, left_out)


def _joined(jobs: Sequence[Job], images: int) -> tuple[tuple[Keyframe, ...], Names]:
    """Put the keyframes of several jobs in order of time, each frame once, named anew."""
    frames: dict[int, tuple[int, Keyframe]] = {}
    for place, job in enumerate(jobs):
        for keyframe in job.shown:
            frames.setdefault(keyframe.index, (place, keyframe))
    kept = _within(frames.values(), images)
    new = {keyframe.index: f"k{number}" for number, keyframe in enumerate(kept, 1)}
    names = tuple(
        tuple((new[own.index], own.name) for own in job.shown if own.index in new) for job in jobs
    )
    return tuple(replace(keyframe, name=new[keyframe.index]) for keyframe in kept), names


def _within(keyframes: Iterable[tuple[int, Keyframe]], images: int) -> tuple[Keyframe, ...]:
    """Keep so many pictures: of each job its best, whole and cut, then whole scenes, then cuts."""
    ranked: list[tuple[int, int, int, Keyframe, Shot]] = []
    listed = list(keyframes)
    for number, (place, keyframe) in enumerate(listed):
        rank = FIRST.index(keyframe.reason)
        first = min(FIRST.index(other.reason) for job, other in listed if job == place)
        for shot in keyframe.shots:
            cut = shot.part == "crop" and len(keyframe.shots) > 1
            urgency = (1 if rank == first else 20 + rank) if cut else (2 + rank, 0)[rank == first]
            ranked.append((urgency, place, number, keyframe, shot))
    ranked.sort(key=lambda row: row[:3])
    staying = {(number, shot.part) for _, _, number, _, shot in ranked[: max(images, 1)]}
    kept = [
        replace(
            keyframe,
            shots=tuple(shot for shot in keyframe.shots if (number, shot.part) in staying),
        )
        for number, (_, keyframe) in enumerate(listed)
    ]
    shown = [keyframe for keyframe in kept if keyframe.shots]
    return tuple(sorted(shown, key=lambda keyframe: keyframe.captured_at))


def _pictures(keyframes: Iterable[Keyframe]) -> int:
    return sum(len(keyframe.shots) for keyframe in keyframes)


def _sightings(job: Job) -> tuple[Sighting, ...]:
    """Make do with what the event itself says, where nobody watched over time."""
    event = job.event
    return tuple(
        Sighting(
            track=thing.track,
            label=thing.label,
            first_seen=event.started_at,
            last_seen=event.updated_at,
            zones=thing.zones,
            moved=thing.motion.state == "moving",
            rested=thing.motion.state == "stationary",
            sure=not thing.carried and thing.score >= SURE,
        )
        for thing in event.objects
    )
