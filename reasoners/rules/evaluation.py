"""What was found when a rule was evaluated and something had changed: what `why` is told from."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from reasoners.event import Name, Seconds
from reasoners.rules.facts import CAMERA, Facts
from reasoners.rules.node import Node

NAMED: Final = 6
"""Objects named of one condition; the rest is counted."""

Standing = Literal["holds", "fails", "asleep", "cooling"]
"""Whether a rule's conditions hold; or whether it sleeps by its schedule, or is cooling down."""


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
