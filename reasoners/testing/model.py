"""A small real server that answers chat completions by script, for tests of whoever asks one.

async with ScriptedModel(answer("yes"), Script(status=500)) as model:
    ...  # point a reasoner at model.url; the last script repeats
"""

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, Self

LARGEST = 64 * 1024 * 1024
"""Bytes of a request the server takes."""


@dataclass(frozen=True, slots=True)
class Script:
    """What the server does with one request."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "text/event-stream"),)
    chunks: tuple[bytes, ...] = ()
    """Pieces of the body, each sent as one HTTP chunk."""

    pause: float = 0.0
    """Seconds before each piece."""

    then: Literal["end", "hang", "break"] = "end"
    """After the pieces: end the body, say nothing more, or cut the connection midway."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class ScriptedModel:
    """Listens on loopback, in the running loop, at a free port.

    With `tls` it is reached by the name `localhost`.

    Records every request in `requests`, and counts in `abandoned` those whose client went away
    before the script was over.
    """

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        self.scripts = scripts or (answer("yes"),)
        self.requests: list[Asked] = []
        self.abandoned = 0
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._moved = asyncio.Condition()
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Close, and cut whoever is still connected."""
        if self._server is not None:
            self._server.close()
            for writer in self._writers:
                writer.close()
            async with self._moved:
                await self._moved.wait_for(lambda: not self._writers)
            await self._server.wait_closed()

    @property
    def url(self) -> str:
        """Base of the API, for the configuration of a reasoner."""
        if self._server is None:
            raise RuntimeError("a scripted model is used inside `async with`")
        there = "http://127.0.0.1" if self._tls is None else "https://localhost"
        return f"{there}:{self._server.sockets[0].getsockname()[1]}/v1"

    async def wait_abandoned(self, count: int = 1, within: float = 5.0) -> None:
        """Return once so many clients went away early.

        Raises:
            TimeoutError: They did not, within so many seconds.
        """
        async with asyncio.timeout(within), self._moved:
            await self._moved.wait_for(lambda: self.abandoned >= count)

    async def wait_requests(self, count: int = 1, within: float = 5.0) -> None:
        """Return once so many requests came in.

        Raises:
            TimeoutError: They did not, within so many seconds.
        """
        async with asyncio.timeout(within), self._moved:
            await self._moved.wait_for(lambda: len(self.requests) >= count)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        left = False
        try:
            script = await self._take(reader)
            left = await self._play(script, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            left = True
        finally:
            writer.close()
            async with self._moved:
                self._writers.discard(writer)
                self.abandoned += left
                self._moved.notify_all()

    async def _take(self, reader: asyncio.StreamReader) -> Script:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        method, path, _ = first.split(" ")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        length = min(int(headers.get("content-length", "0")), LARGEST)
        body = await reader.readexactly(length)
        script = self.scripts[min(len(self.requests), len(self.scripts) - 1)]
        async with self._moved:
            self.requests.append(Asked(method, path, headers, json.loads(body or b"{}")))
            self._moved.notify_all()
        return script

    async def _play(
        self, script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer; tell whether the client went away before the end."""
        lines = [f"HTTP/1.1 {script.status} Scripted", "transfer-encoding: chunked"]
        lines += [f"{name}: {value}" for name, value in script.headers]
        writer.write("\r\n".join([*lines, "connection: close", "", ""]).encode("latin-1"))
        for chunk in script.chunks:
            if script.pause and await self._gone(reader, script.pause):
                return True
            writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            await writer.drain()
        if script.then == "hang":
            return await self._gone(reader, None)
        if script.then == "end":
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        return False

    async def _gone(self, reader: asyncio.StreamReader, within: float | None) -> bool:
        """Wait; tell whether the client closed meanwhile."""
        try:
            async with asyncio.timeout(within):
                return await reader.read(1) == b""
        except TimeoutError:
            return False


def answer(
    answer: str = "yes",
    *,
    confidence: int = 90,
    description: str = "A person stands in front of the door.",
    things: Sequence[Mapping[str, Any]] = (),
    **more: Any,  # noqa: ANN401 (any part of a report)
) -> Script:
    """Answer the first question as a server does that obeys the form of a full report."""
    return says(json.dumps(replied(answer, confidence, description, things, **more)))


def replied(
    answer: str = "yes",
    confidence: int = 90,
    description: str = "A person stands in front of the door.",
    things: Sequence[Mapping[str, Any]] = (),
    **more: Any,  # noqa: ANN401 (any part of a report)
) -> dict[str, Any]:
    """Return a reply on form to one question; `more` goes into its report."""
    report = {
        "description": description,
        "things": [thing(**one) for one in things],
        "counts": [],
        "written": [],
        "why": "",
        **more,
    }
    given = {"answer": answer, "confidence": confidence, "evidence": []}
    return {"answers": {"q1": given}, "report": report}


def thing(text: str = "courier", **more: Any) -> dict[str, Any]:  # noqa: ANN401 (any part of it)
    """Return a thing of a report; what is not given is not claimed."""
    claimed: dict[str, Any] = {"text": text, "kind": "person", "track": None, "attributes": []}
    return claimed | {"motion": "cannot_tell", "zone": "cannot_tell"} | more


def says(
    text: str,
    *,
    finish: str | None = "stop",
    done: bool = True,
    usage: int | None = 812,
    pause: float = 0.0,
    then: Literal["end", "hang", "break"] = "end",
) -> Script:
    """Stream a text, a few letters at a time."""
    events = [_event({"role": "assistant", "content": ""}, None)]
    events += [_event({"content": text[at : at + 8]}, None) for at in range(0, len(text), 8)]
    if finish is not None:
        events.append(_event({}, finish))
    if usage is not None:
        events.append(_data({"choices": [], "usage": {"total_tokens": usage}}))
    if done:
        events.append(b"data: [DONE]\n\n")
    return Script(chunks=tuple(events), pause=pause, then=then)


def whole(text: str, *, finish: str = "stop") -> Script:
    """Answer with one JSON object, as servers do that ignore `stream`."""
    body = {
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": finish}],
        "usage": {"total_tokens": 100},
    }
    return Script(
        headers=(("content-type", "application/json"),), chunks=(json.dumps(body).encode(),)
    )


def hangs() -> Script:
    """Accept the question and never say a word."""
    return Script(then="hang")


def floods(megabytes: int = 10) -> Script:
    """Stream much more than anybody asked for."""
    event = _event({"content": "x" * 1000}, None)
    return Script(chunks=(event,) * (megabytes * 1000))


def page() -> Script:
    """Answer with a web page, as a proxy does that knows no such server."""
    return Script(
        headers=(("content-type", "text/html; charset=utf-8"),),
        chunks=(b"<html><body><h1>It works!</h1></body></html>",),
    )


def fails(status: int, body: str = "", *, retry_after: int | None = None) -> Script:
    """Answer with an HTTP error."""
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)
    if retry_after is not None:
        headers += (("retry-after", str(retry_after)),)
    return Script(status=status, headers=headers, chunks=(body.encode(),) if body else ())


def _event(delta: dict[str, Any], finish: str | None) -> bytes:
    return _data({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _data(value: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"
