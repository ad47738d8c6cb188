"""What stands now follows from the events."""

from rig.revisions import revision, seen

from daemon.board import Board
from daemon.standing import Standing
from reasoners import Event
from sinks import Latest, RuleState


def end(event: Event) -> Event:
    """End an event."""
    changes = {"revision": event.revision + 1, "type": "end", "ended_at": event.updated_at}
    return event.model_copy(update=changes)


def active(board: Board, rule: str = "presence") -> tuple[int, str | None]:
    """Return how many events of a rule are open, and the newest."""
    state = board.states["rule", "porch", rule]
    assert isinstance(state, RuleState)
    return state.active, state.event


def test_a_rule_holds_while_one_of_its_events_is_open() -> None:
    """The end of one does not end another's; a verdict after the end opens nothing."""
    board = Board()
    standing = Standing(board)
    standing.clear("porch", ("presence", "gate"), 1.0)
    assert active(board) == (0, None)
    standing.note(revision(1))
    standing.note(revision(2))
    standing.note(revision(1, revision=2, type="update"))
    assert active(board) == (2, "e2")
    standing.note(end(revision(2)))
    assert active(board) == (1, "e1")
    standing.note(end(revision(1)))
    standing.note(end(end(revision(1))))
    assert active(board) == (0, None)
    assert active(board, "gate") == (0, None)


def test_the_latest_event_is_shown_in_short() -> None:
    """With who, where and what was told."""
    board = Board()
    objects = (seen("t1"), seen("t2", "car").model_copy(update={"zones": ("step",)}))
    Standing(board).note(revision(1, objects=objects, severity="alert"))
    latest = board.states["latest", "porch"]
    assert isinstance(latest, Latest)
    assert (latest.event, latest.severity) == ("e1", "alert")
    assert (latest.labels, latest.zones) == (("car", "person"), ("step",))
    assert latest.explanation == "person t1 came"
