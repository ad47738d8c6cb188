"""Which message goes to which topic, and how. Pure."""

from dataclasses import dataclass
from typing import assert_never

from reasoners import Event
from sinks.message import (
    CameraStatus,
    FrameReport,
    Message,
    Notice,
    ObjectCounts,
    Snapshot,
    Stats,
    ZoneCounts,
)

JSON = "application/json"
TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class Letter:
    """One MQTT publish, before any protocol."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False
    kind: str = JSON
    """MIME type of the payload."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The topic tree of one node."""

    prefix: str
    node: str

    @property
    def root(self) -> str:
        """Everything of this node lies below."""
        return f"{self.prefix}/{self.node}"

    @property
    def selftest(self) -> str:
        """Where we speak to ourselves, to know that the broker lets us."""
        return f"{self.root}/selftest"

    @property
    def availability(self) -> str:
        """`online` or, by the last will, `offline`; retained."""
        return f"{self.root}/availability"

    def event(self, event: Event) -> Letter:
        """Address one revision: not retained, so that nobody takes an old event for a new one."""
        return Letter(f"{self.root}/events/{event.camera}/{event.rule}", event.wire().encode())

    def present(self, online: bool) -> Letter:
        """Say whether this node is there."""
        word = b"online" if online else b"offline"
        return Letter(self.availability, word, retain=True, kind=TEXT)

    def message(self, message: Message) -> tuple[Letter, ...]:
        """Address what is not an event.

        A camera's status goes out twice: the bare word on `state`, for automations, and the whole
        record with reason and time on `status`.
        """
        match message:
            case CameraStatus():
                camera = self._camera(message.camera)
                word = message.state.encode()
                letters: tuple[Letter, ...] = (
                    Letter(f"{camera}/state", word, retain=True, kind=TEXT),
                    Letter(f"{camera}/status", _json(message), retain=True),
                )
            case ObjectCounts():
                topic = f"{self._camera(message.camera)}/objects"
                letters = (Letter(topic, _json(message), retain=True),)
            case ZoneCounts():
                topic = f"{self._camera(message.camera)}/zones/{message.zone}"
                letters = (Letter(topic, _json(message), retain=True),)
            case Snapshot():
                topic = f"{self._camera(message.camera)}/snapshot"
                letters = (Letter(topic, message.jpeg, retain=True, kind="image/jpeg"),)
            case FrameReport():
                letters = (Letter(f"{self._camera(message.camera)}/frames", _json(message), qos=0),)
            case Notice():
                letters = (Letter(f"{self.root}/notices", _json(message)),)
            case Stats():
                letters = (Letter(f"{self.root}/stats", _json(message)),)
            case _:
                assert_never(message)
        return letters

    def _camera(self, camera: str) -> str:
        return f"{self.root}/cameras/{camera}"


def _json(message: Message) -> bytes:
    return message.model_dump_json().encode()
