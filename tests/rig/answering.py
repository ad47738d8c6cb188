"""A server that gives every RTSP request the same answer, for refusals no real server offers."""

import re
import socket
import threading
from types import TracebackType
from typing import Self

_SEQUENCE = re.compile(rb"CSeq:\s*(\d+)", re.IGNORECASE)


class Answering:
    """Answers each request with a status line and headers; or stays silent.

    Args:
        status: Such as `453 Not Enough Bandwidth`; None accepts and says nothing.
        headers: Further lines of the answer.
        raw: Sent as it is instead of an answer.
    """

    def __init__(
        self, status: str | None = None, headers: tuple[str, ...] = (), raw: bytes | None = None
    ) -> None:
        self._status = status
        self._headers = headers
        self._raw = raw
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.url = f"rtsp://127.0.0.1:{self.port}/stream"
        self.requests: list[bytes] = []
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, name="answering", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in self._open:
            connection.close()

    def _accept(self) -> None:
        threads: list[threading.Thread] = []
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                break
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            thread.start()
            threads.append(thread)
        for connection in self._open:
            connection.close()

    def _serve(self, connection: socket.socket) -> None:
        while True:
            try:
                request = connection.recv(65536)
                if not request:
                    return
                self.requests.append(request)
                answer = self._answer(request)
                if answer:
                    connection.sendall(answer)
            except OSError:
                return

    def _answer(self, request: bytes) -> bytes:
        if self._raw is not None:
            return self._raw
        if self._status is None:
            return b""
        found = _SEQUENCE.search(request)
        number = found.group(1).decode() if found else "0"
        lines = (f"RTSP/1.0 {self._status}", f"CSeq: {number}", *self._headers, "", "")
        return "\r\n".join(lines).encode()
