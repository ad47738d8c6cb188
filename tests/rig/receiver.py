"""A real web server that takes webhooks, and answers as told."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

NOW = 1_795_400_000.7
"""What time it is for sinks under test."""

SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""The secret that the libraries of Standard Webhooks test with."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    """By lower-case name; read as UTF-8."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answers."""

    status: int = 200
    body: bytes = b"ok"
    headers: tuple[tuple[str, str], ...] = ()
    close: bool = False
    """Close the connection without any answer."""


class Receiver:
    """Listens on the loopback and notes every request.

    Args:
        judge: Called with each request; tells what is answered.
        certificate: PEM file with certificate and key; None: plain http.
    """

    def __init__(
        self, judge: Callable[[Taken], Reply] = lambda _: Reply(), certificate: Path | None = None
    ) -> None:
        self.judge = judge
        self.taken: list[Taken] = []
        self.asked = 0
        """Connections over which something was asked; whoever only knocks is not counted."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 20

            def setup(self) -> None:
                super().setup()
                self.fresh = True

            def do_POST(self) -> None:
                receiver.asked += self.fresh
                self.fresh = False
                receiver.answer(self)

            def do_PUT(self) -> None:
                self.do_POST()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name)
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """Whoever only knocks is no error."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            self._scheme = "https"
        self._thread = threading.Thread(target=self._server.serve_forever, name="receiver")

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return f"{self._scheme}://localhost:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Take one request and answer it."""
        body = request.rfile.read(int(request.headers.get("content-length", 0)))
        headers = {
            name.lower(): value.encode("latin-1").decode()
            for name, value in request.headers.items()
        }
        taken = Taken(request.command, request.path, headers, body)
        self.taken.append(taken)
        reply = self.judge(taken)
        if reply.close:
            request.close_connection = True
            return
        request.send_response(reply.status)
        request.send_header("content-length", str(len(reply.body)))
        for name, value in reply.headers:
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(reply.body)
