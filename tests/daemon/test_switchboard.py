"""What people say is carried out, kept and said back; nothing else changes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rig.revisions import revision

from daemon.board import Board
from daemon.clock import Clock
from daemon.recorder import Recorder
from daemon.switchboard import Switchboard
from sinks import Feedback, Switch, SwitchState
from sinks.journal import Journal


@asynccontextmanager
async def running(path: Path) -> AsyncIterator[tuple[Switchboard, Board, Recorder]]:
    """Run a switchboard for one camera over a journal."""
    async with Recorder(Journal(path), None) as recorder:
        board = Board()
        kept = await recorder.switches()
        yield (
            Switchboard(["porch"], kept, recorder=recorder, board=board, clock=Clock()),
            board,
            recorder,
        )
        await recorder.idle()


def shown(board: Board) -> dict[str, bool]:
    """Return what is said of the camera's switches."""
    states = [board.states["switch", "porch", name] for name in ("detect", "reason")]
    return {state.switch: state.on for state in states if isinstance(state, SwitchState)}


async def test_a_switch_is_turned_said_back_and_kept_over_a_restart(tmp_path: Path) -> None:
    """Off stays off in the next run; the other switch, and another camera's, are as they were."""
    path = tmp_path / "journal.sqlite"
    async with running(path) as (switchboard, board, _):
        assert shown(board) == {"detect": True, "reason": True}
        switchboard.heed(Switch(camera="porch", switch="detect", on=False))
        switchboard.heed(Switch(camera="shed", switch="reason", on=False))
        assert shown(board) == {"detect": False, "reason": True}
        assert not switchboard.cameras["porch"].detect.is_set()
    async with running(path) as (switchboard, board, _):
        assert shown(board) == {"detect": False, "reason": True}
        switchboard.heed(Switch(camera="porch", switch="detect", on=True))
        assert switchboard.cameras["porch"].detect.is_set()
    async with running(path) as (_, board, _):
        assert shown(board) == {"detect": True, "reason": True}


async def test_the_last_word_on_a_known_event_counts(tmp_path: Path) -> None:
    """One that the journal does not have is not kept."""
    path = tmp_path / "journal.sqlite"
    async with running(path) as (switchboard, _, recorder):
        await recorder.commit(revision(1))
        switchboard.heed(Feedback(event="e1", verdict="true_alarm"))
        switchboard.heed(Feedback(event="e1", verdict="false_alarm"))
        switchboard.heed(Feedback(event="e9", verdict="true_alarm"))
        assert switchboard.feedback == 3
    journal = Journal(path)
    journal.open()
    assert journal.feedback() == {"e1": "false_alarm"}
    journal.close()
