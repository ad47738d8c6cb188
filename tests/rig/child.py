"""Starts a decoder child the way the daemon does and talks to it, for tests."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

import psutil

from sources.channel import Unpacker, pack
from sources.frame import Pixels
from sources.message import (
    Attend,
    Counts,
    Cut,
    Ended,
    Failed,
    Given,
    Gone,
    Hint,
    Lesson,
    Next,
    Open,
    Piece,
    Pulse,
    State,
    StreamInfo,
    Take,
    Taken,
    from_child,
)
from sources.picture import PictureRequest
from sources.slot import Slots, create, readonly

UNIT = float(os.environ.get("LOOKOUT_TEST_UNIT", "1"))
"""Factor by which slow machines stretch every deadline."""

Message = Given | Ended | Taken | Piece | Gone | State | Hint | Pulse | Lesson | StreamInfo | Failed
Kind = TypeVar(
    "Kind", Given, Ended, Taken, Piece, Gone, State, Hint, Pulse, Lesson, StreamInfo, Failed
)


class HungUp(Exception):  # noqa: N818 (a fact the tests ask for)
    """The child closed its end."""


class Child:
    """One child under test. Every message that arrives is checked and its counts must balance."""

    def __init__(self, *, slots: int = 3, name: str = "yard", turns: int | None = None) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self.slots_fd = create(slots)
        self._reading_fd = readonly(self.slots_fd)
        self.slots = Slots(self._reading_fd, slots, writable=False)
        self._count = slots
        self._name = name
        self._socket = ours
        self._unpacker = Unpacker()
        self._id = 0
        self.messages: list[Message] = []
        self.jpegs: dict[int, bytes] = {}
        self.clips: dict[int, bytes] = {}
        """What came of each clip so far."""

        command = [
            sys.executable, "-P", "-m", "sources.child", name,
            "--control", str(theirs.fileno()), "--slots", str(self.slots_fd),
            "--parent", str(os.getpid()),
        ]  # fmt: skip
        if turns is not None:
            command += ["--turns", str(turns)]
        self.process = subprocess.Popen(
            command,
            pass_fds=(theirs.fileno(), self.slots_fd, *(() if turns is None else (turns,))),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"]},
        )
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; kill the child if it does not go by itself."""
        self._socket.close()
        if self.process.stdout is not None:
            self.process.stdout.close()
        try:
            self.process.wait(3 * UNIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        finally:
            if self.process.stderr is not None:
                self.process.stderr.close()
            self.slots.close()
            os.close(self._reading_fd)
            os.close(self.slots_fd)

    def open(self, backend: str, config: dict[str, Any], **options: Any) -> None:
        """Send `Open`."""
        self.send(
            Open(camera=self._name, backend=backend, config=config, slots=self._count, **options)
        )

    def send(self, message: Open | Next | Take | Cut | Attend) -> None:
        """Send any message."""
        self.send_bytes(pack(message))

    def send_bytes(self, data: bytes) -> None:
        """Send anything."""
        self._socket.sendall(data)

    def ask(
        self,
        slot: int = 0,
        width: int = 416,
        height: int = 416,
        not_before: float | None = None,
        pixels_from: float | None = None,
    ) -> int:
        """Send `Next` and return its id."""
        self._id += 1
        self.send(
            Next(
                id=self._id,
                slot=slot,
                width=width,
                height=height,
                not_before=not_before,
                pixels_from=pixels_from,
            )
        )
        return self._id

    def next(
        self,
        slot: int = 0,
        width: int = 416,
        height: int = 416,
        not_before: float | None = None,
        deadline: float = 10,
        pixels_from: float | None = None,
    ) -> Given | Ended:
        """Ask for a picture and wait for the answer."""
        number = self.ask(slot, width, height, not_before, pixels_from)
        answer = self.wait(lambda m: isinstance(m, Given | Ended) and m.id == number, deadline)
        assert isinstance(answer, Given | Ended)
        return answer

    def picture(self, given: Given) -> Any:
        """Copy the picture out of its slot."""
        view = self.slots.read(Pixels(given.slot, given.generation, given.width, given.height))
        assert view is not None, "the slot does not hold the picture that was handed over"
        return view.copy()

    def take(self, request: PictureRequest, deadline: float = 10) -> Taken | Gone:
        """Ask for a JPEG and wait; its bytes lie in `jpegs` under the answer's id."""
        self._id += 1
        number = self._id
        self.send(Take(id=number, request=request))
        answer = self.wait(lambda m: isinstance(m, Taken | Gone) and m.id == number, deadline)
        assert isinstance(answer, Taken | Gone)
        return answer

    def cut(self, clip: int, since: float, until: float, deadline: float = 10) -> Piece:
        """Ask for the next piece of a clip and wait; its bytes are added to `clips`."""
        cut = self.cutting(clip, since, until)
        self.send(cut)
        answer = self.wait(lambda m: isinstance(m, Piece) and m.id == cut.id, deadline)
        assert isinstance(answer, Piece)
        return answer

    def cutting(self, clip: int, since: float, until: float) -> Cut:
        """Make the question for the next piece of a clip."""
        self._id += 1
        return Cut(id=self._id, clip=clip, since=since, until=until)

    def wait_for(
        self,
        kind: type[Kind],
        fits: Callable[[Kind], bool] = lambda _: True,
        deadline: float = 10,
    ) -> Kind:
        """Wait for a message of a kind; ones that came before count."""
        for message in self.messages:
            if isinstance(message, kind) and fits(message):
                return message
        message = self.wait(lambda m: isinstance(m, kind) and fits(m), deadline)
        assert isinstance(message, kind)
        return message

    def wait(self, fits: Callable[[Message], bool], deadline: float = 10) -> Message:
        """Receive until a message fits.

        Raises:
            TimeoutError: It did not come in time.
            HungUp: The child is gone.
        """
        ends = time.monotonic() + deadline * UNIT
        while True:
            for message in self.receive(ends - time.monotonic()):
                if fits(message):
                    return message

    def receive(self, patience: float) -> list[Message]:
        """Return what has arrived, waiting for the first message."""
        self._socket.settimeout(max(patience, 0.001))
        try:
            data = self._socket.recv(1 << 20)
        except TimeoutError:
            raise TimeoutError(f"nothing fit in time; last: {self.messages[-3:]}") from None
        except ConnectionResetError:
            data = b""
        if not data:
            raise HungUp(f"the child is gone; last: {self.messages[-3:]}")
        return [self._checked(frame.text, frame.blob) for frame in self._unpacker.feed(data)]

    def _checked(self, text: bytes, blob: bytes) -> Message:
        message = from_child.validate_json(text)
        if isinstance(message, Taken):
            self.jpegs[message.id] = blob
        if isinstance(message, Piece):
            self.clips[message.clip] = self.clips.get(message.clip, b"") + blob
        counts = getattr(message, "counts", None)
        if counts is not None:
            assert_balanced(counts)
        self.messages.append(message)
        return message

    def exit_code(self, deadline: float = 5) -> int:
        """Wait for the process to end."""
        return self.process.wait(deadline * UNIT)

    def errors(self) -> str:
        """Return what it wrote to stderr; only after its end."""
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def pss(self) -> int:
        """Return the bytes of memory that are this process's own share."""
        return int(psutil.Process(self.process.pid).memory_full_info().pss)

    def private(self) -> int:
        """Return the bytes of memory that it shares with nobody."""
        return int(psutil.Process(self.process.pid).memory_full_info().uss)


def assert_balanced(counts: Counts) -> None:
    """Check that every decoded picture is accounted for."""
    accounted = counts.handed_over + counts.superseded + counts.corrupt + counts.waiting
    assert counts.decoded == accounted, counts
