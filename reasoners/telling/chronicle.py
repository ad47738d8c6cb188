"""The engine of one camera: views in, revisions of events out. Pure; time comes with the data.

Every event is `new` once, then `update` as it changes, then `end`; its question, if one was asked,
ends by one more revision, before or after the end.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Literal

from reasoners.event import EndReason, Event, EventObject, EventRelation, Reasoning
from reasoners.firing import Engine, Firing, Moment
from reasoners.predictions.forecaster import Forecaster
from reasoners.predictions.foresight import Foresight
from reasoners.question import Question
from reasoners.rules.presence import Presence
from reasoners.scene.change import (
    Change,
    Entered,
    Left,
    MovedOff,
    Reappeared,
    Relabelled,
    Stopped,
)
from reasoners.scene.config import SceneConfig
from reasoners.scene.scene import Scene
from reasoners.scene.view import View
from reasoners.telling.album import illustrated
from reasoners.telling.drawing import Drawing
from reasoners.telling.foretelling import Foretelling
from reasoners.telling.questioning import Asking, asked
from reasoners.telling.relating import carried, claimed
from reasoners.telling.revision import Revision
from reasoners.telling.story import Story, Telling
from reasoners.telling.waiting import Waiting, key_of
from reasoners.telling.wire import event_object, moment
from reasoners.verdict import Verdict
from sources import Mark

TOLD = (Entered, Left, MovedOff, Reappeared, Relabelled, Stopped)
"""Changes of an object that its events are updated for; the others are for engines."""

Clock = Literal["synced", "unsynced", "media"]


class Chronicle:
    """Events of one camera. Everything it keeps is bounded by the configuration.

    Args:
        node: Name of this box.
        camera: Name of the camera.
        config: What to watch for.
        new_id: Makes an event's id from camera, ordinal (1, 2, …) and start.
        clock: How far the times can be trusted.
        ask: What to ask a model; None where none is configured.
        engines: Who decides what is worth an event; by default the built-in rule alone.
        language: In which events are explained; see `reasoners.language.catalogue.languages`.
        foresight: What is predicted; by default what was shown to have skill.
    """

    def __init__(  # noqa: PLR0913 (all that one camera is about)
        self,
        *,
        node: str,
        camera: str,
        config: SceneConfig,
        new_id: Callable[[str, int, float], str],
        clock: Clock,
        ask: Asking | None,
        engines: Sequence[Engine] | None = None,
        language: str = "en",
        foresight: Foresight = Foresight(),  # noqa: B008  frozen
    ) -> None:
        self.node = node
        self.camera = camera
        self.clock = clock
        """May change while running; events opened later show the new value."""

        self._config = config
        self._new_id = new_id
        self.language = language
        """Code of the language in which events are told."""

        self.asks = True
        """Whether a model is asked about events that begin now, if there is one."""

        self.off: Collection[str] = ()
        """Rules that are switched off: what they say becomes no event, and what is open ends."""

        self.shift = 0.0
        """What the clock on the wall is ahead of by, seconds: it may have been set meanwhile."""

        self._ask = ask
        self._scene = Scene(config)
        self.forecaster = Forecaster(foresight, self._scene)
        """What comes next, and how well that was known so far."""

        self._ordinal = 0
        self._engines = (Presence(config.presence),) if engines is None else tuple(engines)
        self._index = 0
        self._open: dict[tuple[str, Hashable], Story] = {}
        self._ended: dict[str, Story] = {}
        self._waiting = Waiting(config.max_events, config.max_objects)
        self._titles = dict(self._scene.titles())
        self._drawing = Drawing(config, self._scene, self.forecaster)

    @property
    def refused(self) -> int:
        """Return what got no event because too many were open."""
        return self._waiting.refused

    def refusals(self) -> dict[str, int]:
        """Count what found no room: events, objects, pairs a frame, belongings, predictions."""
        predictions = self.forecaster.docket.refused
        return {"events": self.refused, **self._scene.refusals(), "predictions": predictions}

    @property
    def eventful(self) -> bool:
        """Whether an event is open, or anything is in the scene."""
        return bool(self._open or self._scene.things)

    def observe(self, view: View) -> list[Revision]:
        """Take one frame; return what is worth publishing, ends first."""
        changes = self._scene.observe(view)
        self.forecaster.observe(changes)
        self._index = view.index
        self._drawing.remember()
        self._note(changes)
        firings = self._fire(changes, view)
        revisions = self._silence() + self._heed(firings)
        for story in self._open.values():
            if not story.things or any(thing.seen for thing in story.things):
                story.view = view
        revisions += self._tell(changes)
        now = self._scene.now
        for firing in self._waiting.beginning(firings, self._open, self.off, now):
            revisions.append(self._begin(firing, view))
        return revisions

    def lapse(self, at: float) -> list[Revision]:
        """Let time pass without a frame: ends what is gone, tells what was held back."""
        changes = self._scene.lapse(at)
        self._note(changes)
        self.forecaster.observe(changes)
        firings = self._fire(changes, None)
        for firing in firings:
            if firing.phase == "begins":
                self._waiting.silence(firing)
        return self._heed(firings) + self._tell(changes)

    def close(self, at: float, reason: EndReason) -> list[Revision]:
        """End every open event; `left` for the end of a recording. Questions stay open."""
        now = max(at, self._scene.now)
        there = {
            thing.id
            for thing in self._scene.things.values()
            if now - thing.last_seen <= self._scene.patience
        }
        self.forecaster.close()
        self._scene.clear()
        self._drawing.clear()
        for engine in self._engines:
            engine.reset()
        self._waiting.clear()
        return [
            revision
            for story in list(self._open.values())
            for revision in self._finish(
                story, now, reason, in_view=any(thing.id in there for thing in story.things)
            )
        ]

    def illustrate(self, event: Event, snapshot: str | None, forecast: str | None = None) -> Event:
        """Put references of stored pictures into a revision, and into all later ones.

        Args:
            event: The revision whose pictures were asked for.
            snapshot: Where it is, relative to the media folder; None: there is no new one.
            forecast: Likewise.
        """
        story = self._story(event.id)
        if story is not None:
            return story.illustrate(event, snapshot, forecast)
        shown = illustrated(event.frame.index, snapshot, forecast, self._config.forecast or 0.0)
        return event.model_copy(update={"media": event.media.model_copy(update=shown)})

    def conclude(self, event_id: str, verdict: Verdict, at: float) -> Revision | None:
        """Write the terminal answer into its event, at once: a verdict waits for nothing.

        Returns:
            One more revision; None if the event is unknown or has its answer already, or if
            another look at it brought nothing better.

        Raises:
            ValueError: The verdict is not terminal.
        """
        story = self._story(event_id)
        if story is None or not (story.pending or story.looking):
            return None
        revision: Revision | None = None
        if story.held:
            event, end = story.release(verdict, at)
            revision = Revision(event, after=end)
        elif story.pending or story.heeds(verdict):
            revision = Revision(story.conclude(verdict, at))
        if revision is not None:
            self._claim(verdict)
        story.looking = False
        self._forget(story)
        return revision

    def filming(self, event_id: str) -> None:
        """Note that a clip of this event is in the making; `film` will follow."""
        story = self._story(event_id)
        if story is not None:
            story.filming = True

    def film(
        self, event_id: str, clip: str | None, started_at: float | None, at: float
    ) -> Revision | None:
        """Tell of a clip that is stored.

        Args:
            event_id: Whose it is.
            clip: Its reference; None if it came to nothing.
            started_at: Time of its first picture.
            at: The present.

        Returns:
            One more revision; None if there is nothing to tell.
        """
        story = self._story(event_id)
        if story is None or not story.filming:
            return None
        event = story.film(clip, started_at, at)
        self._forget(story)
        return None if event is None else Revision(event)

    def objects(self) -> tuple[EventObject, ...]:
        """Return what the latest frame showed, whatever its label."""
        return tuple(event_object(thing) for thing in self._scene.things.values() if thing.seen)

    def counts(self) -> dict[str, int]:
        """Count what is there by label; who is out of sight within `hold` still counts."""
        return self._scene.counts()

    def zone_counts(self) -> dict[str, dict[str, int]]:
        """Count what is in each zone by label."""
        return self._scene.zone_counts()

    def moving(self, zone: str | None = None) -> dict[str, int]:
        """Count what moves by label, in all or in one zone."""
        return self._scene.moving(zone)

    def relations(self) -> tuple[EventRelation, ...]:
        """Tell what holds now between all that is there: the live graph, strongest first."""
        return carried(self._scene.relations(), self._scene.track, most=None)[0]

    def foreshown(self) -> list[Mark]:
        """Draw where everything seen goes, and what holds between them, for a film."""
        return self._drawing.foreshown()

    def pending(self) -> tuple[str, ...]:
        """Return the ids of events whose question has no terminal state yet."""
        return tuple(
            story.telling.id
            for story in (*self._ended.values(), *self._open.values())
            if story.pending
        )

    def _claim(self, verdict: Verdict) -> None:
        """Let what a model says of relations join the graph; other events may be about them too."""
        if verdict.state == "rejected":
            return
        for told in verdict.relations:
            relation = claimed(told, self._scene.shown_as)
            if relation is not None:
                self._scene.claim(relation)

    def _note(self, changes: list[Change]) -> None:
        """Let every event know what happened to its objects."""
        for change in changes:
            for story in self._open.values():
                if any(story.concerns(thing) for thing in change.things[:2]):
                    story.note(change)

    def _fire(self, changes: Sequence[Change], view: View | None) -> list[Firing]:
        now = self._scene.now
        moment = Moment(
            now,
            self._index,
            view,
            self._scene,
            changes,
            self.forecaster.expectations(),
            wall=now + self.shift,
            off=self.off,
        )
        return [firing for engine in self._engines for firing in engine.observe(moment)]

    def _silence(self) -> list[Revision]:
        """End what is open of rules that were switched off."""
        if not self.off:
            return []
        now = self._scene.now
        stories = [story for story in self._open.values() if story.firing.rule in self.off]
        for story in stories:
            self._waiting.silence(story.firing)
        return [
            revision
            for story in stories
            for revision in self._finish(story, now, "left", in_view=False, at=now)
        ]

    def _heed(self, firings: Iterable[Firing]) -> list[Revision]:
        """Write the ends, and note what changed."""
        revisions: list[Revision] = []
        for firing in firings:
            self._waiting.heed(firing)
            story = self._open.get(key_of(firing))
            if story is None or firing.phase == "begins":
                continue
            if firing.grounds or firing.things:
                story.follow(firing)
            if firing.phase == "ends":
                now = self._scene.now
                revisions += self._finish(story, now, "left", in_view=False, at=firing.at)
        return revisions

    def _tell(self, changes: list[Change]) -> list[Revision]:
        """Write the updates that are due; what comes too soon stays with its story."""
        now = self._scene.now
        for story in self._open.values():
            story.dirty |= story.foresees(self.forecaster.expected)
        for change in changes:
            if not isinstance(change, TOLD):
                continue
            if isinstance(change, Reappeared) and change.previous == change.track:
                continue
            for story in self._open.values():
                if story.concerns(change.thing):
                    story.mark(now)
        told = []
        for story in self._open.values():
            look = story.look_due(now) and self._may_ask()
            if story.worth_telling(now, look=look):
                told.append(self._update(story, now, look=look))
        return told

    def _update(self, story: Story, now: float, *, look: bool) -> Revision:
        pictured = story.wants_picture()
        foreseen = pictured or story.foresees(self.forecaster.expected)
        since = story.look_again(now) if look else None
        event = story.update(now, pictured=pictured)
        return Revision(
            event,
            self._drawing.picture(story) if pictured else None,
            self._drawing.forecast(story) if foreseen else None,
            None if since is None else story.telling.questions,
            since=since,
        )

    def _begin(self, firing: Firing, view: View) -> Revision:
        self._ordinal += 1
        questions = asked(firing, self._ask) if self._ask is not None and self.asks else None
        telling = Telling(
            id=self._new_id(self.camera, self._ordinal, moment(firing.at)),
            node=self.node,
            camera=self.camera,
            rule=firing.rule,
            clock=self.clock,
            questions=questions,
            titles=self._titles,
            language=self.language,
            forecast=(self._config.forecast if firing.forecast is None else firing.forecast) or 0.0,
        )
        reasoning = self._reasoning(questions)
        foretelling = Foretelling(self.forecaster, self._scene.track)
        story = Story(telling, firing, view, reasoning, self._scene, foretelling)
        self._open[story.key] = story
        event = story.open(self._scene.now)
        going = questions if reasoning.state == "pending" else None
        shots = self._drawing.picture(story), self._drawing.forecast(story)
        return Revision(event, *shots, going, held=story.held)

    def _may_ask(self) -> bool:
        """Tell whether one more question of this camera may be open."""
        stories = (*self._ended.values(), *self._open.values())
        open_ = sum(1 for story in stories if story.pending or story.looking)
        return self._ask is not None and self.asks and open_ < self._config.max_pending

    def _reasoning(self, questions: tuple[Question, ...] | None) -> Reasoning:
        if self._ask is None or questions is None:
            return Reasoning()
        if not self._may_ask():
            return Reasoning(
                state="skipped_budget",
                model=self._ask.model,
                reason=f"{self._config.max_pending} questions of this camera are open already",
            )
        return Reasoning(
            state="pending",
            model=self._ask.model,
            deadline_at=moment(self._scene.now + self._ask.deadline),
        )

    def _finish(
        self,
        story: Story,
        now: float,
        reason: EndReason,
        *,
        in_view: bool,
        at: float | None = None,
    ) -> list[Revision]:
        del self._open[story.key]
        event = story.end(now, reason, in_view=in_view, at=at)
        if story.awaited:
            self._ended[story.telling.id] = story
        return [] if event is None else [Revision(event)]

    def _forget(self, story: Story) -> None:
        """Let go of an event that has ended and waits for nothing any more."""
        if not story.awaited:
            self._ended.pop(story.telling.id, None)

    def _story(self, event_id: str) -> Story | None:
        ended = self._ended.get(event_id)
        if ended is not None:
            return ended
        stories = (story for story in self._open.values() if story.telling.id == event_id)
        return next(stories, None)
