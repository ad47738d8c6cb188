"""The journal's file: made, looked at without touching it, moved aside, locked."""

import errno
import fcntl
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sinks.journal import schema
from sinks.journal.entry import JournalFailed

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def lock(path: Path) -> int:
    """Keep every other process from writing; return the descriptor that holds the lock.

    Who holds it stands in the file, for `holder`: its number, and when it began, for a number alone
    means somebody else in another container.

    Raises:
        JournalFailed: Another process has it, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as exc:
        raise JournalFailed(f"journal {path}: {exc.strerror}; see to the folder") from exc
    if not _taken(held):
        os.close(held)
        raise JournalFailed(
            f"journal {path}: in use by another process; stop it or set another state_dir"
        )
    try:
        os.ftruncate(held, 0)
        os.pwrite(held, f"{os.getpid()} {_began('self')}\n".encode(), 0)
    except OSError:
        pass  # a full disk: then nobody can be told who we are, and that is all
    return held


def holder(path: Path) -> int | None:
    """Return the process that holds the lock of a journal; None if nobody does.

    Raises:
        OSError: The lock cannot be looked at.
        ProcessLookupError: It is held by a process that cannot be seen from here.
        ValueError: It is held by who did not say its name.
    """
    try:
        held = os.open(path.with_name(path.name + ".lock"), os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        pid, began = os.pread(held, 64, 0).decode().split()
        if _began(str(int(pid))) != began:
            raise ProcessLookupError(errno.ESRCH, f"process {pid} is another here") from None
        return int(pid)
    else:
        return None
    finally:
        os.close(held)


def _taken(held: int) -> bool:
    """Take the lock; wait a moment for who only looks whose it is, and holds it for that long."""
    for pause in (0.01, 0.03, 0.1, 0.0):
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(pause)
        else:
            return True
    return False


def _began(pid: str) -> str:
    """Tell when a process began, in ticks since the machine did (proc_pid_stat(5)); empty: never.

    Its name, which may hold anything, stands in parentheses before. `self` is us, also where
    /proc shows the numbers of another namespace.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return stat.rpartition(b")")[2].split()[19].decode()


def prepare(path: Path) -> tuple[str, ...]:
    """See to it that a sound file of ours, or an empty one, is there; return warnings for people.

    A damaged file is moved aside with all its bytes, never repaired.

    Raises:
        JournalFailed: A newer schema, another program's file, or an I/O error.
    """
    warnings: tuple[str, ...] = ()
    try:
        if path.exists() and (damage := _damage(path)):
            kept = _move_aside(path)
            warning = (
                f"journal {path} was damaged ({damage}) and is kept as {kept}; a new one was "
                "begun: events not yet delivered are only in the old file, numbers start again"
            )
            warnings = (warning,)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        _sync(path.parent)
    except OSError as exc:
        raise JournalFailed(f"journal {path}: {exc.strerror}") from exc
    return warnings


def _damage(path: Path) -> str:
    """Say what is wrong with the file; read-only, so that not one byte of it changes."""
    leftover = path.with_name(path.name + "-wal")
    if path.stat().st_size == 0:
        # A journal cannot lose its first page and keep a log; SQLite would delete that log.
        return "it is empty" if leftover.exists() and leftover.stat().st_size else ""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            _known(path, db)
            found = [str(row[0]) for row in db.execute("PRAGMA integrity_check(3)")]
    except sqlite3.Error as exc:
        if _code(exc) in _DAMAGE:
            return str(exc)
        raise JournalFailed(f"journal {path}: {exc}") from exc
    return "" if found == ["ok"] else "; ".join(found).replace("\n", " ")


def _known(path: Path, db: sqlite3.Connection) -> None:
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables and application != schema.APPLICATION:
        raise JournalFailed(
            f"journal {path}: this database belongs to another program; move it or set state_dir"
        )
    if version > schema.VERSION:
        raise JournalFailed(
            f"journal {path}: written by a newer Lookout (schema {version}, this one knows "
            f"{schema.VERSION}); install the newer one or set another state_dir"
        )


def _move_aside(path: Path) -> Path:
    number = 1
    while (kept := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(kept.with_name(kept.name + suffix))
    _sync(path.parent)
    return kept


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _code(error: sqlite3.Error) -> int:
    """Return the primary result code; the extended ones carry it in their low byte."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
