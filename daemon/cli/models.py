"""`lookout models`: which model files are there, and whether one of them can be used."""

import asyncio
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from daemon.backends import resolve
from daemon.cli import export, pull, setting
from daemon.cli.trial import load_detector
from daemon.config import Use, default_state
from daemon.errors import ConfigRejected
from daemon.exits import Exit
from daemon.plan import model_folders
from daemon.timing import Timing
from detectors import DetectorError, DetectorRejected
from detectors.message import Loaded
from detectors.model import open_model

SUFFIXES = frozenset({".onnx", ".xml", ".pt"})
DEEPEST = 3
"""Folders below the model folder that are looked into."""

MOST = 500
"""Model files listed."""

_MEGABYTE = 1_000_000
_SHOWN = 5
_DIGITS = 12
"""Of a hash in the table; JSON has all."""

app = typer.Typer(
    help="Detector models: list those at hand and those known, fetch, verify or export one.",
    no_args_is_help=True,
)
app.command("known")(pull.list_known)
app.command("pull")(pull.pull)
app.command("export")(export.export)


@dataclass(frozen=True, slots=True)
class Model:
    """What can be told of a model file without running it."""

    path: str
    kind: str
    """`onnx`, `ir` (OpenVINO) or `pt` (PyTorch, a pickle)."""

    bytes: int
    """Weights beside it included."""

    sha256: str
    input: tuple[int, int] | None
    """Width and height, if its metadata says so."""

    task: str | None
    labels: tuple[str, ...]
    """Class names, if its metadata has them."""

    licence: str | None = None
    """What its metadata says of it."""

    problem: str | None = None
    """Why it cannot be used."""


@app.command("list")
def list_(
    folder: Annotated[
        Path | None, typer.Argument(help="Default: `models` in the state folder, and ./models.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
) -> None:
    """List model files with kind, size, hash and what their metadata says; none is run.

    Example: `lookout models list ~/models`
    """
    if folder is not None and not folder.is_dir():
        raise ConfigRejected(f"{folder}: no such folder; check the path")
    folders = [folder] if folder else [place for place in places() if place.is_dir()]
    console = Console(stderr=True)
    with console.status("reading"):
        found = [_look(path) for path in find(folders)]
    if as_json:
        typer.echo(json.dumps([asdict(model) for model in found], ensure_ascii=False, indent=2))
    elif found:
        _print(found)
    else:
        looked = ", ".join(map(str, [folder] if folder else places()))
        console.print(f"no .onnx, .xml or .pt in {looked}; put a model there or name a folder")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="An .onnx, .xml or .pt file, or a folder with one.")],
    sha256: Annotated[
        str | None, typer.Option(help="What its hash must be, 64 hexadecimal digits.")
    ] = None,
    allow_pickle: Annotated[
        bool, typer.Option("--allow-pickle", help="Open a .pt, which runs the code inside.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "error",
) -> None:
    """Check a model's hash and form, then load it once in a worker, as the daemon would.

    Ends with 69 if it is refused.

    Example: `lookout models verify yolox_nano.onnx --sha256 2f6c…`
    """
    setting.start_logging("text", log_level)
    if sha256 is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise typer.BadParameter("--sha256: must be 64 hexadecimal digits")
    console = Console(stderr=True)
    try:
        with console.status("reading"):
            model = describe(file, sha256, allow_pickle=allow_pickle)
        with console.status("loading it in a worker"):
            loaded = asyncio.run(_load(Path(model.path), model.sha256, allow_pickle=allow_pickle))
    except DetectorError as exc:
        typer.echo(f"lookout: {exc}", err=True)
        raise typer.Exit(Exit.UNREACHABLE) from None
    told = _told(model, loaded)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in told.items():
        shown = _short(value) if isinstance(value, (list, tuple)) else str(value)
        table.add_row(Text(name.replace("_", " "), style="dim"), Text(shown))
    Console(highlight=False).print(table)


def places() -> list[Path]:
    """Name the folders where models are looked for."""
    return model_folders(default_state())


def find(folders: Iterable[Path]) -> list[Path]:
    """List the model files below some folders, sorted, each once."""
    found: dict[Path, Path] = {}
    for folder in folders:
        for path in _walk(folder):
            found.setdefault(path.resolve(), path)
            if len(found) >= MOST:
                return sorted(found.values())
    return sorted(found.values())


def describe(path: Path, sha256: str | None = None, *, allow_pickle: bool = False) -> Model:
    """Read a model file and tell what its bytes say, without running anything of it.

    Raises:
        DetectorRejected: It is missing, not what it should be, or not allowed.
    """
    model = open_model(path, sha256=sha256, allow_pickle=allow_pickle)
    return Model(
        path=str(model.path),
        kind=model.kind,
        bytes=len(model.data) + len(model.weights),
        sha256=hashlib.sha256(model.data).hexdigest(),
        input=model.size,
        task=model.task,
        labels=model.names,
        licence=model.licence,
    )


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        if len(Path(place).relative_to(folder).parts) >= DEEPEST:
            folders.clear()
        folders.sort()
        yield from (Path(place, name) for name in files if Path(name).suffix.lower() in SUFFIXES)


def _look(path: Path) -> Model:
    try:
        # Nothing of a .pt is run here: its bytes are hashed, no more.
        return describe(path, allow_pickle=True)
    except DetectorRejected as exc:
        problem = str(exc).removeprefix(f"{path}: ")
        size = path.stat().st_size if path.is_file() else 0
        kind = path.suffix.lower()[1:]
        return Model(str(path), kind, size, "", None, None, (), problem=problem)


async def _load(path: Path, sha256: str, *, allow_pickle: bool) -> Loaded:
    section = setting.detector_of(path) or {}
    section["sha256"] = sha256
    if path.suffix.lower() == ".pt":
        section["allow_pickle"] = allow_pickle
    backend = resolve("detectors", "model", Use.model_validate(section), str(path))
    return await load_detector("model", backend, Timing())


def _told(model: Model, loaded: Loaded) -> dict[str, Any]:
    return {
        "path": model.path,
        "kind": model.kind,
        "bytes": model.bytes,
        "sha256": model.sha256,
        "input": f"{loaded.width}x{loaded.height}",
        "labels": list(loaded.labels),
        "licence": model.licence,
        "description": loaded.description,
        "loaded_in_s": round(loaded.seconds, 3),
    }


def _short(labels: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else ""
    return ", ".join(labels[:_SHOWN]) + more


def _print(found: list[Model]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("file", "kind", "size", "sha256", "what its metadata says"):
        justify: Literal["left", "right"] = "right" if heading == "size" else "left"
        narrow = heading in {"kind", "size", "sha256"}
        table.add_column(heading, overflow="fold", justify=justify, no_wrap=narrow)
    for model in found:
        said = [f"{model.input[0]}x{model.input[1]}"] if model.input else []
        said += [model.task] if model.task else []
        said += [f"{len(model.labels)} classes: {_short(model.labels)}"] if model.labels else []
        said += [model.licence] if model.licence else []
        words = Text(model.problem, style="red") if model.problem else Text("; ".join(said))
        size = f"{model.bytes / _MEGABYTE:.1f} MB"
        table.add_row(Text(model.path), model.kind, size, model.sha256[:_DIGITS], words)
    Console(highlight=False).print(table)
