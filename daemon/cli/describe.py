"""`lookout describe`: one still image, what is seen on it, and what a model says of it."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import TypeAdapter
from rich.console import Console
from rich.table import Table

from daemon.assembly import asking
from daemon.cli import setting
from daemon.cli.asked import Described, describe_picture, typed
from daemon.cli.picture import folder_section, temporary
from daemon.config import DaemonConfig, parse
from daemon.errors import ConfigRejected
from daemon.exits import Exit
from daemon.plan import Plan
from detectors import DetectorError
from reasoners import Verdict
from reasoners.vlm.prompt import BESIDE
from reasoners.words import duration
from sinks.journal import JournalFailed
from sources import SourceError

NOBODY = "no model was asked"

KEPT = (
    *("node", "detector", "detectors", "tracker", "reasoner", "reasoners"),
    *("state_dir", "secrets", "journal", "timing", "language"),
)
"""Sections of a configuration that count for a single picture."""

OWN = ("rotate", "crop", "zones", "lines", "privacy", "cloud", "language", "detector")
"""And what counts of a camera."""


def describe(
    picture: Annotated[Path, typer.Argument(help="PNG, JPEG, TIFF, or DICOM.")],
    ask: Annotated[str | None, typer.Option(help="A question about it, in any language.")] = None,
    answer: Annotated[
        str,
        typer.Option(help="Its form: text, yes_no, number, or choices such as open,closed."),
    ] = "text",
    span: Annotated[
        tuple[float, float] | None,
        typer.Option("--range", help="Least and greatest number."),
    ] = None,
    unit: Annotated[str, typer.Option(help="Unit of a number.")] = "",
    counts: Annotated[
        str, typer.Option(help="Label of what a number counts; it is checked by the detector.")
    ] = "",
    text: Annotated[
        str, typer.Option(help="What came with it: a reading, an order number. Data to the model.")
    ] = "",
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Take detector and models from this file.")
    ] = None,
    camera: Annotated[
        str | None,
        typer.Option(help="Of the file: take zones, masks and consent (`cloud`) of this camera."),
    ] = None,
    model: Annotated[Path | None, typer.Option(help="Model file (.onnx, .xml or .pt).")] = None,
    secrets: Annotated[
        Path | None, typer.Option(help="TOML file with credentials, for the model's key.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as one JSON object.")] = False,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "error",
) -> None:
    """Look at one picture with detector and scene, then ask the configured model about it once.

    Without a model it tells what detector and scene see. Ends with 69 if the picture or the
    detector cannot be used, or if a model that was to be asked gave no answer.

    Example: `lookout describe dock.jpg -c lookout.yaml --ask "Which pallet is open?" --text A-17`
    """
    filtered = setting.start_logging("text", log_level)
    if not picture.is_file():
        raise ConfigRejected(f"{picture}: no such file; check the path")
    if ask is not None and not 0 < len(ask.strip()) <= 1000:  # noqa: PLR2004 (as rules' questions)
        raise ConfigRejected("--ask: give a question of at most 1000 characters")
    question = typed(ask, answer, span, unit, counts)
    if len(text) > BESIDE:
        raise ConfigRejected(f"--text: is longer than {BESIDE} characters; shorten it")
    with temporary() as folder:
        try:
            section = folder_section(picture, Path(folder))
            data, name = _data(config, camera, model, section, str(picture))
            plan = setting.make_plan(
                data, str(config or picture), secrets_file=secrets, filtered=filtered
            )
            if ask is not None and asking(plan, name) is None:
                raise ConfigRejected(_unasked(plan, config, camera))
            done = asyncio.run(describe_picture(plan, name, question, text))
        except (SourceError, DetectorError, JournalFailed) as exc:
            where = f"{picture}: " if isinstance(exc, SourceError) else ""
            typer.echo(f"lookout: {where}{filtered.clean(str(exc))}", err=True)
            raise typer.Exit(Exit.UNREACHABLE) from None
    if as_json:
        typer.echo(json.dumps(_plain(picture, done), ensure_ascii=False, indent=2))
    else:
        _show(done)
    if done.verdict is not None and not done.answered:
        raise typer.Exit(Exit.UNREACHABLE)


def _unasked(plan: Plan, config: Path | None, camera: str | None) -> str:
    if not plan.reasoners:
        where = config or "--ask"
        return f"{where}: there is no `reasoner` to ask; configure one and name it with --config"
    away = next(one.host for one in plan.reasoners if one.cloud)
    if camera is not None:
        return f"cameras.{camera}.cloud: is not true, so no picture may go to {away}"
    return (
        f"--ask: the picture would go to {away}, outside this network; name a camera with"
        " `cloud: true` by --camera to allow it"
    )


def _data(
    path: Path | None, camera: str | None, model: Path | None, source: dict[str, Any], picture: str
) -> tuple[DaemonConfig, str]:
    """Return a configuration whose only camera shows the picture, and the camera's name."""
    plain: dict[str, Any] = {}
    own: dict[str, Any] = {"cloud": False}
    name = camera or setting.name_of(picture)
    if path is not None:
        data, origin = setting.read(path)
        if camera is not None and camera not in data.cameras:
            names = ", ".join(data.cameras)
            raise ConfigRejected(f"{origin}: no camera {camera!r}; it has {names}")
        plain = data.model_dump(mode="json", exclude_unset=True)
        if camera is not None:
            own = plain["cameras"][camera]
        elif "detectors" in plain:
            own["detector"] = list(plain["detectors"])
    elif camera is not None:
        raise ConfigRejected("--camera: needs --config")
    whole = {
        **{key: plain[key] for key in KEPT if key in plain},
        "cameras": {name: {key: own[key] for key in OWN if key in own} | {"source": source}},
        "sinks": {"describe": {"type": "console"}},
    }
    detector = setting.detector_of(model)
    if detector is not None:
        whole["detector"] = detector
        whole.pop("detectors", None)
        whole["cameras"][name].pop("detector", None)
    return parse(whole, str(path or picture)), name


