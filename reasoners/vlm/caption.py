"""What a caption can say, whoever reads it: which track is meant, how many, what will be. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from reasoners.question import CANNOT_TELL
from reasoners.vlm.call import Call
from reasoners.vlm.reply import Reply, ReplyAnswer, ReplyCount, ReplyNext, Report

EXPECTED: Final[dict[str, re.Pattern[str]]] = {
    "leaves": re.compile(r"\b(?:leave|go away|walk away|drive off|verlassen|weggehen)\b|离开"),
    "enters": re.compile(r"\b(?:enter|go into|step into|betreten|hineingehen)\b|进入"),
    "stops": re.compile(r"\b(?:stop|anhalten|stehen ?bleiben)\b|停"),
    "moves_off": re.compile(r"\b(?:start moving|set off|losgehen|losfahren)\b|起步"),
}
HORIZON: Final = 10
LIKELY: Final = 60
"""Seconds and percent of an expectation in words that names neither."""


def unanswered(report: Report, call: Call) -> Reply:
    """Make a reply of what a caption names: no question is answered by it."""
    unsure = ReplyAnswer(answer=CANNOT_TELL, confidence=0, evidence=[])
    return Reply(answers={asked.key: unsure for asked in call.questions}, report=report)


def linked(labels: Collection[str], call: Call) -> str | None:
    """Return the only track that something of one of these labels can be."""
    fitting = [one.track for one in call.sightings if one.label in labels]
    return fitting[0] if len(fitting) == 1 else None


def counts(denied: Iterable[str], numbers: Mapping[str, int], call: Call) -> list[ReplyCount]:
    """Count nobody on every picture where a text says so; else what the only picture shows.

    Args:
        denied: Labels of which it says that there are none.
        numbers: How many it names of a label.
        call: What the model was shown.
    """
    names = [keyframe.name for keyframe in call.keyframes]
    found = [
        ReplyCount(kind=label, keyframe=name, count=0) for label in sorted(denied) for name in names
    ]
    if len(names) == 1:
        found += [
            ReplyCount(kind=label, keyframe=names[0], count=number)
            for label, number in sorted(numbers.items())
            if number > 1
        ]
    return found


def expectations(will: str, where: str, subject: str, call: Call) -> list[ReplyNext]:
    """Return what will happen to a track, where tracks can prove it.

    Args:
        will: What is said to be about to happen, in small letters.
        where: The clause, which may name a zone.
        subject: The track.
        call: What the model was shown.
    """
    zone = next((zone for zone in call.zones if zone.replace("_", " ") in where), None)
    place = None if zone is None else f"zone:{zone}"
    return [
        ReplyNext(
            what=what,
            subject=subject,
            object=place if what in {"enters", "leaves"} else None,
            within_s=HORIZON,
            probability=LIKELY,
        )
        for what, pattern in EXPECTED.items()
        if pattern.search(will) and (what != "enters" or place is not None)
    ]
