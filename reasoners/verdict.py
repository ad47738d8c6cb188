"""A reasoning job and its terminal answer."""

from dataclasses import dataclass, field

from reasoners.event import (
    Answer,
    Check,
    Entity,
    Event,
    EventKeyframe,
    EventPrediction,
    EventRelation,
    ReasoningState,
    SecondOpinion,
)
from reasoners.keyframe import Keyframe, Shot, Sighting
from reasoners.question import Question


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was said of a camera before."""

    event: str
    """Id of the event it was said of."""

    at: float
    """When it was last found to be so, Unix seconds."""

    text: str


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked about one event, and all that it takes to answer and to check the answer."""

    event: Event
    question: str
    """The one question, where `questions` is empty."""

    images: tuple[bytes, ...]
    """JPEGs in order of time, where `keyframes` is empty; the first is the event's snapshot."""

    deadline: float
    """Seconds the answer may take from now on."""

    questions: tuple[Question, ...] = ()
    """What rules ask about this event; the first decides what becomes of it."""

    keyframes: tuple[Keyframe, ...] = ()
    """In order of time."""

    sightings: tuple[Sighting, ...] = ()
    """Everything the tracker saw from the first keyframe to the last, in order of first sight."""

    zones: tuple[str, ...] = ()
    """Names of the zones that are drawn on the pictures."""

    since: float | None = None
    """Of another look at an event: when the last one was; what came before was shown then."""

    memory: tuple[Remembered, ...] = ()
    """What was last said about this camera, oldest first; data, never instruction."""

    language: str = "en"
    """Code of the language in which texts are wanted."""

    held: bool = False
    """Whether the event is told to nobody before it is answered: then it goes first."""

    beside: str = ""
    """A text that came with the picture: a sensor's reading, an order number; data as well."""

    @property
    def asked(self) -> tuple[Question, ...]:
        """Every question, whichever way it was given."""
        if self.questions or not self.question:
            return self.questions
        return (Question(self.event.rule, self.question),)

    @property
    def shown(self) -> tuple[Keyframe, ...]:
        """Every keyframe, whichever way its pictures were given."""
        if self.keyframes:
            return self.keyframes
        frame, objects = self.event.frame, self.event.objects
        return tuple(
            Keyframe(
                f"k{number}",
                frame.index,
                frame.captured_at,
                "first_sight",
                (Shot("whole", jpeg),),
                objects,
            )
            for number, jpeg in enumerate(self.images, 1)
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The terminal answer of a job."""

    state: ReasoningState
    """One of `reasoners.event.TERMINAL`."""

    model: str | None = None
    answers: tuple[Answer, ...] = ()
    description: str | None = None
    entities: tuple[Entity, ...] = ()
    checks: tuple[Check, ...] = field(default=())
    tokens: int | None = None
    latency_s: float | None = None
    reason: str | None = None
    relations: tuple[EventRelation, ...] = ()
    """What the model claims to hold between tracks that there are; their source is `vlm`."""

    predictions: tuple[EventPrediction, ...] = ()
    """What the model expects, as far as it can be checked."""

    keyframes: tuple[EventKeyframe, ...] = ()
    """What the model was shown."""

    why: str = ""
    """What the model holds to be the cause of what happened; one or two sentences."""

    unchanged: str | None = None
    """Event whose description the model says still holds: nothing has changed since."""

    second: SecondOpinion | None = None
    """What another opinion said, where one was asked for."""
