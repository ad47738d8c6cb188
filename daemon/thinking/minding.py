"""What is known beside the questions: what was said of each camera, and what people said of it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final

from reasoners import Event, Job, Question, Verdict
from reasoners.vlm.past import AGE, MOST, Past
from reasoners.vlm.threshold import Tally, Word, lesson

WORDS: Final[dict[str, Word]] = {"true_alarm": "true_alarm", "false_alarm": "false_alarm"}

Asks = Callable[[str, str], Question | None]
"""Returns the deciding question of a camera's rule; None where it has none."""


def _nothing(camera: str, rule: str) -> Question | None:  # noqa: ARG001 (as `Asks`)
    """Ask nothing."""
    return None


class Minding:
    """Remembers between questions. Bounded by cameras and their rules.

    Args:
        most: Descriptions kept of each camera.
        age: Seconds for which they are told.
        asks: What rules ask, for what people say of their events.
    """

    def __init__(self, most: int = MOST, age: float = AGE, asks: Asks = _nothing) -> None:
        self.age = age
        """Seconds for which a description is told."""

        self._most = most
        self._asks = asks
        self._pasts: dict[str, Past] = {}
        self._tallies: dict[tuple[str, str], Tally] = {}

    def minded(self, job: Job) -> Job:
        """Return a job with what was said of its camera, and with what its rule needs now."""
        event = job.event
        told = self._past(event.camera).told(event.updated_at)
        tally = self._tallies.get((event.camera, event.rule))
        asked = job.asked
        if tally is not None and asked:
            first = replace(asked[0], need=tally.need(asked[0].need))
            asked = (first, *asked[1:])
        return replace(job, memory=told, question="", questions=asked)

    def take(self, job: Job, verdict: Verdict) -> None:
        """Remember what was said of an event."""
        event = job.event
        self._past(event.camera).take(event.id, event.updated_at, verdict)

    def recall(self, events: Iterable[Event]) -> None:
        """Remember what was said before a restart, oldest first."""
        for event in events:
            self._past(event.camera).recall(event)

    def judge(self, words: Iterable[tuple[Event, str]]) -> None:
        """Learn anew from everything that people said; nothing else is known of it.

        Args:
            words: Events as they stand, with the last word on each.
        """
        self._tallies.clear()
        for event, word in words:
            question = self._asks(event.camera, event.rule)
            if question is not None and word in WORDS:
                key = event.camera, event.rule
                taught = lesson(event, WORDS[word], question)
                self._tallies[key] = self._tallies.get(key, Tally()).plus(taught)

    def needs(self) -> dict[str, dict[str, float | int]]:
        """Tell what moved the need of each rule that people judged, by `camera/rule`."""
        told: dict[str, dict[str, float | int]] = {}
        for (camera, rule), tally in sorted(self._tallies.items()):
            question = self._asks(camera, rule)
            if question is not None:
                told[f"{camera}/{rule}"] = {
                    "configured": question.need,
                    "need": tally.need(question.need),
                    "misled": tally.misled,
                    "held_back": tally.held_back,
                    "confirmed": tally.confirmed,
                }
        return told

    def _past(self, camera: str) -> Past:
        if camera not in self._pasts:
            self._pasts[camera] = Past(self._most, self.age)
        return self._pasts[camera]
