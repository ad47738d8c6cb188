"""One revision of an event, and what belongs to its publishing."""

from dataclasses import dataclass

from reasoners.event import Event
from reasoners.question import Question
from sources import PictureRequest


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision to be published, and what to do before or after that."""

    event: Event
    """`seq` is None; `media` is carried over from earlier revisions."""

    picture: PictureRequest | None = None
    """A JPEG to take before publishing, see `Chronicle.illustrate`; None keeps the old one."""

    forecast: PictureRequest | None = None
    """A second one of the same frame: where objects are expected."""

    questions: tuple[Question, ...] | None = None
    """To be asked once this is published, answered by `reasoning.deadline_at`: on `new`, and where
    another look is worth it. Empty: it is only to be described. None: nothing is asked."""

    since: float | None = None
    """Of another look: when the last one was; what came before was shown then."""

    held: bool = False
    """Whether it is kept durably and shown to nobody; another of the same number follows."""

    after: Event | None = None
    """The revision that follows at once: the end of an event that was held until now."""
