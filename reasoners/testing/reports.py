"""Generated scenes with truth, and what a model may say about them: rightly, or with one lie.

A detector with the usual faults sees the scene. The model sees the truth, as far as the keyframes
show it, and tells it in its own words. Every scene follows from a seed.
"""

from dataclasses import dataclass
from random import Random
from typing import Any

from reasoners.testing.lies import Lie, lie
from reasoners.testing.watched import watched
from reasoners.testing.witness import truth
from reasoners.testing.yard import players
from reasoners.verdict import Job


@dataclass(frozen=True, slots=True)
class Told:
    """A job about a scene, and a reply to it."""

    job: Job
    reply: dict[str, Any]
    """On form; true but for the lie, if there is one."""


def told(seed: int, kind: Lie | None = None) -> Told | None:
    """Generate a scene and what a model says of it; None where it gives no room for that lie."""
    random = Random(seed)  # noqa: S311 (a seeded play)
    there = players(random)
    job = watched(there, random)
    if job is None:
        return None
    reply = truth(job, there, random)
    if kind is not None and not lie(kind, reply["report"], job, there, random):
        return None
    return Told(job, reply)
