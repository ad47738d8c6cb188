"""One event as it grows: from what fired to one revision after the other."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Literal

from reasoners.event import (
    TERMINAL,
    EndReason,
    Event,
    EventRelation,
    EventType,
    Reasoning,
)
from reasoners.firing import Firing, Ground
from reasoners.language.phrase import Phrase
from reasoners.question import Question
from reasoners.scene.change import Change
from reasoners.scene.scene import Scene
from reasoners.scene.view import View
from reasoners.telling.album import Album
from reasoners.telling.explanation import FACTS, Known, explain, joined, worded
from reasoners.telling.foreshown import Expected
from reasoners.telling.foretelling import Foretelling
from reasoners.telling.foretold import Foretold
from reasoners.telling.grounds import CONDITIONS, condition
from reasoners.telling.noted import Noted
from reasoners.telling.outcome import better, conclude
from reasoners.telling.questioning import SETTLE
from reasoners.telling.relating import amended, caused, related
from reasoners.telling.saying import Saying
from reasoners.telling.wire import event_object, frame_reference, moment, track_name
from reasoners.verdict import Verdict

OBJECTS = 32
"""Objects an event lists."""

PAUSE = 1.0
"""Least seconds from one revision to an update, in data time."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What every revision of an event has in common."""

    id: str
    node: str
    camera: str
    rule: str
    clock: Literal["synced", "unsynced", "media"]
    questions: tuple[Question, ...] | None
    """What a model is asked about it; None: nothing."""

    titles: dict[str, str]
    """What people call zones and lines: `zone:step`, `line:gate`."""

    language: str = "en"
    """Of its explanations."""

    forecast: float = 0.0
    """Seconds ahead of its forecast pictures; 0: it has none."""


