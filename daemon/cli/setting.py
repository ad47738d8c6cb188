"""What several commands share: finding the configuration, building one from a URL, logging."""

import logging
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, cast, get_args
from urllib.parse import unquote, urlsplit

import typer
from rich.text import Text

from daemon import secrets as credentials
from daemon.config import CASSETTE, DaemonConfig, default_state, load, parse
from daemon.errors import ConfigRejected
from daemon.exits import Exit
from daemon.logs import SecretFilter, set_up
from daemon.plan import Plan, plan
from daemon.secrets import Secret, Secrets
from sinks.journal import JournalFailed, JournalReader

PLACES = (Path("lookout.yaml"), Path("/etc/lookout/lookout.yaml"))

LogForm = Literal["auto", "text", "json", "journald"]


def find(path: Path | None) -> Path:
    """Return the configuration file: the one named, else the first of the usual places.

    Raises:
        ConfigRejected: There is none.
    """
    if path is not None:
        return path
    for place in PLACES:
        if place.exists():
            return place
    places = " and ".join(map(str, PLACES))
    raise ConfigRejected(
        f"no configuration: looked for {places}; name one with --config, or a camera with --source"
    )


def state(path: Path | None, state_dir: Path | None) -> Path:
    """Return the state folder: the one named, else that of the configuration, else the default.

    Raises:
        ConfigRejected: The configuration cannot be read.
    """
    if state_dir is not None:
        return state_dir
    if path is None and not any(place.exists() for place in PLACES):
        return default_state()
    return read(path)[0].state


def cassette(path: Path | None, folder: Path) -> Path:
    """Return where exchanges with models are kept: as configured, else in the state folder.

    Raises:
        ConfigRejected: The configuration cannot be read.
    """
    if path is None and not any(place.exists() for place in PLACES):
        return folder / CASSETTE
    kept = read(path)[0].cassette
    return folder / CASSETTE if kept is None or kept.path is None else kept.path


@contextmanager
def journal(folder: Path) -> Iterator[JournalReader]:
    """Read the journal of a state folder; what is wrong with it ends the command in one line.

    Raises:
        typer.Exit: It cannot be read.
    """
    path = folder / "journal.sqlite"
    try:
        with JournalReader(path) as reader:
            yield reader
    except JournalFailed as exc:
        typer.echo(f"lookout: {exc}", err=True)
        raise typer.Exit(Exit.UNREACHABLE) from None
    except OSError as exc:
        if exc.filename is None:
            raise
        typer.echo(f"lookout: journal {path}: {exc.strerror}; run as its owner", err=True)
        raise typer.Exit(Exit.UNREACHABLE) from None


def source_of(url: str, *, pace: str = "clip", loop: bool = False) -> dict[str, Any]:
    """Make a `source:` section out of what a person would type.

    Raises:
        ConfigRejected: It looks like nothing we know.
    """
    scheme = _scheme(url)
    named = _of_scheme(scheme, url)
    if named is not None:
        return named
    path = _path(url)
    if path.is_relative_to("/dev"):
        return {"type": "usb", "device": str(path)}
    if _exists(path) and path.is_dir():
        return {"type": "folder", "path": str(path), "begin": "all", "watch": pace == "clip"}
    if _exists(path):
        return {"type": "file", "path": str(path), "pace": pace, "loop": loop}
    if scheme in {"", "file"}:
        raise ConfigRejected(f"source {str(path)!r}: no such file; check the path")
    raise ConfigRejected(
        f"source: {scheme}:// is not known here; use rtsp://, rtsps://, onvif://HOST, "
        "http://, https://, a file, a folder, /dev/video0 or synthetic:"
    )


def _of_scheme(scheme: str, url: str) -> dict[str, Any] | None:
    """Make the section of an address whose scheme says it all; None if it does not."""
    if scheme == "synthetic":
        return {"type": "synthetic"}
    if scheme in {"rtsp", "rtsps"}:
        return {"type": "rtsp", "url": url}
    if scheme == "onvif":
        return {"type": "onvif", **_place(url)}
    if scheme in {"http", "https"}:
        playlist = re.split(r"[?#]", url, maxsplit=1)[0].lower().endswith(".m3u8")
        return {"type": "hls" if playlist else "http", "url": url}
    return None


