"""What was found when a rule was evaluated and something had changed: what `why` is told from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from reasoners.event import Name, Seconds
from reasoners.rules.facts import CAMERA, Facts
from reasoners.rules.node import Node

NAMED: Final = 6
"""Objects named of one condition; the rest is counted."""

Standing = Literal["holds", "fails", "asleep", "cooling", "off"]
"""Whether a rule's conditions hold; or whether it sleeps by its schedule, cools down after an
event, or is off: by its switch, or as the active profile is none of its own."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Finding(_Part):
    """One condition, and for whom it was true."""

    path: str
    """Where it stands in its rule: `when.all.0`."""

    text: str
    """What it says."""

    true: tuple[str, ...] = ()
    """Track ids of those for whom it was true, some of them; `camera` where it is about no one
    object."""

    count: int = 0
    """For how many."""

    waiting: tuple[tuple[str, Seconds], ...] = ()
    """Whose time was running, and since when."""

    value: float | None = None
    """The number it compares."""

    last: Seconds | None = None
    """When it was last true of anybody."""


class Evaluation(_Part):
    """All conditions of one rule at one time."""

    rule: Name
    at: Seconds
    frame: Annotated[int, Field(ge=0)]
    standing: Standing
    open: int
    """Events of the rule that were open."""

    findings: tuple[Finding, ...]
    """The rule's conditions, outermost first."""


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """What the rules of a camera found over a span of watching. Times in seconds."""

    since: float
    until: float
    evaluations: tuple[Evaluation, ...]
    """Of all rules, oldest first of each."""

    def moved(self, seconds: float) -> "RuleRecord":
        """Return it with every time moved, as when the system's clock was set."""
        if not seconds:
            return self
        evaluations = tuple(_moved(one, seconds) for one in self.evaluations)
        return RuleRecord(self.since + seconds, self.until + seconds, evaluations)


def evaluation(
    rule: str, standing: Standing, opened: int, nodes: Sequence[Node], facts: Facts
) -> Evaluation:
    """Note what a rule's conditions found in this moment."""
    return Evaluation(
        rule=rule,
        at=round(facts.now, 3),
        frame=facts.index,
        standing=standing,
        open=opened,
        findings=tuple(_finding(node, facts) for node in nodes),
    )


def _moved(evaluation: Evaluation, seconds: float) -> Evaluation:
    findings = tuple(
        one.model_copy(
            update={
                "waiting": tuple((who, round(at + seconds, 3)) for who, at in one.waiting),
                "last": None if one.last is None else round(one.last + seconds, 3),
            }
        )
        for one in evaluation.findings
    )
    update = {"at": round(evaluation.at + seconds, 3), "findings": findings}
    return evaluation.model_copy(update=update)


def _finding(node: Node, facts: Facts) -> Finding:
    true, waiting = sorted(node.truth)[:NAMED], sorted(node.waiting(facts).items())[:NAMED]
    return Finding(
        path=node.path,
        text=node.text,
        true=tuple(_name(facts, number) for number in true),
        count=len(node.truth),
        waiting=tuple((_name(facts, number), round(since, 3)) for number, since in waiting),
        value=node.measured(),
        last=None if node.last is None else round(node.last, 3),
    )


def _name(facts: Facts, number: int) -> str:
    if number == CAMERA:
        return "camera"
    thing = facts.thing(number)
    track = thing.track if thing is not None else facts.scene.track(number)
    return f"t{track}"
