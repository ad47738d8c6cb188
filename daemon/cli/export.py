"""`lookout models export`: turn a `.pt` into ONNX, OpenVINO or TensorRT, in a process of its own.

The process unpickles, exports and reads back; this one never imports torch. It owns the folder in
which all of that happens, beside the target, and puts what is done in its place in one step: there
is never half a model, and what was there before stays until the new one is proven.
"""

import asyncio
import contextlib
import hashlib
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from daemon.cli import setting
from daemon.exits import Exit
from daemon.process import Process, ProcessGone
from detectors import DetectorError, DetectorRejected, DetectorUnavailable
from detectors.export.message import Export, Exported, Format, Step, from_export
from detectors.message import Failed
from sources import ChannelBroken

PATIENCE = 3600.0
"""Seconds an export may take in all; TensorRT tries kernels for half an hour on small devices."""

_LEAST, _MOST, _STRIDE = 32, 1536, 32
"""Pixels of a side."""

_SUFFIX = {"onnx": ".onnx", "openvino": "_openvino", "tensorrt": ".engine"}
_SHEET = "export.json"
"""What is written beside an exported model; for a single file, under the file's own name."""


def export(
    file: Annotated[Path, typer.Argument(help="A .pt of an Ultralytics detection model.")],
    to: Annotated[Format, typer.Option(help="onnx, openvino or tensorrt.")] = "onnx",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the result. Default: that of the .pt.")
    ] = None,
    size: Annotated[str, typer.Option(help="Width x height of the input, of 32 each.")] = "640x640",
    half: Annotated[bool, typer.Option("--half", help="Write 16-bit floats.")] = False,
    batch: Annotated[int, typer.Option(min=1, max=32, help="Most pictures in one call.")] = 1,
    allow_pickle: Annotated[
        bool, typer.Option("--allow-pickle", help="Open the .pt, which runs the code inside.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "error",
) -> None:
    """Export a model, read the result back, and say how far it agrees with its source.

    Beside the result lies what it is: names, input, licence, hashes, versions, agreement. Ends with
    69 if it cannot be done.

    Example: `lookout models export yolo11n.pt --to openvino --size 640x384 --allow-pickle`
    """
    setting.start_logging("text", log_level)
    folder = out or file.parent
    target = folder / f"{file.stem}{_SUFFIX[to]}"
    console = Console(stderr=True, highlight=False)
    wish = {
        "model": file.absolute(),
        "format": to,
        "size": _sides(size),
        "half": half,
        "batch": batch,
        "allow_pickle": allow_pickle,
    }
    try:
        told = _exported(console, wish, target, force=force)
    except DetectorError as failed:
        typer.echo(f"lookout: {failed}", err=True)
        raise typer.Exit(Exit.UNREACHABLE) from None
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    console.print(f"{target}: {told['bytes']} bytes, sha256 {told['sha256']}")
    console.print(_said(told["agreement"]))
    typer.echo(told["configuration"])


def _exported(
    console: Console, wish: dict[str, Any], target: Path, *, force: bool
) -> dict[str, Any]:
    if target.exists() and not force:
        raise DetectorRejected(f"{target}: is there; name another place with --out, or --force")
    try:
        with tempfile.TemporaryDirectory(prefix=".export-", dir=target.parent.absolute()) as folder:
            order = Export.model_validate({**wish, "folder": folder})
            with console.status("starting") as status:
                done = asyncio.run(_run(order, _progress(console, status.update)))
            told = _sheet(order, done, target)
            _place(order.folder, done, told, target)
    except OSError as error:
        raise DetectorRejected(
            f"{error.filename or target}: {(error.strerror or str(error)).lower()}; make room, or "
            "name another place with --out"
        ) from error
    return told


async def _run(order: Export, told: Callable[[str], None]) -> Exported:
    """Have it done by a process of its own.

    Raises:
        DetectorRejected: It cannot be done.
        DetectorUnavailable: The process died, or took too long.
    """
    try:
        async with (
            asyncio.timeout(PATIENCE),
            Process("detectors.export", order.model.name, grace=0.5) as process,
        ):
            await process.send(order)
            while True:
                received = await process.receive()
                message = from_export.validate_json(received.text)
                match message:
                    case Step():
                        told(message.doing)
                    case Exported():
                        return message
                    case Failed(remedy="rejected"):
                        raise DetectorRejected(message.reason)
                    case Failed():
                        raise DetectorUnavailable(f"{order.model}: {message.reason}")
    except TimeoutError:
        raise DetectorUnavailable(f"{order.model}: not exported within an hour") from None
    except (ProcessGone, ChannelBroken, ValidationError) as error:
        raise DetectorUnavailable(
            f"{order.model}: the exporting process failed ({error}); see --log-level info"
        ) from error


def _progress(console: Console, update: Callable[[str], None]) -> Callable[[str], None]:
    """Show steps in place on a terminal, else line by line."""
    return update if console.is_terminal else console.print


def _sheet(order: Export, done: Exported, target: Path) -> dict[str, Any]:
    """Write down what the result is."""
    paths = [order.folder / Path(name).name for name in done.files]
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    model = target / paths[0].name if order.format == "openvino" else target
    options = {"type": _reader(order.format), "model": str(model)}
    options["sha256"] = hashes[paths[0].name]
    inside = ", ".join(f"{key}: {value}" for key, value in options.items())
    return {
        "path": str(model),
        "format": order.format,
        "sha256": hashes[paths[0].name],
        "files": hashes,
        "bytes": sum(path.stat().st_size for path in paths),
        "input": list(order.size),
        "batch": order.batch,
        "half": order.half,
        "family": done.family,
        "names": list(done.names),
        "licence": done.licence,
        "source": {"file": order.model.name, "sha256": done.source_sha256},
        "made_with": done.made_with,
        "agreement": None if done.agreement is None else done.agreement.model_dump(),
        "configuration": f"detector: {{{inside}}}",
    }


def _place(folder: Path, done: Exported, told: dict[str, Any], target: Path) -> None:
    """Put the result where it belongs: whole, or not at all."""
    sheet = folder / _SHEET
    sheet.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if told["format"] != "openvino":
        (folder / done.files[0]).replace(target)
        sheet.replace(target.with_name(f"{target.name}.json"))
        return
    whole = folder / "whole"
    whole.mkdir()
    for name in (*done.files, _SHEET):
        (folder / Path(name).name).rename(whole / Path(name).name)
    # A folder cannot take the place of another that holds something: the old one steps aside.
    with contextlib.suppress(FileNotFoundError):
        _require_ours(target, done)
        target.rename(folder / "before")
    whole.rename(target)


def _require_ours(target: Path, done: Exported) -> None:
    """Refuse to replace a folder that holds more than an export.

    Raises:
        DetectorRejected: It does.
    """
    ours = {*done.files, _SHEET}
    strange = sorted(path.name for path in target.iterdir() if path.name not in ours)
    if strange:
        raise DetectorRejected(
            f"{target}: holds {strange[0]}, which no export wrote; name another place with --out"
        )


def _reader(to: Format) -> str:
    return "ultralytics" if to == "tensorrt" else "openvino"


def _sides(said: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{2,4})(?:x(\d{2,4}))?", said)
    sides = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not all(_LEAST <= side <= _MOST and side % _STRIDE == 0 for side in sides):
        raise typer.BadParameter(
            "--size: must be as 640 or 640x384, width x height, multiples of 32 from 32 to 1536"
        )
    return sides


def _said(agreement: dict[str, Any] | None) -> str:
    if agreement is None:
        return "not compared: only the device it was built for can run it; `lookout models verify`"
    boxes = f"{agreement['twins']} of {agreement['boxes']} boxes are the same, "
    return (
        f"read back and compared on generated pictures: {boxes if agreement['boxes'] else ''}"
        f"scores differ by {agreement['score']:.1e}, coordinates by {agreement['pixels']:.1e} px"
    )
