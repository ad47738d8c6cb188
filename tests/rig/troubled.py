"""A proxy in front of a model's server that makes its answers go wrong, one question after another.

Whatever is not wrong about an answer is the server's own. A question is known again, when it is
asked once more, by the pictures it shows.
"""

import base64
import hashlib
import http.client
import json
import select
import socket
import struct
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Literal, Self

from rig.small_model import parts

Trouble = Literal[
    "none", "hangs", "drips", "busy", "down", "breaks", "cut", "page", "flood", "sorry", "no", "odd"
]
ONCE: Final = frozenset({"busy", "breaks"})
"""Troubles that are over when the same is asked again."""

FLOOD: Final = 10 * 1024 * 1024
SORRY: Final = "I'm sorry, I can't help with that."
_RESET: Final = struct.pack("ii", 1, 0)


class Troubled:
    """Listens at a port of its own, passes on to a server, and does harm as told.

    Args:
        target: Port of the server.
        troubles: What becomes of the first question, the second, and so on; then nothing.
    """

    def __init__(self, target: int, troubles: Sequence[Trouble]) -> None:
        self.met: dict[tuple[str, ...], Trouble] = {}
        """SHA-256 of a question's pictures → what became of it."""

        self._target = target
        self._troubles = troubles
        self._lock = threading.Lock()
        self._over = threading.Event()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                proxy.pass_on(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name)
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="troubled")

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def pass_on(self, request: BaseHTTPRequestHandler) -> None:
        """Have one request answered, and do what is due to the answer."""
        body = request.rfile.read(int(request.headers["content-length"]))
        trouble = self._due(body)
        request.close_connection = True
        try:
            match trouble:
                case "hangs":
                    self._until_left(request, None)
                case "busy":
                    _refuse(request, 429, ("retry-after", "1"))
                case "down":
                    _refuse(request, 503)
                case "page":
                    _send(request, "text/html", b"<html><body>Sign in</body></html>")
                case _:
                    self._spoil(request, self._asked(request.path, body), trouble)
        except OSError:
            return

    def _due(self, body: bytes) -> Trouble:
        _, pictures = parts(json.loads(body))
        shown = [base64.b64decode(picture.partition(",")[2]) for picture in pictures]
        key = tuple(hashlib.sha256(picture).hexdigest() for picture in shown)
        with self._lock:
            again = key in self.met
            number = len(self.met)
            due = self._troubles[number] if number < len(self._troubles) else "none"
            trouble = self.met.setdefault(key, due)
        return "none" if again and trouble in ONCE else trouble

    def _asked(self, path: str, body: bytes) -> bytes:
        """Return the stream that the server itself answers with."""
        connection = http.client.HTTPConnection("127.0.0.1", self._target, timeout=60)
        try:
            connection.request("POST", path, body, {"content-type": "application/json"})
            return connection.getresponse().read()
        finally:
            connection.close()

    def _spoil(self, request: BaseHTTPRequestHandler, stream: bytes, trouble: Trouble) -> None:
        match trouble:
            case "drips":
                _begin(request, "text/event-stream")
                for byte in stream:
                    request.wfile.write(bytes((byte,)))
                    if self._until_left(request, 1.0):
                        return
            case "breaks":
                _begin(request, "text/event-stream")
                request.wfile.write(stream[: len(stream) // 2])
                request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                request.connection.close()
            case "flood":
                _begin(request, "text/event-stream")
                piece = _event({"delta": {"content": "x" * 60_000}})
                for _ in range(FLOOD // len(piece)):
                    request.wfile.write(piece)
            case "cut":
                text = said(stream)
                _send(request, "text/event-stream", told(text[: len(text) // 2]))
            case "sorry":
                _send(request, "text/event-stream", told(SORRY))
            case "no" | "odd":
                word = "no" if trouble == "no" else "perhaps"
                _send(request, "text/event-stream", told(answering(said(stream), word)))
            case _:
                _send(request, "text/event-stream", stream)

    def _until_left(self, request: BaseHTTPRequestHandler, seconds: float | None) -> bool:
        """Wait; tell whether the client went away meanwhile."""
        ends = None if seconds is None else time.monotonic() + seconds
        while not self._over.is_set():
            left = 0.2 if ends is None else min(0.2, ends - time.monotonic())
            if left <= 0:
                return False
            if select.select([request.connection], [], [], left)[0]:
                return True
        return True


def said(stream: bytes) -> str:
    """Return the text of a streamed answer."""
    pieces = []
    for line in stream.decode().splitlines():
        data = line.removeprefix("data: ")
        if line.startswith("data: {"):
            choices: list[dict[str, Any]] = json.loads(data).get("choices", [])
            pieces += [choice["delta"].get("content") or "" for choice in choices]
    return "".join(pieces)


def answering(reply: str, word: str) -> str:
    """Put another answer into a reply, and take out what else it claims: it might contradict."""
    changed = json.loads(reply)
    report = changed.get("report")
    if isinstance(report, dict):
        changed["report"] = {
            key: [] if isinstance(was, list) else was for key, was in report.items()
        }
    answers = changed["answers"]
    for name, given in answers.items():
        answers[name] = {**given, "answer": word, "confidence": 95}
    return json.dumps(changed)


def told(text: str) -> bytes:
    """Return a stream that says a text and ends as it should."""
    ends = _event({"delta": {}, "finish_reason": "stop"}) + b"data: [DONE]\n\n"
    return _event({"delta": {"content": text}}) + ends


def _event(choice: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, **choice}]}).encode() + b"\n\n"


def _begin(request: BaseHTTPRequestHandler, kind: str) -> None:
    request.send_response(200)
    request.send_header("content-type", kind)
    request.send_header("connection", "close")
    request.end_headers()


def _send(request: BaseHTTPRequestHandler, kind: str, body: bytes) -> None:
    _begin(request, kind)
    request.wfile.write(body)


def _refuse(request: BaseHTTPRequestHandler, status: int, *headers: tuple[str, str]) -> None:
    request.send_response(status)
    for name, value in (*headers, ("content-length", "0")):
        request.send_header(name, value)
    request.end_headers()
