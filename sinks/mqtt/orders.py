"""Reads what comes on the command topics: capped, validated, rated, and never retained. Pure."""

from collections import Counter
from typing import Final

from pydantic import TypeAdapter, ValidationError

from sinks.command import Command, Feedback, FeedbackReset, ProfileChoice, SceneAsked, Switch
from sinks.mqtt.topic import Topics

LONGEST: Final = 512
"""Bytes of a payload; more cannot be meant."""

BURST: Final = 20
PACE: Final = 2.0
"""Commands per topic at once, and per second in the long run."""

TOPICS: Final = 1024
"""Topics whose pace is remembered; the one longest unheard of is forgotten first."""

_FEEDBACK: Final[TypeAdapter[Feedback | FeedbackReset]] = TypeAdapter(Feedback | FeedbackReset)
_WORDS: Final = {b"ON": True, b"OFF": False}


class Orders:
    """Turns messages into commands; whatever is none is counted by reason and forgotten."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._buckets: dict[str, tuple[float, float]] = {}
        self.refused: Counter[str] = Counter()
        """`retained`, `large`, `often`, `unknown`, `invalid`."""
        self.taken = 0

    def read(self, topic: str, payload: bytes, *, retained: bool, now: float) -> Command | None:
        """Return the command of one message.

        Args:
            topic: Where it came.
            payload: What came.
            retained: Whether the broker had kept it: then nobody says it now.
            now: Monotonic seconds.
        """
        reason = (
            "retained" if retained
            else "large" if len(payload) > LONGEST
            else "often" if not self._paced(topic, now)
            else None
        )  # fmt: skip
        if reason is None:
            try:
                command = self._command(topic, payload)
            except ValidationError:
                reason = "invalid"
            else:
                if command is not None:
                    self.taken += 1
                    return command
                reason = "unknown"
        self.refused[reason] += 1
        return None

    def _command(self, topic: str, payload: bytes) -> Command | None:
        if topic == self._topics.feedback:
            return _FEEDBACK.validate_json(payload)
        if topic == f"{self._topics.profile}/set":
            return ProfileChoice.model_validate({"profile": payload.decode(errors="replace")})
        camera, *switch, last = topic.removeprefix(f"{self._topics.root}/cameras/").split("/")
        if switch == ["scene"] and last == "get":
            return SceneAsked(camera=camera)
        if len(switch) not in {1, 2} or last != "set":
            return None
        told = {"camera": camera, "switch": "/".join(switch), "on": _WORDS.get(payload)}
        return Switch.model_validate(told)

    def _paced(self, topic: str, now: float) -> bool:
        """Take one from the topic's bucket, which fills at `PACE` up to `BURST`."""
        left, at = self._buckets.pop(topic, (float(BURST), now))
        left = min(float(BURST), left + (now - at) * PACE)
        allowed = left >= 1
        self._buckets[topic] = (left - 1 if allowed else left, now)
        if len(self._buckets) > TOPICS:
            del self._buckets[next(iter(self._buckets))]
        return allowed
