"""One rule of one camera at work: its conditions every moment, its events from begin to end."""

from collections import deque
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from reasoners.firing import Firing, Ground
from reasoners.rules.compiling import Compiler
from reasoners.rules.evaluation import Evaluation, Standing, evaluation
from reasoners.rules.facts import CAMERA, EVERYBODY, NOBODY, Facts
from reasoners.rules.rule import RuleConfig
from reasoners.rules.schedule import Schedule
from reasoners.scene.thing import Thing

REFRESH: Final = 1.0
"""Seconds after which the grounds of an open event are looked at again."""

NOTED: Final = 1.0
"""Seconds between two evaluations that are noted though the rule as a whole says the same."""

REMEMBERED: Final = 64
"""Evaluations kept until somebody takes them."""


@dataclass(slots=True)
class _Open:
    """One event that is going on."""

    began: float
    true_at: float
    """When the conditions last held."""

    told_at: float
    thing: Thing | None


class AtWork:
    """A rule of one camera.

    Args:
        name: Of the rule.
        rule: As it is written.
        compiler: Of its camera.
    """

    def __init__(self, name: str, rule: RuleConfig, compiler: Compiler) -> None:
        self.name = name
        self.suppressed = 0
        """Events that did not begin because the rule was cooling down."""

        self.evaluations: deque[Evaluation] = deque(maxlen=REMEMBERED)
        self._rule = rule
        self._inquiry = rule.inquiry(name)
        self._root = compiler.compile(rule.when)
        self._nodes = self._root.all()
        self._schedule = Schedule(rule.schedule, rule.timezone)
        self._open: dict[int, _Open] = {}
        self._cooled_at = float("-inf")
        self._waits: set[int] = set()
        self._noted: list[AbstractSet[int]] | None = None
        self._noted_at = float("-inf")
        self._stood: tuple[Standing, int, AbstractSet[int]] = ("fails", 0, NOBODY)

    def observe(self, facts: Facts, wall: float, *, off: bool = False) -> Iterator[Firing]:
        """Take one moment.

        Args:
            facts: The moment.
            wall: The present by the clock on the wall, Unix time.
            off: Whether what it fires becomes no event; it goes on all the same.
        """
        truth = self._root.settle(facts)
        awake = self._schedule.awake(wall)
        if not awake:
            truth = NOBODY
        elif truth and self._rule.per == "camera":
            truth = EVERYBODY
        standing: Standing = "holds" if truth else "fails" if awake else "asleep"
        if truth:
            for number in sorted(truth):
                found = self._open.get(number)
                if found is not None:
                    yield from self._go_on(facts, number, found)
                elif facts.now >= self._cooled_at:
                    yield self._begin(facts, number)
                else:
                    standing = "cooling"
                    self.suppressed += number not in self._waits
                    self._waits.add(number)
            self._waits &= truth
        elif self._waits:
            self._waits.clear()
        if self._open:
            yield from self._end(facts, truth)
        self._note(facts, "off" if off else standing, truth)

    def forget(self, facts: Facts) -> None:
        """Let go of what concerns objects that are gone."""
        for node in self._nodes:
            node.forget(facts)

    def reset(self) -> None:
        """Let go of everything but what was noted; a rule that cools down goes on doing so."""
        for node in self._nodes:
            node.reset()
        self._open.clear()
        self._waits.clear()
        self._noted, self._stood = None, ("fails", 0, NOBODY)

    def _begin(self, facts: Facts, number: int) -> Firing:
        rule = self._rule
        things, grounds = self._why(facts, number)
        thing = facts.thing(number)
        # Of who is gone it is known only now what happened some time ago.
        gone = thing is not None and number not in facts.things
        at = self._root.began(facts, number) if gone else facts.now
        self._open[number] = _Open(at, facts.now, facts.now, thing)
        self._cooled_at = facts.now + rule.cooldown
        return Firing(
            self.name,
            number,
            "begins",
            at,
            things,
            rule.severity,
            grounds,
            self._inquiry,
            rule.forecast,
            rule.notify,
        )

    def _go_on(self, facts: Facts, number: int, found: _Open) -> Iterator[Firing]:
        found.true_at = facts.now
        if facts.now - found.told_at >= REFRESH:
            found.told_at = facts.now
            things, grounds = self._why(facts, number)
            severity = self._rule.severity
            yield Firing(self.name, number, "changes", facts.now, things, severity, grounds)

    def _end(self, facts: Facts, truth: AbstractSet[int]) -> Iterator[Firing]:
        for number, found in list(self._open.items()):
            if number in truth or facts.now - found.true_at < self._rule.hold:
                continue
            del self._open[number]
            over = found.true_at
            if found.thing is not None and number not in facts.things:
                # It was held to be there for a while after it was last seen.
                over = min(over, found.thing.shown_at)
            yield Firing(self.name, number, "ends", max(over, found.began))

    def _why(self, facts: Facts, number: int) -> tuple[tuple[Thing, ...], tuple[Ground, ...]]:
        """Return whom it is about, the subject first, and why it holds."""
        root = self._root
        whose = [number] if number in root.truth else sorted(root.truth)
        grounds = [ground for one in whose for ground in root.grounds(facts, one)]
        about: dict[int, Thing] = {}
        for one in whose:
            thing = None if one == CAMERA else facts.thing(one)
            if thing is not None:
                about[one] = thing
        for ground in grounds:
            about.update((thing.id, thing) for thing in ground.things if thing.id not in about)
        return tuple(about.values()), tuple(grounds)

    def _note(self, facts: Facts, standing: Standing, truth: AbstractSet[int]) -> None:
        """Remember what was found if it differs: of the whole at once, of parts now and then."""
        stood = (standing, len(self._open), truth)
        if stood == self._stood and facts.now - self._noted_at < NOTED:
            return
        truths = [node.truth for node in self._nodes]
        if stood == self._stood and truths == self._noted:
            return
        # Sets may be views of what goes on changing.
        self._stood = (standing, len(self._open), frozenset(truth))
        self._noted = [frozenset(one) for one in truths]
        self._noted_at = facts.now
        found = evaluation(self.name, standing, len(self._open), self._nodes, facts)
        self.evaluations.append(found)
