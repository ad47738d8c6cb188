"""Drives a real detector worker process over its socket, as the daemon does, but blocking."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, JsonValue

from detectors.message import (
    ROW,
    Detect,
    Failed,
    Found,
    Item,
    Load,
    Loaded,
    Map,
    from_worker,
)
from sources import Slots, pack
from sources.channel import BlockingChannel
from sources.slot import create, readonly

PATIENCE = 30.0
"""Seconds before a silent worker fails the test."""


@dataclass
class Camera:
    """Slots of one camera with the writing side, as its decoder child would have it."""

    name: str
    fd: int
    slots: Slots

    def put(self, slot: int, index: int, picture: npt.NDArray[np.uint8]) -> Item:
        """Write a picture and name it for `Detect`."""
        pixels = self.slots.write(slot, picture)
        return Item(
            camera=self.name,
            index=index,
            slot=slot,
            generation=pixels.generation,
            width=pixels.width,
            height=pixels.height,
        )


@contextmanager
def camera(name: str, count: int = 3) -> Iterator[Camera]:
    """Make slots for a camera."""
    fd = create(count)
    try:
        with Slots(fd, count, writable=True) as slots:
            yield Camera(name, fd, slots)
    finally:
        os.close(fd)


class Worker:
    """One worker process and the daemon's end of its socket."""

    def __init__(self, process: subprocess.Popen[bytes], sock: socket.socket) -> None:
        self.process = process
        self.sock = sock
        self._channel = BlockingChannel(sock)
        self._ids = 0

    def send(self, message: BaseModel, blob: bytes = b"", descriptors: Sequence[int] = ()) -> None:
        """Send a message, with descriptors if any."""
        self.send_bytes(pack(message, blob), descriptors)

    def send_bytes(self, data: bytes, descriptors: Sequence[int] = ()) -> None:
        """Send bytes as they are, for messages that no honest daemon sends."""
        sent = socket.send_fds(self.sock, [data], list(descriptors))
        self.sock.sendall(data[sent:])

    def receive(self) -> tuple[Loaded | Found | Failed, bytes]:
        """Wait for the next message and its bytes."""
        received = self._channel.receive()
        if received is None:
            raise EOFError("the worker closed its end")
        return from_worker.validate_json(received.text), received.blob

    def load(self, backend: str, config: Mapping[str, JsonValue] | None = None) -> Loaded | Failed:
        """Load a detector and return what the worker says to it."""
        self.send(Load(name="test", backend=backend, config=dict(config or {})))
        answer, _ = self.receive()
        if isinstance(answer, Found):
            raise TypeError("boxes before loading")
        return answer

    def map(self, camera: Camera) -> None:
        """Give the worker a read-only view of a camera's slots."""
        fd = readonly(camera.fd)
        try:
            message = Map(camera=camera.name, slots=camera.slots.count)
            self.send(message, descriptors=[fd])
        finally:
            os.close(fd)

    def ask(self, *items: Item) -> int:
        """Send pictures and return the request's id."""
        self._ids += 1
        self.send(Detect(id=self._ids, items=items))
        return self._ids

    def detect(self, *items: Item) -> list[npt.NDArray[np.float32] | None]:
        """Ask and wait: one n x 6 array per item, None where the picture was torn or gone."""
        asked = self.ask(*items)
        found, blob = self.receive()
        if not isinstance(found, Found) or found.id != asked:
            raise TypeError(f"asked for {asked}, got {found}")
        rows = np.frombuffer(blob, np.float32).reshape(-1, ROW)
        results: list[npt.NDArray[np.float32] | None] = []
        for count in found.rows:
            results.append(None if count < 0 else rows[:count])
            rows = rows[max(count, 0) :]
        if len(rows):
            raise ValueError(f"{len(rows)} rows belong to nobody")
        return results

    def end(self) -> int:
        """Close the daemon's end and return the worker's exit code."""
        self.sock.close()
        return self.process.wait(PATIENCE)


@contextmanager
def worker(environment: Mapping[str, str] | None = None) -> Iterator[Worker]:
    """Start a worker exactly as the daemon does; it is gone afterwards, whatever happened."""
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE)
    with ours, theirs:
        process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "detectors.worker", "test"),
                *("--control", str(theirs.fileno()), "--parent", str(os.getpid())),
            ],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
        )
        theirs.close()
        with process:
            try:
                yield Worker(process, ours)
            finally:
                process.kill()