class Story:
    """The event of one firing. Revisions rise by one; only the verdict may follow the end."""

    def __init__(
        self,
        telling: Telling,
        firing: Firing,
        view: View,
        reasoning: Reasoning,
        scene: Scene,
        foretelling: Foretelling,
    ) -> None:
        self.telling = telling
        self.key: tuple[str, Hashable] = (firing.rule, firing.key)
        self.firing = firing
        """What began it, with what has changed since."""

        self.things = firing.things
        """Whom it is about, whom most first; as last seen, where they are gone."""

        self.grounds: tuple[Ground, ...] = firing.grounds
        self.severity = firing.severity
        self.started_at = firing.at
        self.view = view
        """The latest frame that showed one of them; the latest of all where it is about none."""

        self.reasoning = reasoning
        self.album = Album(telling.forecast)
        self.held = firing.notify == "when_verified" and reasoning.state == "pending"
        """Whether nobody is to see it before its verdict."""

        self.looking = False
        """Whether a model takes another look at it."""

        self.looked_at = scene.now
        """When it was last asked about."""

        self.filming = False
        """Whether a clip is in the making."""

        self.dirty = False
        """Something changed that no revision has told yet."""

        self.unseen = False
        """Something changed after the last look at it."""

        self.event: Event | None = None
        self._late: tuple[EndReason, bool, float] | None = None
        self.said: tuple[Phrase, ...] = ()
        """The sentences of the latest revision, with their evidence."""

        self._scene = scene
        self._saying = Saying(scene.naming, telling.titles)
        self._noted = Noted()
        self._foretelling = foretelling
        self._foretold = Foretold(scene.track, foretelling.heard)
        self._claims: tuple[EventRelation, ...] = ()
        self._why = ""
        self._asked = {one.name: one.text for one in telling.questions or ()}
        self._facts = ""

    @property
    def pending(self) -> bool:
        """Whether a question is open."""
        return self.reasoning.state == "pending"

    @property
    def awaited(self) -> bool:
        """Whether somebody may still have something to add to it, though it may have ended."""
        return self.pending or self.looking or self.filming

    def mark(self, now: float) -> None:
        """Note that something of it has changed: to be told, and perhaps worth another look."""
        self.dirty = True
        # What comes at once is on the pictures of the look that has just begun.
        self.unseen |= now - self.looked_at >= SETTLE

    def look_due(self, now: float) -> bool:
        """Tell whether another look is worth it.

        It is once something has changed that no look has seen, enough time has passed, and nothing
        is verified; what is only described is described anew.
        """
        pause = self.firing.ask.again
        if pause is None or self.telling.questions is None or self.pending or self.looking:
            return False
        settled = self.reasoning.state == "verified" and bool(self.telling.questions)
        return self.unseen and not settled and now - self.looked_at >= pause

    def look_again(self, now: float) -> float:
        """Begin another look; return when the last was."""
        since, self.looked_at, self.looking, self.unseen = self.looked_at, now, True, False
        return since

    def heeds(self, verdict: Verdict) -> bool:
        """Tell whether the verdict of another look is better than what there is."""
        before = self.reasoning.state
        return better(verdict.state, before, decides=bool(self.telling.questions))

    def note(self, change: Change) -> None:
        """Keep what happened to its object, if that is worth telling."""
        self._foretold.note(change)
        self._noted.note(change)

    def open(self, now: float) -> Event:
        """Write the first revision; a picture belongs to it."""
        self.album.taken(self.things)
        return self._write("new", now)

    def follow(self, firing: Firing) -> None:
        """Take what has changed of whom it is about, and why."""
        told = (self.things, self.severity, [_worth(ground) for ground in self.grounds])
        self.things = firing.things or self.things
        self.severity = firing.severity
        self.grounds = firing.grounds
        self.firing = replace(self.firing, things=self.things, grounds=self.grounds)
        if told != (self.things, firing.severity, [_worth(ground) for ground in firing.grounds]):
            self.mark(self._scene.now)

    def concerns(self, thing: int) -> bool:
        """Tell whether it is about this object."""
        return any(thing == one.id for one in self.things)

    def worth_telling(self, now: float, *, look: bool = False) -> bool:
        """Tell whether an update is due, and allowed so soon; with another look there is one."""
        if self.held or self.event is None or not (self.dirty or look or self._seen_better):
            return False
        return round(moment(now) - self.event.updated_at, 3) >= PAUSE

    @property
    def _seen_better(self) -> bool:
        return self.album.better(self.things)

    def wants_picture(self) -> bool:
        """Tell whether to take a picture now."""
        return self.album.wants_picture(self.things)

    def foresees(self, expected: Expected) -> bool:
        """Tell whether its first forecast picture is to be had now."""
        return self.album.foresees(self.things, expected)

    def update(self, now: float, *, pictured: bool) -> Event:
        """Write what changed; `pictured` if a new picture is taken with it."""
        if pictured:
            self.album.taken(self.things)
        return self._write("update", now)

    def end(
        self, now: float, reason: EndReason, *, in_view: bool, at: float | None = None
    ) -> Event | None:
        """Write the end; None while it is held: then the end follows its release.

        Args:
            now: The present.
            reason: Why it is over.
            in_view: Whether the object was still there.
            at: When it was over; by default when the last of its objects was last seen.
        """
        if self.held:
            self._late = (reason, in_view, self._over(at))
            return None
        return self._write("end", now, reason, in_view=in_view, at=at)

    def release(self, verdict: Verdict, now: float) -> tuple[Event, Event | None]:
        """Let an event that was held be seen: as new, with its verdict, and its end if it has one.

        Raises:
            ValueError: The verdict is not terminal.
        """
        self._judge(verdict, now)
        self.held = False
        event = self._write("new", now, again=True)
        if self._late is None:
            return event, None
        reason, in_view, at = self._late
        return event, self._write("end", now, reason, in_view=in_view, at=at)

    def conclude(self, verdict: Verdict, now: float) -> Event:
        """Write the terminal answer; the end again if the event has ended.

        Raises:
            ValueError: The verdict is not terminal.
        """
        event = self._judge(verdict, now)
        return self._write("end" if event.type == "end" else "update", now, event.end_reason)

    def _judge(self, verdict: Verdict, now: float) -> Event:
        """Take the terminal answer; return the revision before it, with the model's words."""
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
            second=verdict.second,
            unchanged_since=verdict.unchanged,
            looks=self.reasoning.looks + self.looking,
        )
        self.event = self.event.model_copy(
            update={
                "answers": verdict.answers,
                "description": verdict.description and verdict.description[:2000],
                "entities": verdict.entities,
                "keyframes": verdict.keyframes,
            }
        )
        self._foretold.state(verdict.predictions, now)
        self._claims, self._why = verdict.relations, verdict.why
        return self.event

    def illustrate(self, event: Event, snapshot: str | None, forecast: str | None) -> Event:
        """Put stored pictures into a revision, and remember them for later ones."""
        before = self.album.media
        shown = self.album.illustrate(event, snapshot, forecast)
        if self.event is not None and self.album.media is not before:
            self.event = self.event.model_copy(update={"media": self.album.media})
        return shown

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
        self.album.film(clip, started_at)
        if self.held:
            return None
        ended = self.event.type == "end"
        return self._write("end" if ended else "update", now, self.event.end_reason)

    def _write(
        self,
        kind: EventType,
        now: float,
        reason: EndReason | None = None,
        *,
        in_view: bool = False,
        at: float | None = None,
        again: bool = False,
    ) -> Event:
        last = self.event
        ended_at = self._over(at) if kind == "end" else None
        if ended_at is not None and last is not None and last.type == "end":
            ended_at, facts, objects = last.ended_at, self._facts, last.objects
            relations = tuple(one for one in last.relations if one.source == "geometry")
            left_out, conditions = last.relations_left_out, last.conditions
            causes = last.causes
        else:
            if kind != "end":
                self._foretelling.take(self.things[:OBJECTS])
            facts = self._facts = self._explain(reason, ended_at, in_view=in_view)
            objects = tuple(event_object(thing) for thing in self.things[:OBJECTS])
            relations, left_out = related(self.things[:OBJECTS], self._scene)
            conditions = tuple(
                condition(ground, until=ended_at) for ground in self.grounds[:CONDITIONS]
            )
            written = (caused(cause, self._scene.track) for cause in self._noted.causes)
            causes = tuple(cause for cause in written if cause is not None)
        self._foretold.lapse(now, over=kind == "end")
        # Of both there is something: what was measured leads, what was claimed follows.
        told, more = amended(relations, self._claims)
        left_out += more
        answers = last.answers if last else ()
        description = last.description if last else None
        self.dirty = False
        self.event = Event(
            id=self.telling.id,
            node=self.telling.node,
            camera=self.telling.camera,
            revision=last.revision + (not again) if last else 1,
            type=kind,
            rule=self.telling.rule,
            severity=self.severity,
            started_at=moment(self.started_at),
            updated_at=max(moment(now), last.updated_at if last else moment(now)),
            ended_at=ended_at,
            end_reason=reason,
            clock=self.telling.clock,
            objects=objects,
            relations=told,
            relations_left_out=left_out,
            conditions=conditions,
            causes=causes,
            predictions=(*self._foretelling.write(), *self._foretold.write()),
            answers=answers,
            description=description,
            entities=last.entities if last else (),
            keyframes=last.keyframes if last else (),
            explanation=joined(
                self.telling.language,
                facts,
                worded(
                    conclude(self.reasoning, answers, self._asked, description, self._why),
                    self.telling.language,
                ),
            ),
            reasoning=self.reasoning,
            frame=frame_reference(self.view),
            media=self.album.media,
        )
        return self.event

    def _over(self, at: float | None) -> float:
        """Return when it ended, never before it began."""
        if at is None:
            seen = (thing.shown_at for thing in self.things)
            at = max(seen, default=self.view.captured_at)
        return max(moment(at), moment(self.started_at))

    def _explain(self, reason: EndReason | None, ended_at: float | None, *, in_view: bool) -> str:
        self._noted.reason(self._scene.causality.links, self.things)
        touching = self._scene.touching(self.things[0])[0] if self.things else []
        # What a model claims is told as its words, not as what was seen.
        ties = [one for one in touching if one.source == "geometry"]
        known = Known(
            rule=self.telling.rule,
            things=self.things,
            grounds=self.grounds,
            started_at=self.started_at,
            ended_at=ended_at,
            ended=reason,
            in_view=in_view,
            now=self._scene.now,
            ties=ties,
            noted=self._noted.changes,
            causes=self._noted.causes,
            predictions=self._foretelling.write(),
            labels={track_name(thing.track): thing.label for thing in self._scene.things.values()},
        )
        self.said = tuple(explain(known, self._saying))
        return worded(self.said, self.telling.language, FACTS)


def _worth(ground: Ground) -> tuple[object, ...]:
    """Return what of a condition is worth telling when it changes; what is measured always does."""
    return ground.kind, ground.condition, ground.things, ground.place, ground.until is None
