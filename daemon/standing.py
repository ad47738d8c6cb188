"""What stands right now, told by the events: which rules hold, and what came last."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from daemon.board import Board
from reasoners import Event
from sinks import Latest, RuleState


@dataclass(slots=True)
class _Open:
    """Open events of one rule."""

    ids: dict[str, None] = field(default_factory=dict)
    """In the order of their beginning; bounded by what a camera may have open."""


class Standing:
    """Shows for each rule of each camera whether it holds, and the latest event of each camera."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._open: dict[tuple[str, str], _Open] = {}

    def clear(self, camera: str, rules: Iterable[str], at: float) -> None:
        """Say that no rule of a camera holds: nothing of it is open when it begins."""
        self.forget(camera)
        for rule in rules:
            self._open[camera, rule] = _Open()
            self._board.show(RuleState(camera=camera, rule=rule, active=0, at=at))

    def forget(self, camera: str) -> None:
        """Forget a camera, and whatever rules it had."""
        for key in [key for key in self._open if key[0] == camera]:
            del self._open[key]

    def note(self, event: Event) -> None:
        """Take a committed revision."""
        found = self._open.setdefault((event.camera, event.rule), _Open())
        if event.type == "end":
            found.ids.pop(event.id, None)
        else:
            found.ids[event.id] = None
        self._board.show(
            RuleState(
                camera=event.camera,
                rule=event.rule,
                active=len(found.ids),
                event=next(reversed(found.ids), None),
                at=event.updated_at,
            )
        )
        self._board.show(
            Latest(
                camera=event.camera,
                event=event.id,
                revision=event.revision,
                type=event.type,
                rule=event.rule,
                severity=event.severity,
                state=event.reasoning.state,
                at=event.updated_at,
                labels=tuple(sorted({thing.label for thing in event.objects})),
                zones=tuple(sorted({zone for thing in event.objects for zone in thing.zones})),
                explanation=event.explanation,
            )
        )
