"""What a decoder child says: understood, held against what it was allotted, and passed on."""

import logging
from collections.abc import Callable

from daemon.camera.allotment import Allotment, Flood
from daemon.camera.condition import Condition
from daemon.camera.conversation import Answer, Conversation
from daemon.camera.words import Remark, hint, plain, shape, word
from daemon.counters import CameraFigures, Serving
from sources import Received, SourceBusy, SourceRejected, SourceUnavailable
from sources.message import (
    Ended,
    Failed,
    Given,
    Gone,
    Hint,
    Lesson,
    Next,
    Open,
    Piece,
    Pulse,
    State,
    StreamInfo,
    Taken,
    from_child,
)

logger = logging.getLogger(__name__)

UNKNOWN = 1
"""Width of a stream that has not told its size yet."""

SETTLED = 60.0
"""Seconds a child must have lived for its growth to be a leak, not what the camera needs."""

Remarked = Callable[[Remark, str, dict[str, str | int | bool]], None]
"""Takes what is worth a notice: kind, words, details."""

_REMEDIES = {
    "unavailable": SourceUnavailable,
    "busy": SourceBusy,
    "rejected": SourceRejected,
}


class Nonsense(Exception):  # noqa: N818 (a fact; the host says what it means)
    """The child said what no honest one says."""


class Outgrown(Exception):  # noqa: N818 (a fact: a child that grew slowly and is to be replaced)
    """The decoder child holds more memory than is its share."""


class Hearing:
    """Hears one child.

    Args:
        opening: What it opens, and how much memory it may hold.
        live: Whether pictures come by themselves.
        figures: Where to count.
        allotment: What it may say.
        condition: The camera's state.
        conversation: What it was asked.
        remarked: Called with what is worth a notice.
    """

    def __init__(
        self,
        opening: Open,
        *,
        live: bool,
        figures: CameraFigures,
        allotment: Allotment,
        condition: Condition,
        conversation: Conversation,
        remarked: Remarked | None,
    ) -> None:
        self.at = 0.0
        """The loop's time at which it was heard last."""

        self.stream: StreamInfo | None = None
        """What was opened, once known."""

        self.lesson: Lesson | None = None
        """What its gate learnt, for the next one."""

        self._name = opening.camera
        self._memory = opening.memory if live else None
        self._figures = figures
        self._allotment = allotment
        self._condition = condition
        self._conversation = conversation
        self._remarked = remarked
        self._flood = Flood()
        self._discontinuities = 0

    def hear(self, received: Received, now: float) -> None:
        """Hear one message.

        Raises:
            Nonsense: It is not honest.
            Outgrown: It holds too much, and is to be replaced.
            SourceUnavailable: Its camera is away.
            SourceRejected: A person must act.
        """
        self.at = now
        message = from_child.validate_json(received.text)
        if received.blob and not isinstance(message, Taken | Piece):
            raise Nonsense(f"bytes beside {message.kind}")
        if isinstance(message, Pulse | State | StreamInfo | Hint | Lesson):
            self._bear()
        match message:
            case Pulse():
                if (message.decoded_at or 0.0) > self.at + 1:
                    raise Nonsense("a picture from the future")
                self._figures.report(message.counts)
                self._figures.gate = message.gate
                self._figures.flow = message.flow
                self._allotment.advance(message.counts.decoded)
                self._condition.decoded_at = message.decoded_at
                self._weigh(message)
            case Lesson() | Hint():
                self._note(message)
            case State():
                self._condition.say(message.state, plain(message.reason))
            case StreamInfo():
                self._describe(message)
            case Failed():
                self._figures.report(message.counts)
                raise _REMEDIES[message.remedy](plain(message.reason))
            case Given() | Ended() | Taken() | Piece() | Gone():
                self._hear_answer(message, received.blob)

    def _note(self, message: Lesson | Hint) -> None:
        if isinstance(message, Lesson):
            self.lesson = message
            return
        self._remark("view", hint(message), hint=message.hint, active=message.active)

    def _weigh(self, pulse: Pulse) -> None:
        """See whether packets still come, whether times jumped, and what the child holds."""
        counts = pulse.counts
        self._condition.heard(counts, self.at)
        if counts.discontinuities > self._discontinuities:
            jumps = counts.discontinuities - self._discontinuities
            self._discontinuities = counts.discontinuities
            self._remark("discontinuity", "the camera's time jumped", count=jumps)
        if self._memory is not None and pulse.rss > self._memory:
            held = f"its decoder child holds {pulse.rss / 1e6:.0f} MB, more than `memory` allows"
            self._figures.recycled += 1
            if self.at - self._condition.started < SETTLED:
                raise SourceUnavailable(f"{self._name}: {held}; raise it if that is what it needs")
            raise Outgrown(held)

    def _describe(self, stream: StreamInfo) -> None:
        old, self.stream = self.stream, stream
        why = stream.details.get("decoder_reason")
        if why and (old is None or old.details.get("decoder_reason") != why):
            said = plain(str(why))[:200]
            logger.warning("%s: decoded by the processor instead: %s", self._name, said)
        passed = stream.details.get("passed_over")
        if passed and (old is None or old.details.get("passed_over") != passed):
            logger.warning("%s: no picture, passed over: %s", self._name, plain(str(passed))[:300])
        self._figures.serving = Serving(
            reader=word(stream.details.get("reader")),
            transport=word(stream.details.get("transport")),
            decoder=word(stream.details.get("decoder")),
        )
        # One that had not told its size yet has not changed it.
        if old is not None and old.width > UNKNOWN and shape(old) != shape(stream):
            self._remark(
                "stream_changed",
                f"{shape(old)} became {shape(stream)}",
                codec=stream.codec,
                width=stream.width,
                height=stream.height,
            )

    def _remark(self, kind: Remark, text: str, **details: str | int | bool) -> None:
        if self._remarked is not None:
            self._remarked(kind, text, details)

    def _bear(self, size: int = 0) -> None:
        """Bear with what is said unasked, up to a flood."""
        if self._flood.swells(self.at, size):
            raise Nonsense("too many messages a second")

    def _hear_answer(self, message: Answer, blob: bytes) -> None:
        conversation = self._conversation
        asked = conversation.question(message.id)
        if asked is None:
            # Late answers to pictures nobody waits for any more are honest.
            if isinstance(message, Given):
                self._receive_late(message)
            elif message.id > conversation.asked:
                raise Nonsense(f"answered {message.kind} unasked")
            self._bear(len(blob))
        elif conversation.unanswered(message.id):
            if isinstance(message, Given):
                if not isinstance(asked, Next):
                    raise Nonsense("answered given to take")
                self._receive(asked, message)
            elif isinstance(message, Ended):
                self._figures.report(message.counts)
            conversation.answer(message, blob)

    def _receive(self, ask: Next, given: Given) -> None:
        if not self._allotment.admit(ask, given, self.at):
            raise Nonsense("a slot, index, size or time it was not allotted")
        self._figures.report(given.counts)
        self._figures.receive()
        self._allotment.advance(given.counts.decoded)
        self._condition.pictured(given.arrival)

    def _receive_late(self, given: Given) -> None:
        """Account for the answer to a question that nobody waits for since we are leaving."""
        ask, self._conversation.given_up = self._conversation.given_up, None
        if ask is None or ask.id != given.id:
            raise Nonsense("answered given unasked")
        self._receive(ask, given)
        self._figures.drop("at_stop")
