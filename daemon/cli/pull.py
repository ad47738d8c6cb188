"""`lookout models pull`: fetch a model that is known by name, or from an address, and pin it.

`models.lock` in the folder holds the hash of every file that was fetched; a second fetch of the
same name must give the same bytes.
"""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table
from rich.text import Text

from daemon.config import default_state
from daemon.errors import ConfigRejected
from daemon.exits import Exit
from daemon.fetch import Fetched, FetchFailed, fetch
from daemon.plan import model_folders
from detectors.model import LARGEST
from detectors.registry import KNOWN, KnownModel, known

LOCK = "models.lock"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def pull(
    name: Annotated[str, typer.Argument(help="A name of `lookout models known`, or a file name.")],
    url: Annotated[str | None, typer.Option("--from", help="Fetch it from this address.")] = None,
    sha256: Annotated[str | None, typer.Option(help="What its hash must be.")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Default: `models` in the state folder.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Fetch a model, resuming what was cut, and pin its hash. Nothing else ever fetches one.

    Ends with 69 if it cannot be had or is not what it should be.

    Example: `lookout models pull yolox_nano`
    """
    if sha256 is not None and not _SHA256.fullmatch(sha256.lower()):
        raise typer.BadParameter("--sha256: must be 64 hexadecimal digits")
    model = known(name)
    target = (folder or model_folders(default_state())[0]) / _file(name, model)
    address = url or (model.url if model else None)
    if address is None:
        raise ConfigRejected(_no_address(name, model))
    pins = _pins(target.parent)
    pinned = pins.get(target.name, {}).get("sha256")
    wanted = sha256 or (model.sha256 if model else None) or pinned
    console = Console(stderr=True, highlight=False)
    try:
        _require_free(target, wanted)
        fetched = _fetch(console, address, target, wanted)
    except FetchFailed as failed:
        typer.echo(f"lookout: {failed}", err=True)
        raise typer.Exit(Exit.UNREACHABLE) from None
    pins[target.name] = {"sha256": fetched.sha256, "bytes": fetched.bytes, "url": address}
    _write_pins(target.parent, pins)
    told = _told(target, address, fetched, model, by_whom(sha256, model, pinned))
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    console.print(Text(f"{target}: {fetched.bytes} bytes, sha256 {fetched.sha256}"))
    console.print(Text(f"hash: {told['hash_from']}"))
    if model and model.note:
        console.print(Text(f"{model.licence}; {model.note}"))
    typer.echo(told["configuration"])


def list_known(
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List the models that `pull` knows by name: licence, input, classes, where they come from.

    Example: `lookout models known`
    """
    if as_json:
        typer.echo(json.dumps([asdict(model) for model in KNOWN], indent=2))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("name", "licence", "input", "classes", "family", "from"):
        table.add_column(heading, overflow="fold", no_wrap=heading != "from")
    for model in KNOWN:
        size = f"{model.input[0]}x{model.input[1]}"
        where = model.url or f"no address: {model.note}"
        row = (model.name, model.licence, size, model.classes, model.family, where)
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)


def by_whom(given: str | None, model: KnownModel | None, pinned: str | None) -> str:
    """Say who vouches for the hash."""
    if given:
        return "as given with --sha256"
    if model and model.sha256:
        return "as its authors publish it"
    if pinned:
        return f"as {LOCK} has pinned it"
    return f"pinned now, on first use: nobody vouches for this file but its address; see {LOCK}"


def _file(name: str, model: KnownModel | None) -> str:
    if model is not None:
        return model.file
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\.(onnx|pt)", name):
        near = ", ".join(known.name for known in KNOWN)
        raise ConfigRejected(
            f"{name}: no model is known by that name, and it is no name of an .onnx or .pt file "
            f"to go with --from; known: {near}"
        )
    return name


def _no_address(name: str, model: KnownModel | None) -> str:
    if model is None:
        return f"{name}: is not known by name; say with --from where to fetch it"
    return (
        f"{name}: {model.note}; no address of such a file is confirmed, so give one with --from "
        "(and its hash with --sha256), or put your export into the folder of models"
    )


def _require_free(target: Path, wanted: str | None) -> None:
    """Refuse to write over a file that nobody has pinned."""
    if target.exists() and wanted is None:
        raise FetchFailed(f"{target}: is there and not pinned; remove it, or give --sha256")


def _fetch(console: Console, url: str, target: Path, sha256: str | None) -> Fetched:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    bars = Progress(
        *(*columns, TransferSpeedColumn()),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bars as progress:
        task = progress.add_task(target.name, total=None)

        def told(done: int, whole: int | None) -> None:
            progress.update(task, completed=done, total=whole)

        return fetch(url, target, sha256=sha256, largest=LARGEST, told=told)


def _told(
    target: Path, url: str, fetched: Fetched, model: KnownModel | None, vouched: str
) -> dict[str, Any]:
    backend = "ultralytics" if target.suffix == ".pt" else "openvino"
    options = {"type": backend, "model": str(target), "sha256": fetched.sha256}
    if model and target.suffix != ".pt":
        options["classes"] = model.classes
    if target.suffix == ".pt":
        options["allow_pickle"] = "true"
    inside = ", ".join(f"{key}: {value}" for key, value in options.items())
    return {
        "path": str(target),
        "url": url,
        **asdict(fetched),
        "hash_from": vouched,
        "licence": model.licence if model else None,
        "configuration": f"detector: {{{inside}}}",
    }


def _pins(folder: Path) -> dict[str, dict[str, Any]]:
    file = folder / LOCK
    try:
        pins = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigRejected(f"{file}: cannot be read ({error}); mend or remove it") from error
    if not isinstance(pins, dict) or not all(isinstance(pin, dict) for pin in pins.values()):
        raise ConfigRejected(f"{file}: holds no pins; mend or remove it")
    return pins


def _write_pins(folder: Path, pins: dict[str, dict[str, Any]]) -> None:
    file = folder / LOCK
    new = file.with_name(f"{LOCK}.new")
    new.write_text(json.dumps(pins, indent=2, sort_keys=True) + "\n")
    new.replace(file)
