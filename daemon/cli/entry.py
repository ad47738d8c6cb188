"""The front door: commands, and what a person sees when something is wrong."""

import logging
import sys
from typing import Annotated, NoReturn

import typer

from daemon.cli import (
    check,
    dead_letters,
    demo,
    describe,
    discover,
    doctor,
    events,
    forecast,
    fsck,
    ledger,
    models,
    probe,
    reload,
    replay,
    run,
    schema,
    why,
)
from daemon.errors import ConfigRejected
from daemon.exits import Exit
from daemon.logs import SecretFilter, set_up
from daemon.supervisor import flatten
from daemon.version import VERSION
from sinks.journal import JournalFailed

app = typer.Typer(
    name="lookout",
    help="Watches live video and says, in time, what happened, why it matters and what comes next.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
)
app.command()(run.run)
app.command()(reload.reload)
app.command()(demo.demo)
app.command()(replay.replay)
app.command()(check.check)
app.command()(describe.describe)
app.command()(probe.probe)
app.command()(discover.discover)
app.command()(events.events)
app.command()(forecast.forecast)
app.command()(fsck.fsck)
app.command()(ledger.ledger)
app.command()(dead_letters.dead_letters)
app.add_typer(models.app, name="models")
app.command()(doctor.doctor)
app.command()(schema.schema)
app.command()(why.why)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"lookout {VERSION}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Watches live video and says what happened, why it matters and what comes next."""


def main() -> NoReturn:
    """Run the command line; ends the process with one of `daemon.exits.Exit`."""
    sys.exit(_guarded())


def _guarded() -> int:
    secrets = SecretFilter()
    set_up("text", "info", secrets)
    try:
        app(standalone_mode=True)
    except SystemExit as exc:
        return exc.code if isinstance(exc.code, int) else Exit.BUG
    except ConfigRejected as exc:
        for line in exc.problems:
            typer.echo(f"lookout: {line}", err=True)
        return Exit.CONFIG
    except KeyboardInterrupt:
        return Exit.CLEAN
    except BaseException as exc:  # noqa: BLE001 (the last place: log it, end with the code for bugs)
        return _bug(exc)
    return Exit.CLEAN


def _bug(exc: BaseException) -> int:
    leaves = list(flatten(exc))
    rejected = [leaf for leaf in leaves if isinstance(leaf, ConfigRejected)]
    if len(rejected) == len(leaves):
        for leaf in rejected:
            for line in leaf.problems:
                typer.echo(f"lookout: {line}", err=True)
        return Exit.CONFIG
    failed = [leaf for leaf in leaves if isinstance(leaf, JournalFailed)]
    if failed:
        typer.echo(f"lookout: {failed[0]}", err=True)
        return Exit.BUG
    logging.getLogger("lookout").critical("a bug ended the daemon", exc_info=exc)
    return Exit.BUG
