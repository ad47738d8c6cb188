"""One event as it grows: from its object to one revision after the other."""

from dataclasses import dataclass
from typing import Literal

from reasoners.event import (
    TERMINAL,
    EndReason,
    Event,
    EventRelation,
    EventType,
    Media,
    Reasoning,
    Severity,
)
from reasoners.scene.relation import Relation
from reasoners.scene.scene import Scene
from reasoners.scene.thing import Thing
from reasoners.scene.view import View
from reasoners.telling.explanation import conclude, explain, joined
from reasoners.telling.relating import carried
from reasoners.telling.snapshot import BETTER, quality
from reasoners.telling.wire import event_object, frame_reference, moment
from reasoners.verdict import Verdict

PAUSE = 1.0
"""Least seconds from one revision to an update, in data time."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What every revision of an event has in common."""

    id: str
    node: str
    camera: str
    rule: str
    severity: Severity
    clock: Literal["synced", "unsynced", "media"]
    question: str | None
    titles: dict[str, str]


class Story:
    """The event of one object. Revisions rise by one; only the verdict may follow the end."""

    def __init__(
        self, telling: Telling, thing: Thing, view: View, reasoning: Reasoning, scene: Scene
    ) -> None:
        self.telling = telling
        self.thing = thing
        self.view = view
        """The latest frame that showed the object."""

        self.reasoning = reasoning
        self.media = Media()
        self.filming = False
        """Whether a clip is in the making."""

        self.dirty = False
        """Something changed that no revision has told yet."""

        self.event: Event | None = None
        self._scene = scene
        self._best = 0.0
        self._facts = ""

    @property
    def pending(self) -> bool:
        """Whether a question is open."""
        return self.reasoning.state == "pending"

    def open(self, now: float) -> Event:
        """Write the first revision; a picture belongs to it."""
        self._best = quality(self.thing)
        return self._write("new", now)

    def worth_telling(self, now: float) -> bool:
        """Tell whether an update is due, and allowed so soon."""
        if self.event is None or not (self.dirty or self.better()):
            return False
        return round(moment(now) - self.event.updated_at, 3) >= PAUSE

    def better(self) -> bool:
        """Tell whether the object is seen clearly better than on the snapshot."""
        return self._shown and quality(self.thing) >= BETTER * self._best

    def wants_picture(self) -> bool:
        """Tell whether to take a picture now: a better one, or the first that is to be had."""
        return self.better() or (self._shown and self.media.snapshot is None)

    @property
    def _shown(self) -> bool:
        """Whether the latest frame shows it: a picture marks nothing that nobody saw there."""
        return self.thing.seen and not self.thing.carried

    def update(self, now: float, *, pictured: bool) -> Event:
        """Write what changed; `pictured` if a new picture is taken with it."""
        if pictured:
            self._best = quality(self.thing)
        return self._write("update", now)

    def end(self, now: float, reason: EndReason, *, in_view: bool) -> Event:
        """Write the end."""
        return self._write("end", now, reason, in_view=in_view)

    def conclude(self, verdict: Verdict, now: float) -> Event:
        """Write the terminal answer; the end again if the event has ended.

        Raises:
            ValueError: The verdict is not terminal.
        """
        if verdict.state not in TERMINAL or self.event is None:
            raise ValueError(f"{verdict.state} is no terminal state")
        self.reasoning = Reasoning(
            state=verdict.state,
            model=(verdict.model or self.reasoning.model),
            deadline_at=self.reasoning.deadline_at,
            latency_s=None if verdict.latency_s is None else round(verdict.latency_s, 3),
            checks=verdict.checks,
            tokens=verdict.tokens,
            reason=None if verdict.reason is None else verdict.reason[:400],
        )
        ended = self.event.type == "end"
        self.event = self.event.model_copy(
            update={
                "answers": verdict.answers,
                "description": verdict.description and verdict.description[:2000],
                "entities": verdict.entities,
            }
        )
        return self._write("end" if ended else "update", now, self.event.end_reason)

    def illustrate(self, event: Event, snapshot: str) -> Event:
        """Put the stored picture into a revision, and remember it for later ones."""
        media = self.media.model_copy(
            update={"snapshot": snapshot, "snapshot_frame": event.frame.index}
        )
        if (self.media.snapshot_frame or 0) <= event.frame.index:
            self.media = media
            if self.event is not None:
                self.event = self.event.model_copy(update={"media": media})
        return event.model_copy(update={"media": media})

    def film(self, clip: str | None, started_at: float | None, now: float) -> Event | None:
        """Write that the clip is there; the end again if the event has ended. None: there is none.

        Args:
            clip: Where it is; None if it came to nothing.
            started_at: Time of its first picture.
            now: The present.
        """
        self.filming = False
        if clip is None or self.event is None:
            return None
        self.media = self.media.model_copy(
            update={
                "clip": clip,
                "clip_started_at": None if started_at is None else moment(started_at),
            }
        )
        ended = self.event.type == "end"
        return self._write("end" if ended else "update", now, self.event.end_reason)

    def _write(
        self, kind: EventType, now: float, reason: EndReason | None = None, *, in_view: bool = False
    ) -> Event:
        last = self.event
        ended = kind == "end"
        if ended and last is not None and last.type == "end":
            facts, relations, left_out = self._facts, last.relations, last.relations_left_out
        else:
            facts = self._facts = explain(
                self.telling.rule, self.thing, self.telling.titles, ended=reason, in_view=in_view
            )
            relations, left_out = self._relations()
        answers = last.answers if last else ()
        description = last.description if last else None
        self.dirty = False
        self.event = Event(
            id=self.telling.id,
            node=self.telling.node,
            camera=self.telling.camera,
            revision=last.revision + 1 if last else 1,
            type=kind,
            rule=self.telling.rule,
            severity=self.telling.severity,
            started_at=moment(self.thing.first_seen),
            updated_at=max(moment(now), last.updated_at if last else moment(now)),
            ended_at=moment(self.thing.shown_at) if ended else None,
            end_reason=reason,
            clock=self.telling.clock,
            objects=(event_object(self.thing),),
            relations=relations,
            relations_left_out=left_out,
            answers=answers,
            description=description,
            entities=last.entities if last else (),
            explanation=joined(
                facts, conclude(self.reasoning, answers, self.telling.question, description)
            ),
            reasoning=self.reasoning,
            frame=frame_reference(self.view),
            media=self.media,
        )
        return self.event

    def _relations(self) -> tuple[tuple[EventRelation, ...], int]:
        """Tell in which zones the object is and was, and what holds and held with others."""
        thing = self.thing
        stays = [
            Relation(
                thing.id, "inside", f"zone:{stay.zone}", stay.since, stay.until, stay.confidence
            )
            for stay in (*thing.zones.values(), *thing.past)
        ]
        others, forgotten = self._scene.touching(thing)
        told, left_out = carried([*stays, *others], self._scene.track)
        return told, left_out + forgotten + thing.forgotten
