"""Events to a web server, one request per revision."""

import asyncio
import ssl
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Final, Self

import httpx2
from pydantic import BaseModel

from reasoners import Event
from sinks.departure import Departure
from sinks.errors import EventRejected, SinkError, SinkRejected, SinkUnavailable
from sinks.message import Message
from sinks.sink import Site
from sinks.webhook.access import CONNECT, Access
from sinks.webhook.config import WebhookConfig
from sinks.webhook.message import Composer, Outgoing
from sinks.webhook.signature import sign

_ANSWER: Final = 4096
"""Bytes read of an answer; it is wanted for the log only."""

_QUOTED: Final = 200
_REMEMBERED: Final = 10_000
_LONGEST_WAIT: Final = 3600.0
_PICTURE: Final = 16 * 1024 * 1024

_BUSY: Final = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
_THIS_ONE: Final = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}


class WebhookSink:
    """Sends each revision as one HTTP request, signed if asked for.

    Delivery: at least once. An event is delivered when the server answers with 2xx; until then it
    comes again, from the sink's own cursor, under the same `webhook-id`. Redirects are not
    followed.
    """

    Config: ClassVar[type[BaseModel]] = WebhookConfig

    def __init__(self, name: str, config: WebhookConfig, site: Site) -> None:
        self.name = name
        self._config = config
        self._site = site
        self._composer = Composer(config)
        self._client: httpx2.AsyncClient | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._access: Access | None = None
        self._not_before = 0.0
        self._sent: OrderedDict[str, None] = OrderedDict()

    async def __aenter__(self) -> Self:
        """See whether somebody is there; nothing is sent yet."""
        left = self._not_before - asyncio.get_running_loop().time()
        if left > 0:
            raise SinkUnavailable(f"{self._config.place}: asked us to wait {left:.0f} s more")
        access = Access.of(self._config, self._site)
        # To read the system's authorities takes 50 ms, which the event loop has not got.
        trusted = await asyncio.to_thread(access.trusted)
        await access.knock(trusted)
        self._access = access
        # A disk that hangs must not take asyncio's shared executor with it.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"sink-{self.name}")
        self._client = httpx2.AsyncClient(
            auth=access.auth,
            verify=trusted or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            timeout=httpx2.Timeout(self._config.timeout, connect=CONNECT),
            headers={"User-Agent": f"lookout/{self._site.version}", "Accept-Encoding": "identity"},
            follow_redirects=False,
            trust_env=False,
        )
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Close connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()
        if self._thread is not None:
            self._thread.shutdown(wait=False)
            self._thread = None

    async def deliver(self, event: Event) -> None:
        """Send one revision; return when the server has taken it, or it is not wanted there."""
        if self._client is None:
            raise SinkUnavailable(f"{self._config.place}: not connected")
        config = self._config
        if not config.only.admits(event, config.shows) or (config.once and event.id in self._sent):
            return
        try:
            picture = await self._picture(event)
            outgoing = self._composer.compose(event, picture)
        except ValueError as exc:
            raise EventRejected(f"template: {exc}; see to `body` and `headers`") from exc
        if picture is not None:
            await self._record(event, picture)
        self._site.sent(config.place, outgoing.said, event.id)
        try:
            async with asyncio.timeout(config.timeout):
                await self._send(self._client, event, outgoing)
        except TimeoutError:
            waited = f"{config.place}: no answer within {config.timeout:g} s"
            raise SinkUnavailable(waited) from None
        except httpx2.HTTPError as exc:
            raise SinkUnavailable(f"{self._config.place}: {_reason(exc)}") from None
        if config.once:
            self._sent[event.id] = None
            if len(self._sent) > _REMEMBERED:
                self._sent.popitem(last=False)

    async def show(self, message: Message) -> None:
        """Do nothing: only events are sent."""

    def wants(self, kind: type[BaseModel]) -> bool:  # noqa: ARG002 (the interface's own)
        """Tell that messages are of no use here."""
        return False

    async def _record(self, event: Event, picture: bytes) -> None:
        await self._site.depart(
            Departure.of(
                picture,
                at=self._site.now(),
                kind="picture",
                part=self.name,
                host=self._config.place,
                camera=event.camera,
                event=event.id,
            )
        )

    async def _send(self, client: httpx2.AsyncClient, event: Event, outgoing: Outgoing) -> None:
        request = self._request(client, event, outgoing)
        try:
            answer = await client.send(request, stream=True)
        except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError):
            # A kept connection that the server has closed meanwhile. Once more, over a new one: to
            # arrive twice under one id is allowed, and a form's parts can be read again.
            request = self._request(client, event, outgoing)
            answer = await client.send(request, stream=True)
        try:
            if not answer.is_success:
                raise self._refusal(answer, await _excerpt(answer))
            await _excerpt(answer)  # so that the connection can be used again
        finally:
            await answer.aclose()

    def _request(
        self, client: httpx2.AsyncClient, event: Event, outgoing: Outgoing
    ) -> httpx2.Request:
        headers = [(name.encode(), value) for name, value in outgoing.headers.items()]
        url = self._access.url if self._access else self._config.url
        if outgoing.fields is None:
            request = client.build_request(
                self._config.method, url, headers=headers, content=outgoing.content
            )
        else:
            field = self._config.picture_field
            file = {field: (f"{self._config.shows}.jpg", outgoing.picture or b"", "image/jpeg")}
            request = client.build_request(
                self._config.method,
                url,
                headers=headers,
                data=outgoing.fields,
                files=file if outgoing.picture is not None else None,
            )
        if self._access is not None and self._access.key is not None:
            identity = f"{event.id}-{event.revision}"
            at = int(self._site.now())
            request.headers.update(sign(self._access.key, identity, at, request.read()))
        return request

    def _refusal(self, answer: httpx2.Response, text: str) -> SinkError:
        status = answer.status_code
        said = f"{self._config.place}: HTTP {status}" + (f": {text}" if text else "")
        if answer.is_server_error or status in _BUSY:
            self._wait(answer.headers.get("retry-after", ""))
            return SinkUnavailable(said)
        if answer.is_redirect:
            return SinkRejected(f"{said}; it is elsewhere now: see to `url`")
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return SinkRejected(f"{said}; see to `credential`")
        if status in _THIS_ONE:
            return EventRejected(f"{said}; see to `body`")
        return SinkRejected(f"{said}; see to `url`")

    def _wait(self, seconds: str) -> None:
        """Keep away as long as the server asks for (RFC 9110, 10.2.3; seconds only)."""
        if seconds.isascii() and seconds.isdigit():
            wait = min(float(seconds), _LONGEST_WAIT)
            self._not_before = asyncio.get_running_loop().time() + wait

    async def _picture(self, event: Event) -> bytes | None:
        """Read the picture; None if there is none (any more)."""
        shown: str | None = getattr(event.media, self._config.shows)
        if self._config.picture == "none" or shown is None or not self._thread:
            return None
        path = self._site.media / shown.lstrip("/")
        return await asyncio.get_running_loop().run_in_executor(self._thread, _read, path)


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(_PICTURE)
    except OSError:
        return None


async def _excerpt(answer: httpx2.Response) -> str:
    """Read the beginning of an answer, as one line."""
    read = bytearray()
    async for data in answer.aiter_bytes():
        read += data
        if len(read) >= _ANSWER:
            break
    return " ".join(read[:_ANSWER].decode(errors="replace").split())[:_QUOTED]


def _reason(exc: httpx2.HTTPError) -> str:
    return str(exc) or type(exc).__name__
