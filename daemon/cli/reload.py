"""`lookout reload`: let the running daemon read its configuration anew, and say what came of it."""

import os
import signal
import time
from pathlib import Path
from typing import Annotated

import typer

from daemon import reloaded
from daemon.cli import setting
from daemon.config import default_state
from daemon.errors import ConfigRejected
from daemon.exits import Exit
from daemon.last_good import state_of
from daemon.reloaded import Reloaded
from sinks.journal import holder

LOOK = 0.05
"""Seconds between two looks for the answer."""

GREETING = 30.0
"""Seconds to wait for a daemon that has just been started."""

CODES = {"applied": Exit.CLEAN, "partly": Exit.PARTLY, "refused": Exit.CONFIG}


def reload(
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", help="Configuration file; says which daemon is meant."),
    ] = None,
    state_dir: Annotated[
        Path | None, typer.Option(help="Its state folder, where the file does not say.")
    ] = None,
    wait: Annotated[
        float, typer.Option(min=0.1, help="Seconds to wait for what becomes of it.")
    ] = 120.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Let the running daemon read its configuration anew; cameras that did not change go on.

    The daemon reads the file it was started with. Ends with 0 if all of it is at work, 5 if some
    keys wait for a restart, 78 if it was refused and the old one goes on, 69 if no daemon answers.

    Examples: `lookout check --offline && lookout reload` · `lookout reload --config
    /etc/lookout/lookout.yaml`
    """
    folder, wrong = _state(config, state_dir)
    pid = _daemon(folder, wrong)
    # To others the signal means the end.
    _answer(folder, pid, 0.0, min(wait, GREETING), "it was started without a file to reload")
    asked = time.monotonic()
    try:
        os.kill(pid, signal.SIGHUP)
    except PermissionError:
        raise _unreachable(f"process {pid} is not ours to ask; run as its owner") from None
    except ProcessLookupError:
        raise _unreachable(f"process {pid} has just ended") from None
    found = _answer(folder, pid, asked, wait, "no answer; its log says more")
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        for problem in found.problems:
            typer.echo(f"lookout: {problem}", err=True)
        refused = found.state == "refused"
        told = "refused; what was at work goes on" if refused else found.summary()
        typer.echo(told, err=refused)
    raise typer.Exit(CODES[found.state])


def _state(config: Path | None, state_dir: Path | None) -> tuple[Path, ConfigRejected | None]:
    """Return where the daemon keeps its state, though the file may be wrong by now; and if it is.

    Raises:
        ConfigRejected: It is, and nothing else says where.
    """
    try:
        return setting.state(config, state_dir), None
    except ConfigRejected as exc:
        place, wrong = setting.find(config), exc
    try:
        return state_of(place), wrong
    except ConfigRejected:
        if "STATE_DIRECTORY" in os.environ:
            # Called by the service manager: its daemon shall say so too.
            return default_state(), wrong
        raise


def _daemon(folder: Path, wrong: ConfigRejected | None) -> int:
    """Find the daemon by who holds its journal.

    Args:
        folder: Its state folder, as far as that is known.
        wrong: Why the file that would say so is refused, if it is.

    Raises:
        ConfigRejected: There is none there, and it is as likely to be elsewhere.
        typer.Exit: There is none, or it cannot be told which.
    """
    path = folder / "journal.sqlite"
    try:
        pid = holder(path)
    except ProcessLookupError:
        raise _unreachable(
            f"journal {path}: its daemon cannot be seen from here; if it runs in a container, run "
            "this in there"
        ) from None
    except OSError as exc:
        raise _unreachable(f"journal {path}: {exc.strerror}; run as its owner") from None
    except ValueError:
        raise _unreachable(f"journal {path}: its daemon is an older Lookout; restart it") from None
    if pid is None and wrong is not None:
        raise wrong
    if pid is None:
        raise _unreachable(f"no daemon runs over {folder}; start one, or name its --state-dir")
    return pid


def _answer(folder: Path, pid: int, asked: float, wait: float, silent: str) -> Reloaded:
    """Wait until the daemon has said what became of a wish.

    Args:
        folder: Where it says so.
        pid: Of it.
        asked: Monotonic seconds; what it said of earlier wishes is no answer.
        wait: Seconds.
        silent: What it means if it says nothing.

    Raises:
        typer.Exit: It did not in time.
    """
    until = time.monotonic() + wait
    while True:
        found = reloaded.read(folder)
        if found is not None and found.pid == pid and found.asked >= asked:
            return found
        if time.monotonic() > until:
            raise _unreachable(f"process {pid}: {silent} ({wait:g} s)")
        if not Path(f"/proc/{pid}").exists():
            raise _unreachable(f"process {pid} ended; its log says why")
        time.sleep(LOOK)


def _unreachable(why: str) -> typer.Exit:
    typer.echo(f"lookout: {why}", err=True)
    return typer.Exit(Exit.UNREACHABLE)
