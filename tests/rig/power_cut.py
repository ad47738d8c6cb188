"""A disk that loses its power: a trace of what was written and synced, and what may be left of it.

The trace is strace's (`-f -y -xx`), of a program that writes below one folder. `Disk` replays it
call by call. What may survive a cut is what POSIX promises and no more: of a file, what was there
at its last `fsync` or `fdatasync`, and any of the later writes, each whole, in part, or not at all;
of a folder, the names it had at its last `fsync`, and any of the later changes up to some point, in
their order (as journalling file systems have it).
"""

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rig.checkout import ROOT

CALLS: Final = (
    *("openat", "write", "pwrite64", "ftruncate", "fallocate", "fsync", "fdatasync"),
    *("rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "sendto"),
)
SECTOR: Final = 512
_LINE: Final = re.compile(r"(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)")
_STARTED: Final = re.compile(r"(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")
_RESUMED: Final = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)$")
_FD: Final = re.compile(r"^(\d+|AT_FDCWD)<([^>]*)>")
_HEX: Final = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Call:
    """One system call that succeeded."""

    name: str
    path: str
    """Of its descriptor, or what it names."""

    data: bytes = b""
    numbers: tuple[int, ...] = ()
    to: str = ""


def trace(
    folder: Path, program: Path, *arguments: str, inject: Sequence[str] = ()
) -> tuple[int, str]:
    """Run a program under strace into `folder/trace`; return its exit code and output."""
    command = ["strace", "-f", "-qq", "-y", "-xx", "-s", "200000", "-o", str(folder / "trace")]
    command += ["-e", f"trace={','.join(CALLS)}"]
    for one in inject:
        command += ["-e", f"inject={one}"]
    done = subprocess.run(
        [*command, sys.executable, str(program), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
    )
    return done.returncode, done.stdout


def calls(file: Path, below: Path) -> Iterator[Call]:
    """Yield what concerns a folder, standard output, or the network, in the order of its end."""
    begun: dict[str, str] = {}
    with file.open(encoding="latin-1") as lines:
        for line in lines:
            text = line.rstrip("\n")
            if started := _STARTED.match(text):
                begun[started[1]] = f"{started[2]}({started[3]}"
                continue
            if resumed := _RESUMED.match(text):
                text = begun.pop(resumed[1], "") + resumed[2]
            if (match := _LINE.match(text)) and int(match[3]) >= 0:
                yield from _call(match[1], match[2], int(match[3]), str(below))


def _call(name: str, said: str, result: int, below: str) -> Iterator[Call]:
    texts = [bytes.fromhex(found.replace("\\x", "")) for found in _HEX.findall(said)]
    holder = _FD.match(said)
    path = _plain(holder[2]) if holder else ""
    if name in {"write", "pwrite64"} and holder:
        offset = int(said.rsplit(", ", 1)[1]) if name == "pwrite64" else -1
        if path.startswith(below) or holder[1] == "1":
            where = path if path.startswith(below) else "stdout"
            yield Call("write", where, texts[0][:result], (offset,))
    elif name == "sendto" and texts:
        yield Call("send", "network", texts[0][:result])
    elif name in {"fsync", "fdatasync"} and path.startswith(below):
        yield Call("sync", path)
    elif name == "ftruncate" and path.startswith(below):
        yield Call("truncate", path, b"", (int(said.rsplit(", ", 1)[1]),))
    elif name == "openat" and texts and "O_CREAT" in said:
        if (named := texts[0].decode()).startswith(below):
            yield Call("create", named, b"", (int("O_TRUNC" in said),))
    elif name.startswith(("rename", "unlink", "mkdir")) and texts:
        names = [text.decode() for text in texts]
        if names[0].startswith(below):
            verb = re.sub(r"at2?$", "", name)
            yield Call(verb, names[0], b"", (), names[1] if len(names) > 1 else "")


def _plain(path: str) -> str:
    """Undo strace's hexadecimal writing of a descriptor's path."""
    return bytes.fromhex(path.replace("\\x", "")).decode() if path.startswith("\\x") else path


@dataclass(slots=True)
class _File:
    durable: bytes = b""
    now: bytes = b""
    pending: list[tuple[int, bytes]] = field(default_factory=list)
    """Offset and data of unsynced writes; data of length 0 with offset: cut there."""


class Disk:
    """What lies below one folder, and what of it would survive."""

    def __init__(self, below: Path) -> None:
        self._below = str(below)
        self._files: dict[int, _File] = {}
        self._next = 0
        self._names: dict[str, int] = {}
        self._durable: dict[str, int] = {}
        self._changes: list[tuple[str, dict[str, int | None]]] = []
        """Folder, and the names it changed: to a file, or to nothing."""

        self.folders: set[str] = {str(below)}

    def apply(self, call: Call) -> None:
        """Carry out one call."""
        match call.name:
            case "create":
                if call.path not in self._names:
                    self._change(call.path, {call.path: self._new()})
                elif call.numbers == (1,):
                    self._write(self._names[call.path], 0, b"")
            case "write" if call.path in self._names:
                number = self._names[call.path]
                at = call.numbers[0] if call.numbers[0] >= 0 else len(self._files[number].now)
                self._write(number, at, call.data)
            case "truncate" if call.path in self._names:
                self._write(self._names[call.path], call.numbers[0], b"")
            case "sync":
                self._sync(call.path)
            case "rename":
                self._change(call.path, {call.to: self._names[call.path], call.path: None})
            case "unlink" if call.path in self._names:
                self._change(call.path, {call.path: None})
            case "mkdir":
                self.folders.add(call.path)

    def cut(self, chance: random.Random, into: Path) -> None:
        """Write into a folder what might be left if the power went now."""
        names = dict(self._durable)
        for _, change in self._changes[: chance.randint(0, len(self._changes))]:
            _alter(names, change)
        for folder in self.folders:
            (into / folder[len(self._below) :].lstrip("/")).mkdir(parents=True, exist_ok=True)
        for name, number in names.items():
            target = into / name[len(self._below) :].lstrip("/")
            target.write_bytes(_left(self._files[number], chance))

    def _new(self) -> int:
        self._next += 1
        self._files[self._next] = _File()
        return self._next

    def _write(self, number: int, at: int, data: bytes) -> None:
        file = self._files[number]
        file.now = _written(file.now, at, data)
        file.pending.append((at, data))

    def _sync(self, path: str) -> None:
        if path in self._names:
            file = self._files[self._names[path]]
            file.durable, file.pending = file.now, []
            # A file that is synced is found again under its name: ext4, XFS and btrfs see to it.
            self._settle(lambda change: path in change)
        else:
            self._settle(lambda _: True, path)

    def _settle(self, concerns: Callable[[dict[str, int | None]], bool], folder: str = "") -> None:
        last = max(
            (
                place
                for place, (where, change) in enumerate(self._changes)
                if concerns(change) and (not folder or where == folder)
            ),
            default=-1,
        )
        for _, change in self._changes[: last + 1]:
            _alter(self._durable, change)
        del self._changes[: last + 1]

    def _change(self, path: str, change: dict[str, int | None]) -> None:
        _alter(self._names, change)
        self._changes.append((path.rpartition("/")[0], change))


def _alter(names: dict[str, int], change: dict[str, int | None]) -> None:
    for name, number in change.items():
        if number is None:
            names.pop(name, None)
        else:
            names[name] = number


def _written(old: bytes, at: int, data: bytes) -> bytes:
    """Write, or cut where there is no data."""
    if not data:
        return old[:at].ljust(at, b"\0")
    return old.ljust(at, b"\0")[:at] + data + old[at + len(data) :]


def _left(file: _File, chance: random.Random) -> bytes:
    """Let each unsynced write arrive, or not, or some of its sectors."""
    left = file.durable
    for at, data in file.pending:
        fate = chance.random()
        if not data:
            left = _written(left, at, data) if fate < 0.5 else left
            continue
        for begin in range(0, len(data), SECTOR):
            if fate < 1 / 3 or (fate < 2 / 3 and chance.random() < 0.5):
                left = _written(left, at + begin, data[begin : begin + SECTOR])
    return left
