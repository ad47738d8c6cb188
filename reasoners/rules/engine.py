"""The rules of one camera as an engine: one scene, many rules, linear in their number."""

from collections.abc import Iterator, Mapping

from reasoners.firing import Firing, Moment
from reasoners.rules.at_work import AtWork
from reasoners.rules.compiling import Compiler, predicates
from reasoners.rules.evaluation import Evaluation, RuleRecord
from reasoners.rules.facts import Facts
from reasoners.rules.rule import RuleConfig
from reasoners.scene.config import SceneConfig
from reasoners.scene.relation import INVERSE, Predicate


class Rules:
    """All rules of one camera. What they ask of a moment is found once for all of them.

    Args:
        rules: By name; those that are not enabled are left out.
        scene: The camera's zones and lines.
    """

    def __init__(self, rules: Mapping[str, RuleConfig], scene: SceneConfig) -> None:
        chosen = {name: rule for name, rule in rules.items() if rule.enabled}
        asked = {one for rule in chosen.values() for one in predicates(rule.when)}
        compiler = Compiler(scene)
        self._rules = [AtWork(name, rule, compiler) for name, rule in chosen.items()]
        self._facts = Facts(_known(asked))
        self._since: float | None = None
        self._until = 0.0

    @property
    def suppressed(self) -> int:
        """Events that did not begin because their rule was cooling down."""
        return sum(rule.suppressed for rule in self._rules)

    def observe(self, moment: Moment) -> Iterator[Firing]:
        """Take one moment; every rule takes it."""
        facts = self._facts
        facts.take(moment)
        self._until = moment.now
        if self._since is None:
            self._since = moment.now
        wall = moment.now if moment.wall is None else moment.wall
        for rule in self._rules:
            yield from rule.observe(facts, wall, off=rule.name in moment.off)
        if moment.scene.gone:
            for rule in self._rules:
                rule.forget(facts)

    def reset(self) -> None:
        """Forget all that is going on."""
        self._facts.forget()
        for rule in self._rules:
            rule.reset()

    def drain(self) -> RuleRecord | None:
        """Hand out what was found since the last time; None if nobody watched meanwhile."""
        if self._since is None:
            return None
        found: list[Evaluation] = []
        for rule in self._rules:
            found += rule.evaluations
            rule.evaluations.clear()
        record = RuleRecord(self._since, self._until, tuple(found))
        self._since = None
        return record


def _known(asked: set[str]) -> set[Predicate]:
    """Return the relations to keep: those that are asked for, from whichever side they are told."""
    every: set[Predicate] = {*INVERSE, *INVERSE.values()}
    every |= {"approaches", "moves_away", "follows", "carries", "on"}
    return {predicate for predicate in every if predicate in asked}