def _plain(picture: Path, done: Described) -> dict[str, Any]:
    seen = done.seen
    return {
        "picture": str(picture),
        "width": seen.width,
        "height": seen.height,
        "objects": [one.model_dump(mode="json") for one in seen.objects],
        "relations": [one.model_dump(mode="json") for one in seen.relations],
        "relations_left_out": seen.left_out,
        "explanation": seen.explanation,
        "reasoning": None
        if done.verdict is None
        else TypeAdapter(Verdict).dump_python(done.verdict, mode="json"),
        "note": NOBODY if done.verdict is None else "",
    }


def _show(done: Described) -> None:
    console = Console(highlight=False, soft_wrap=True)
    seen, verdict = done.seen, done.verdict
    console.print(setting.printable(seen.explanation))
    _table(
        console,
        ("track", "label", "score", "box", "zones"),
        [
            (
                one.track,
                one.label,
                f"{one.score:.2f}",
                " ".join(f"{side:.3f}" for side in one.box),
                " ".join(one.zones),
            )
            for one in seen.objects
        ],
    )
    if verdict is None:
        console.print(f"\n{NOBODY}")
        return
    console.print()
    by = f" ({verdict.model})" if verdict.model else ""
    why = f": {verdict.reason}" if verdict.reason else ""
    console.print(setting.printable(f"{verdict.state}{by}{why}"))
    for answer in verdict.answers:
        sure = "" if answer.confidence is None else f" ({answer.confidence:.0%})"
        on = f" [{' '.join(answer.evidence)}]" if answer.evidence else ""
        unit = f" {answer.unit}" if answer.unit else ""
        console.print(setting.printable(f"answer: {answer.answer}{unit}{sure}{on}"))
    if verdict.description:
        console.print(setting.printable(verdict.description))
    if verdict.why:
        console.print(setting.printable(f"why: {verdict.why}"))
    _table(
        console,
        ("thing", "kind", "track", "attributes"),
        [
            (one.text, one.kind, one.track or "", " ".join(one.attributes))
            for one in verdict.entities
        ],
    )
    _table(
        console,
        ("claimed", "", ""),
        [
            (one.subject, one.predicate.replace("_", " "), one.object.replace(":", " "))
            for one in verdict.relations
        ],
    )
    _table(
        console,
        ("expected", "of", "where", "within", "probability"),
        [
            (
                one.what.replace("_", " "),
                one.subject,
                (one.object or "").replace(":", " "),
                duration(one.horizon_s),
                f"{one.probability:.0%}",
            )
            for one in verdict.predictions
        ],
    )
    _table(
        console,
        ("check", "claimed", "seen", ""),
        [
            (one.name, str(one.claimed), str(one.seen), "ok" if one.ok else "contradicts")
            for one in verdict.checks
        ],
    )


def _table(console: Console, heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    if not rows:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head)
    for row in rows:
        table.add_row(*map(setting.printable, row))
    console.print()
    console.print(table)