def name_of(url: str) -> str:
    """Make a camera name out of a source."""
    try:
        parts = urlsplit(url)
        address = (Path(parts.path).stem, parts.hostname) if parts.scheme else ()
    except ValueError:
        address = ()
    # Of an address that makes no sense nothing is repeated: a password may be in it.
    names = (*address, "" if _scheme(url) else Path(url).stem, "camera")
    fitting = (re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")[:32] for name in names if name)
    return next(filter(None, fitting))


def _scheme(url: str) -> str:
    scheme, colon, _ = url.partition(":")
    return scheme.lower() if colon and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme) else ""


def _place(url: str) -> dict[str, Any]:
    """Return the host, and the port if one is named, of an address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigRejected("source: its port is none; write onvif://HOST[:PORT]") from None
    return {"host": parts.hostname or "", **({"port": port} if port else {})}


def _path(url: str) -> Path:
    """Return the file that is meant: a path as it stands, or the one in a `file:` address."""
    if _scheme(url) != "file":
        return Path(url)
    return Path(unquote(url.partition(":")[2].removeprefix("//").removeprefix("localhost")))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # longer than a name may be, or with a zero byte
        return False


def quick_config(url: str, *, sinks: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Make a whole configuration for one source."""
    return {"cameras": {name_of(url): {"source": source_of(url)}}, "sinks": dict(sinks), **more}


def detector_of(model: Path | None) -> dict[str, Any] | None:
    """Make a `detector:` section for a model file, by its kind."""
    if model is None:
        return None
    if model.suffix == ".pt":
        return {"type": "ultralytics", "model": str(model)}
    return {"type": "openvino", "model": str(model)}


def typed_secret(user: str | None, password_file: Path | None) -> Secret | None:
    """Return the credential given on the command line; asks for the password on a terminal.

    Raises:
        ConfigRejected: The password cannot be had.
    """
    if user is None:
        if password_file is not None:
            raise ConfigRejected("--password-file: needs --user")
        return None
    if password_file is not None:
        try:
            text = password_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise ConfigRejected(f"--password-file {password_file}: cannot be read") from None
        return Secret(user, text.rstrip("\r\n"))
    if not sys.stdin.isatty():
        raise ConfigRejected("--user: needs --password-file where nobody can type a password")
    return Secret(user, typer.prompt("Password", hide_input=True, err=True))


def make_plan(
    data: DaemonConfig | Mapping[str, Any],
    origin: str,
    *,
    secrets_file: Path | None = None,
    typed: Secret | None = None,
    filtered: SecretFilter,
) -> Plan:
    """Check a configuration in both phases, with its secrets known to the log filter first."""
    config = data if isinstance(data, DaemonConfig) else parse(dict(data), origin)
    found = credentials.load(secrets_file or config.secrets)
    if typed is not None:
        found = Secrets({**found.by_name, TYPED: typed}, found.origin)
    filtered.learn(found.values())
    return plan(config, origin, found)


def printable(words: str) -> Text:
    """Keep what a model wrote, or a sign in the picture said, from speaking to the terminal."""
    return Text("".join(sign if sign.isprintable() else " " for sign in words))


TYPED = "command_line"
"""Name of the credential given by --user."""


def read(path: Path | None) -> tuple[DaemonConfig, str]:
    """Find and read the configuration file; return it and where it is."""
    place = find(path)
    return load(place), str(place)


def log_form(given: str) -> LogForm:
    """Check what was given for --log-format."""
    for form in get_args(LogForm):
        if form == given:
            return cast("LogForm", form)
    raise typer.BadParameter(f"--log-format: {given!r} is not {', '.join(get_args(LogForm))}")


def start_logging(form: LogForm, level: str) -> SecretFilter:
    """Set logging up; under systemd in journald's form."""
    filtered = SecretFilter()
    if form == "auto":
        form = "journald" if os.environ.get("JOURNAL_STREAM") else "text"
    if level.lower() not in {"debug", "info", "warning", "error"}:
        raise typer.BadParameter(f"--log-level: {level!r} is not debug, info, warning or error")
    set_up(form, level, filtered)
    logging.captureWarnings(capture=True)
    return filtered
