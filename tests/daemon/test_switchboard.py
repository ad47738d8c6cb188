"""What people say is carried out, kept and said back; nothing else changes."""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from rig.revisions import revision

from daemon.board import Board
from daemon.clock import Clock
from daemon.recorder import Recorder
from daemon.switchboard import Switchboard
from sinks import Feedback, ProfileChoice, ProfileState, SceneAsked, Switch, SwitchState
from sinks.journal import Journal


@asynccontextmanager
async def running(
    path: Path, describe: Callable[[str], None] = lambda _: None
) -> AsyncIterator[tuple[Switchboard, Board, Recorder]]:
    """Run a switchboard for one camera over a journal."""
    async with Recorder(Journal(path), None) as recorder:
        board = Board()
        kept = await recorder.switches()
        yield (
            Switchboard(
                {"porch": {"parcel": (), "burglar": ("away", "night")}},
                kept,
                recorder=recorder,
                board=board,
                clock=Clock(),
                profiles=("home", "away", "night"),
                profile="home",
                describe=describe,
            ),
            board,
            recorder,
        )
        await recorder.idle()


def shown(board: Board) -> dict[str, bool]:
    """Return what is said of the camera's switches."""
    states = [board.states["switch", "porch", name] for name in ("detect", "reason")]
    return {state.switch: state.on for state in states if isinstance(state, SwitchState)}


async def test_a_scene_is_described_to_who_asks(tmp_path: Path) -> None:
    """Whichever camera is named; nothing is kept of it, and nothing else changes."""
    asked: list[str] = []
    async with running(tmp_path / "journal.sqlite", asked.append) as (switchboard, board, _):
        before = dict(board.states)
        switchboard.heed(SceneAsked(camera="porch"))
        assert board.states == before
    assert asked == ["porch"]


async def test_switches_of_rules_that_stay_are_left_alone(tmp_path: Path) -> None:
    """They are in use; other rules get new ones, as was said before, and profiles may go."""
    async with running(tmp_path / "journal.sqlite") as (switchboard, board, _):
        switchboard.heed(Switch(camera="porch", switch="rule/parcel", on=False))
        switchboard.heed(ProfileChoice(profile="night"))
        before = switchboard.cameras["porch"]
        assert before.off == {"parcel"}
        more: dict[str, dict[str, Collection[str]]] = {
            "porch": dict(before.rules),
            "yard": {"burglar": ("away",)},
        }
        switchboard.arrange(more, ("home", "away"), "away")
        assert switchboard.cameras["porch"] is before
        assert switchboard.profile == "away"
        assert before.off == {"parcel"}
        assert ("switch", "yard", "rule/burglar") in board.states
        less: dict[str, dict[str, tuple[str, ...]]] = {"porch": {"parcel": ()}}
        # Said a moment ago, and not in the journal yet.
        switchboard.heed(Switch(camera="porch", switch="reason", on=False))
        switchboard.arrange(less, ("home", "night"), "home")
        assert switchboard.cameras["porch"] is not before
        assert switchboard.cameras["porch"].off == {"parcel"}
        assert not switchboard.cameras["porch"].reason
        assert (list(switchboard.cameras), switchboard.profile) == (["porch"], "night")


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


def active(board: Board) -> str:
    """Return what is said of the profile."""
    state = board.states["profile",]
    assert isinstance(state, ProfileState)
    return state.profile


async def test_a_rule_is_switched_off_said_back_and_kept(tmp_path: Path) -> None:
    """One rule alone; a switch of a rule that is not there is not heeded, nor kept."""
    path = tmp_path / "journal.sqlite"
    async with running(path) as (switchboard, board, _):
        switchboard.heed(ProfileChoice(profile="away"))
        assert switchboard.cameras["porch"].off == frozenset()
        switchboard.heed(Switch(camera="porch", switch="rule/parcel", on=False))
        switchboard.heed(Switch(camera="porch", switch="rule/nonsense", on=False))
        state = board.states["switch", "porch", "rule/parcel"]
        assert isinstance(state, SwitchState)
        assert not state.on
        assert ("switch", "porch", "rule/nonsense") not in board.states
        assert switchboard.cameras["porch"].off == {"parcel"}
    async with running(path) as (switchboard, _, recorder):
        assert switchboard.cameras["porch"].off == {"parcel"}
        switchboard.heed(Switch(camera="porch", switch="rule/parcel", on=True))
        assert switchboard.cameras["porch"].off == frozenset()
        assert ("porch", "rule/nonsense") not in await recorder.switches()


async def test_the_active_profile_decides_which_rules_are_awake_and_is_kept(
    tmp_path: Path,
) -> None:
    """Of a rule that names profiles; the last word counts, in the next run as well."""
    path = tmp_path / "journal.sqlite"
    async with running(path) as (switchboard, board, _):
        assert (active(board), switchboard.cameras["porch"].off) == (
            "home",
            frozenset({"burglar"}),
        )
        switchboard.heed(ProfileChoice(profile="away"))
        switchboard.heed(ProfileChoice(profile="night"))
        switchboard.heed(ProfileChoice(profile="work"))
        assert (active(board), switchboard.cameras["porch"].off) == ("night", frozenset())
    async with running(path) as (switchboard, board, _):
        assert (active(board), switchboard.cameras["porch"].off) == ("night", frozenset())
        switchboard.heed(ProfileChoice(profile="home"))
    async with running(path) as (_, board, _):
        assert active(board) == "home"
