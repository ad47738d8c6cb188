"""A question as it survives a restart: JSON for the journal, its pictures beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from reasoners import Job, Keyframe, Shot
from sinks.journal import Question

_JOB = TypeAdapter(Job)

HEAVIEST = 4_000_000
"""Bytes of pictures kept with one question; of more, the last ones are left out."""


def kept(job: Job, deadline_at: float) -> Question:
    """Return what the journal keeps of a job.

    Args:
        job: The job.
        deadline_at: Unix seconds.
    """
    bare = replace(
        job,
        images=(b"",) * len(job.images),
        keyframes=tuple(
            replace(keyframe, shots=tuple(replace(shot, jpeg=b"") for shot in keyframe.shots))
            for keyframe in job.keyframes
        ),
    )
    return Question(
        job.event.id,
        job.event.camera,
        deadline_at,
        _JOB.dump_json(bare, by_alias=True).decode(),
        tuple(_light(pictures(job))),
    )


def restored(question: Question, left: float) -> Job | None:
    """Return the job of a question that was kept; None if this version cannot read it.

    Args:
        question: As the journal has it.
        left: Seconds until its deadline.
    """
    try:
        bare = _JOB.validate_json(question.body)
    except ValidationError:
        return None
    shown = iter(question.pictures)
    images = tuple(next(shown, b"") for _ in bare.images)
    keyframes = tuple(_shown(keyframe, shown) for keyframe in bare.keyframes)
    return replace(
        bare,
        deadline=left,
        images=tuple(image for image in images if image),
        keyframes=tuple(keyframe for keyframe in keyframes if keyframe.shots),
    )


def pictures(job: Job) -> Iterator[bytes]:
    """Go through every picture of a job, in order."""
    yield from job.images
    for keyframe in job.keyframes:
        yield from (shot.jpeg for shot in keyframe.shots)


def _light(shown: Iterator[bytes]) -> Iterator[bytes]:
    weight = 0
    for jpeg in shown:
        weight += len(jpeg)
        yield jpeg if weight <= HEAVIEST else b""


def _shown(keyframe: Keyframe, shown: Iterator[bytes]) -> Keyframe:
    shots: Sequence[Shot] = [replace(shot, jpeg=next(shown, b"")) for shot in keyframe.shots]
    return replace(keyframe, shots=tuple(shot for shot in shots if shot.jpeg))
