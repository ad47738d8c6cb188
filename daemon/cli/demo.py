"""`lookout demo`: the whole daemon on a built-in scene, seen through the eyes of a subscriber."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

import aiomqtt
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from daemon import clock
from daemon.app import App
from daemon.broker import embedded_broker
from daemon.cli import setting
from daemon.cli.running import stop_on_signal
from daemon.exits import Exit
from daemon.logs import SecretFilter
from daemon.secrets import Secret

_COLOURS = {"new": "bold green", "update": "cyan", "end": "yellow"}


def demo(
    source: Annotated[
        str, typer.Option(help="A camera (rtsp://…) or a file, played over and over, instead.")
    ] = "synthetic:",
    model: Annotated[
        Path | None, typer.Option(help="Model file (.onnx, .xml or .pt); default: none needed.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="User of the camera.")] = None,
    password_file: Annotated[
        Path | None, typer.Option(help="File holding the password; else it is asked for.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=1, help="Stop after this long; default: until Ctrl-C.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print payloads as they come.")] = False,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "warning",
) -> None:
    """Run everything at once: scene, detector, reasoning, a broker, and a subscriber that prints.

    Examples: `lookout demo` · `lookout demo --source rtsp://10.0.0.7/stream1 --user viewer`
    """
    filtered = setting.start_logging("text", log_level)
    typed = setting.typed_secret(user, password_file)
    console = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="lookout-demo-") as folder:
        shown = _Demo(console, source, model, Path(folder), as_json=as_json)
        raise typer.Exit(asyncio.run(shown.run(filtered, typed, seconds)))


class _Demo:
    def __init__(
        self, console: Console, source: str, model: Path | None, folder: Path, *, as_json: bool
    ) -> None:
        self._console = console
        self._source = source
        self._model = model
        self._folder = folder
        self._as_json = as_json

    async def run(
        self, filtered: SecretFilter, typed: Secret | None, seconds: float | None
    ) -> Exit:
        """Run broker, subscriber and daemon; end them in the opposite order."""
        async with embedded_broker() as port:
            plan = setting.make_plan(
                self._config(port, named=typed is not None),
                "demo",
                typed=typed,
                filtered=filtered,
            )
            self._introduce()
            app = App(plan)
            stop_on_signal(app)
            async with asyncio.TaskGroup() as group:
                reader = group.create_task(self._subscribe(port), name="subscriber")
                if seconds is not None:
                    group.create_task(_stop_after(app, seconds), name="timer")
                code = await app.run()
                reader.cancel()
        if not self._as_json:
            self._console.print(Text(_NEXT, style="dim"), soft_wrap=True)
        return code

    def _config(self, port: int, *, named: bool) -> dict[str, Any]:
        sinks = {"mqtt": {"type": "mqtt", "url": f"mqtt://127.0.0.1:{port}"}}
        detector = setting.detector_of(self._model) or {"type": "embedded"}
        more = {"node": "demo", "state_dir": str(self._folder), "detector": detector}
        config = setting.quick_config(self._source, sinks=sinks, more=more)
        if self._source.startswith("synthetic"):
            config["cameras"] = {"street": {"source": {"type": "synthetic"}}}
        for camera in config["cameras"].values():
            if camera["source"]["type"] == "file":
                camera["source"]["loop"] = True
            if named:
                camera["source"]["credential"] = setting.TYPED
        return config

    def _introduce(self) -> None:
        if self._as_json:
            return
        watched = "a built-in street scene" if self._source == "synthetic:" else self._source
        self._console.print(Text(f"Lookout watches {watched}. Ctrl-C ends it.", style="bold"))
        self._console.print(
            Text("What follows is what a subscriber to lookout/# receives.\n", style="dim")
        )

    async def _subscribe(self, port: int) -> None:
        async with aiomqtt.Client("127.0.0.1", port, identifier="demo-subscriber") as client:
            await client.subscribe("lookout/demo/#", qos=1)
            async for message in client.messages:
                if isinstance(message.payload, bytes):
                    self._print(str(message.topic), message.payload)

    def _print(self, topic: str, payload: bytes) -> None:
        if "/events/" in topic and self._as_json:
            self._console.out(payload.decode())
        elif "/events/" in topic:
            self._event(topic, json.loads(payload))
        elif topic.endswith("/state") and not self._as_json:
            state = payload.decode(errors="replace")
            self._console.print(Text(f"{topic}  {state}", style="dim"))

    def _event(self, topic: str, event: dict[str, Any]) -> None:
        kind = str(event["type"])
        at = Text(clock.text(event["updated_at"])[11:], style="dim")
        head = Text(f"{kind:<6}", style=_COLOURS.get(kind, ""))
        self._row(at, head, setting.printable(str(event["explanation"])))
        details = f"  {topic} · {event['id']} · revision {event['revision']}"
        self._console.print(Text(details, style="dim"), soft_wrap=True)

    def _row(self, *cells: Text) -> None:
        """Print cells side by side; on a terminal the last wraps at words, below itself."""
        if not self._console.is_terminal:
            self._console.print(Text("  ").join(cells), soft_wrap=True)
            return
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_row(*cells)
        self._console.print(grid)


async def _stop_after(app: App, seconds: float) -> None:
    await asyncio.sleep(seconds)
    app.stop()


_NEXT = """
Point it at a camera:  lookout demo --source rtsp://ADDRESS/PATH --user NAME
Run it for good:       lookout run --config lookout.yaml
                       (deploy/lookout.yaml is an example)"""
