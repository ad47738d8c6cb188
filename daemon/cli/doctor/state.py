"""What Lookout keeps on this machine: its state folder and the journal in it."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from daemon import reloaded
from daemon.cli.doctor.line import Health, Line, gigabytes
from reasoners import Notebook
from reasoners.predictions.score import Score
from sinks.journal import JournalFailed, JournalReader

DISK_FLOOR = 1_000_000_000
REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "9p"})
"""File systems on which SQLite's log does not work (sqlite.org/wal.html)."""

_MOUNTS = Path("/proc/self/mountinfo")


def state_folder(folder: Path) -> Iterator[Line]:
    """Look at where state is kept: may it be written, and is there room?"""
    places = (folder.absolute(), *folder.absolute().parents)
    present = next(place for place in places if os.access(place, os.F_OK))
    if not present.is_dir() or not os.access(present, os.W_OK | os.X_OK):
        remedy = "run as its owner, or name another `state_dir`"
        yield Line("state folder", "bad", f"{folder}: not writable", remedy)
        return
    kind = _file_system(present)
    if kind in REMOTE:
        remedy = "name a `state_dir` on a local disk"
        yield Line("state folder", "bad", f"{folder}: on {kind}, where no journal works", remedy)
        return
    free = shutil.disk_usage(present).free
    size = _size(folder) if present == folder.absolute() else None
    held = "not there yet" if size is None else f"holds {size / 1e6:.1f} MB"
    found = f"{folder}: writable, {held}, {gigabytes(free)} free on its disk"
    if free < DISK_FLOOR:
        yield Line("state folder", "warn", found, "make room, or lower `media.megabytes`")
    else:
        yield Line("state folder", "ok", found)


def last_reload(folder: Path) -> Iterator[Line]:
    """Say what became of the last reload of the daemon that runs."""
    try:
        found = reloaded.read(folder)
    except OSError as exc:
        yield Line("reload", "warn", f"{folder}: {exc.strerror}", "run as its owner")
        return
    if found is None:
        return
    remedies = {
        "refused": "correct the file, then `lookout reload`",
        "partly": "restart when it suits",
    }
    health: Health = "ok" if found.state == "applied" else "warn"
    yield Line("reload", health, found.summary(), remedies.get(found.state, ""))


def _file_system(path: Path) -> str:
    """Return the type of the file system that holds a path (proc_pid_mountinfo(5))."""
    wanted = path.resolve()
    best, kind = -1, ""
    for row in _MOUNTS.read_text("utf-8").splitlines():
        fields, _, source = row.partition(" - ")
        mount = Path(fields.split()[4].replace("\\040", " "))
        if wanted.is_relative_to(mount) and len(mount.parts) >= best:
            best, kind = len(mount.parts), source.split()[0]
    return kind


def _size(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += Path(place, name).lstat().st_size
            except FileNotFoundError:
                continue
    return total


def journal(path: Path) -> Iterator[Line]:
    """Look into a journal, read-only: is it sound, and do its accounts balance?"""
    try:
        if not path.exists():
            yield Line("journal", "ok", "none yet")
            return
        with JournalReader(path) as reader:
            damage = reader.integrity()
            figures = reader.figures()
            learned = reader.learned()
    except (JournalFailed, OSError, sqlite3.Error) as exc:
        yield Line("journal", "bad", str(exc), "run as its owner; see the message")
        return
    if damage:
        remedy = "`lookout run` moves it aside and begins a new one; keep a copy to look into"
        yield Line("journal", "bad", f"damaged: {'; '.join(damage)[:200]}", remedy)
    else:
        rows = f"{figures['rows']} revisions, {figures['bytes'] / 1e6:.1f} MB"
        yield Line("journal", "ok", f"sound, {rows}, {figures['held']} held back")
    for name, sink in figures["sinks"].items():
        parts = {
            "delivered": sink["delivered"],
            "waiting": sink["waiting"],
            "dead-lettered": sink["dead_lettered"],
            "expired": sink["expired"],
        }
        found = f"{sink['committed']} committed = " + " + ".join(
            f"{count} {part}" for part, count in parts.items()
        )
        what = f"sink {name}"
        if sink["committed"] != sum(parts.values()):
            remedy = "this should never be: report it with the journal's figures"
            yield Line(what, "bad", f"accounts do not balance: {found}", remedy)
        elif sink["dead_lettered"] or sink["expired"]:
            remedy = "see the log for why it refused or was away for so long"
            yield Line(what, "warn", found, remedy)
        else:
            yield Line(what, "ok", found)
    for camera, body in learned.items():
        yield from _foreseen(camera, body)


def _foreseen(camera: str, body: str) -> Iterator[Line]:
    """Say how good the predictions of a camera are, kind by kind."""
    what = f"predictions {camera}"
    try:
        notebook = Notebook.model_validate_json(body)
    except ValidationError:
        yield Line(what, "warn", "what was learned is not readable", "it is learned anew")
        return
    for said, score in notebook.claims.items():
        if score.count:
            remedy = "take its expectations for what they are worth"
            yield _scored(what, f"{said} (said by a model)", score, remedy)
    for kind, score in notebook.scores.items():
        if score.count:
            leave = f"leave {kind} out of `predictions.kinds` of this camera"
            yield _scored(what, kind, score, leave)
            yield Line(f"reliability {camera}", "ok", f"{kind}: {_table(score)}")


def _scored(what: str, kind: str, score: Score, remedy: str) -> Line:
    """Say how good the predictions of one kind are, and how good always saying the same is."""
    found = (
        f"{kind}: {score.hits} of {score.count} came true, Brier score {score.brier:.3f} "
        f"(base rate alone {score.base_brier:.3f}), log loss {score.log_loss:.3f} "
        f"({score.base_log_loss:.3f})"
    )
    interval = score.interval
    if interval is None or score.skill is None:
        return Line(what, "ok", f"{found}; too few to tell skill")
    low, high = interval
    found += f", skill over the base rate {score.skill:+.2f} ({low:+.2f} to {high:+.2f})"
    if high >= 0:
        return Line(what, "ok", found)
    return Line(what, "warn", found, remedy)


def _table(score: Score) -> str:
    """Set what was said against what came true, range by range."""
    rows = (
        f"{100 * said:.0f} % said, {100 * came:.0f} % came true ({number})"
        for said, came, number in score.reliability()
    )
    return "; ".join(rows)
