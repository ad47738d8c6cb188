"""A real web server for one file: with ranges, cuts, versions and redirects, as asked for."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self


class FileServer:
    """Serves `content` under `/file`; whoever asks for `/away` is sent to `away`.

    Args:
        content: What is served.
        etag: Its version; empty for none.
        cut_after: Bytes of an answer after which the connection is closed, once.
        ranges: Whether a part may be asked for.
        away: Where `/away` leads.
    """

    def __init__(
        self,
        content: bytes,
        *,
        etag: str = '"one"',
        cut_after: int | None = None,
        ranges: bool = True,
        away: str = "/file",
    ) -> None:
        self.content = content
        self.etag = etag
        self.cut_after = cut_after
        self.ranges = ranges
        self.away = away
        self.asked: list[tuple[str, str | None]] = []
        """Path and range of each request."""

        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                served.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name)
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="file-server")

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return f"http://127.0.0.1:{self._server.server_port}"

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
        """Answer one request as a server of files does (RFC 9110, 14)."""
        wanted = request.headers.get("range")
        self.asked.append((request.path, wanted))
        if request.path == "/away":
            request.send_response(302)
            request.send_header("location", self.away)
            request.end_headers()
            return
        if request.path != "/file":
            request.send_error(404)
            return
        start = 0
        fresh = request.headers.get("if-range", self.etag) == self.etag
        if wanted and self.ranges and fresh:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if start >= len(self.content):
            request.send_error(416)
            return
        request.send_response(206 if start else 200)
        request.send_header("content-length", str(len(self.content) - start))
        if start:
            whole = len(self.content)
            request.send_header("content-range", f"bytes {start}-{whole - 1}/{whole}")
        if self.etag:
            request.send_header("etag", self.etag)
        request.end_headers()
        body = self.content[start:]
        if self.cut_after is not None:
            body, self.cut_after = body[: self.cut_after], None
            request.close_connection = True
        request.wfile.write(body)
