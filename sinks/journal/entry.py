"""What the journal takes, gives and says."""

from dataclasses import dataclass
from typing import TypedDict

from reasoners import Event


class JournalFailed(Exception):  # noqa: N818  named after what it means, as everywhere in the house
    """The journal cannot keep its promise any more; the process must end.

    After an I/O error the next write may succeed and hide what was lost, so nothing goes on.
    """


@dataclass(frozen=True, slots=True)
class Entry:
    """One committed revision."""

    position: int
    """Place in the journal; rises with each commit, is never given twice."""

    event: Event


@dataclass(frozen=True, slots=True)
class Limits:
    """How much the journal keeps. What falls out is counted for each sink that had not read it."""

    age: float = 7 * 86400
    """Seconds. Raising it keeps events longer for sinks that are away and for people who ask."""

    count: int = 100_000
    """Revisions. Raising it costs disk: a revision is about a kilobyte."""

    size: int = 256 * 1024 * 1024
    """Bytes of all records together; the file is about a tenth larger."""

    ledger: float = 90 * 86400
    """Seconds that the ledger of what left the box goes back."""


@dataclass(frozen=True, slots=True)
class Expired:
    """What a sink will never get, because it fell behind the journal's limits."""

    sink: str
    count: int
    first: int
    """Position of the first one lost to this sink."""

    last: int


class SinkFigures(TypedDict):
    """What became of the revisions meant for one sink.

    Always ``committed = delivered + waiting + dead_lettered + expired``.
    """

    committed: int
    delivered: int
    waiting: int
    dead_lettered: int
    expired: int
    deliveries: int
    """Deliveries as the daemon counted them, repetitions and late ones included."""

    cursor: int


class Figures(TypedDict):
    """The whole journal in numbers."""

    rows: int
    bytes: int
    last: int
    """Position of the newest revision ever committed; 0 when there was none."""

    held: int
    """Events held back until their verdict."""

    sinks: dict[str, SinkFigures]
