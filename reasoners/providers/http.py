"""Any server that answers over HTTP: vLLM, llama.cpp, SGLang, Ollama, `transformers serve`, OpenAI.

One request per question, always streamed, so that a deadline frees the server at once. Nothing is
tried twice here, except a connection that broke before anything was said.
"""

import asyncio
import json
import re
import ssl
import time
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Final, Self

import httpx2
from pydantic import BaseModel

from reasoners.errors import ReasonerError, ReasonerRejected, ReasonerUnavailable, ReplyInvalid
from reasoners.prompt import Prompt, Said
from reasoners.providers.completion import LONGEST, Completion, Form
from reasoners.providers.config import HttpConfig
from reasoners.providers.dialect import HABITS, Dialect, body
from reasoners.providers.refusal import refused, safe, waiting

CONNECT = 5.0
"""Seconds to wait for a connection; a deadline that comes first wins."""

PER_TOKEN = 1024
"""Bytes a server may spend on the frame around one streamed token."""

JPEG = b"\xff\xd8\xff"
OK = 200
SAID: Final = 2048
"""Bytes of a refusal that are looked at: enough for the start of a sentence."""

FORMS: Final[dict[str, Form]] = {
    "text/event-stream": "events",
    "application/x-ndjson": "lines",
    "application/json": "whole",
}


class HttpReasoner:
    """Asks one server."""

    Config: ClassVar[type[BaseModel]] = HttpConfig

    def __init__(self, name: str, config: HttpConfig, secret: str | None) -> None:
        if secret is not None and not re.fullmatch(r"[!-~]{1,4096}", secret):
            # Sent as it is, it would break the header, and the error would quote it.
            raise ReasonerRejected(
                f"reasoner {name}: the key is empty or has blanks or signs that no header may"
                " carry; store it as one line of plain text"
            )
        self.name = name
        self.dialect: Dialect = "openai" if config.dialect == "auto" else config.dialect
        """What kind of server it is taken for."""

        self.guessing = config.dialect == "auto"
        """Whether that is only a guess."""

        self.obeys: bool | None = None
        """Whether it was seen to make an answer fit its form; None while it was not tried."""

        self.barred = ""
        """Why it must not be asked, as was found out about it; empty where it may."""

        self._config = config
        self._secret = secret
        self._client: httpx2.AsyncClient | None = None

    @property
    def enforces(self) -> bool:
        """Whether the server makes answers fit the form."""
        return HABITS[self.dialect].enforces if self.obeys is None else self.obeys

    @property
    def tells(self) -> bool:
        """Whether there is something to be learnt by asking it about itself."""
        return self.guessing or self.dialect == "ollama"

    @property
    def client(self) -> httpx2.AsyncClient:
        """The one client; only inside `async with`."""
        if self._client is None:
            raise RuntimeError("a reasoner is used inside `async with`")
        return self._client

    @property
    def base(self) -> str:
        """Where its API begins."""
        url = self._config.url
        return url.removesuffix("/v1") if self.dialect == "ollama" else url

    async def __aenter__(self) -> Self:
        """Prepare the client; the server need not be there.

        Raises:
            ReasonerRejected: The authorities to trust cannot be read.
        """
        # Sizes are capped by bytes on the wire; compressed, few of them could hold very many.
        headers = {"Accept-Encoding": "identity", "Content-Type": "application/json"}
        if self._secret:
            headers["Authorization"] = f"Bearer {self._secret}"
        # To read the system's authorities takes 50 ms, which the event loop has not got, and is of
        # no use to who asks without TLS: that one trusts nobody.
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self.base.startswith("https:"):
            trusted = await asyncio.to_thread(authorities, self._config.ca)
        self._client = httpx2.AsyncClient(
            headers=headers,
            verify=trusted,
            timeout=httpx2.Timeout(None, connect=CONNECT),
            # A kept connection that the server has closed meanwhile fails the next request.
            limits=httpx2.Limits(max_keepalive_connections=0),
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
            await self._client.aclose()

    @property
    def model(self) -> str:
        """Name of the model, as the server knows it."""
        return self._config.model

    @property
    def cloud(self) -> bool:
        """Whether its configuration says that pictures leave our own network."""
        return self._config.cloud

    @property
    def context(self) -> int | None:
        """Tokens it is to take in, where the configuration says so."""
        return self._config.context

    async def complete(self, prompt: Prompt) -> Said:
        """Return what the model says; see `Reasoner.complete` for what is raised."""
        if self.barred:
            raise ReasonerRejected(self.barred)
        if not all(image.startswith(JPEG) for image in prompt.images):
            raise ReplyInvalid("a picture is no JPEG")
        started = time.monotonic()
        config = self._config
        asked = body(prompt, self.dialect, config.model, config.manner)
        data = json.dumps(asked).encode()
        completion, first = await self._exchange(data)
        return Said(
            text=completion.text(),
            model=self._config.model,
            asked=completion.asked,
            answered=completion.answered,
            first_s=None if first is None else round(first - started, 3),
            latency_s=round(time.monotonic() - started, 3),
            bytes_sent=len(data),
        )

    async def _exchange(self, data: bytes) -> tuple[Completion, float | None]:
        url = self.base + HABITS[self.dialect].path
        try:
            async with self.client.stream("POST", url, content=data) as response:
                if response.status_code != OK:
                    await self._refuse(response)
                return await self._receive(response)
        except httpx2.HTTPError as error:
            raise unreached(error) from error

    async def _receive(self, response: httpx2.Response) -> tuple[Completion, float | None]:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        form = FORMS.get(kind)
        if form is None:
            raise ReplyInvalid(f"the server sent {safe(kind, 60) or 'no type'}, not an answer")
        completion = Completion(
            form, cap=LONGEST + PER_TOKEN * self._config.max_tokens, clean=self._clean
        )
        first: float | None = None
        try:
            async for data in response.aiter_raw():
                completion.feed(data)
                if first is None and completion.begun:
                    first = time.monotonic()
                if completion.done:
                    break
        except httpx2.RemoteProtocolError:
            # Some servers close without a last chunk once everything is said.
            if not completion.finished:
                raise
        return completion, first

    async def _refuse(self, response: httpx2.Response) -> None:
        """Turn an HTTP status into the error that it is, with the server's own words cut short."""
        raise refused(
            response.status_code,
            await self._words(response),
            wait=waiting(response.headers),
            keyed=self._secret is not None,
            effort=self._config.effort is not None,
            clean=self._clean,
        )

    async def _words(self, response: httpx2.Response) -> str:
        said = bytearray()
        async for data in response.aiter_raw():
            said += data[:SAID]
            if len(said) >= SAID:
                break
        return said.decode("utf-8", "replace")

    def _clean(self, words: str) -> str:
        """Take the key out of what a server says: some quote it."""
        return words.replace(self._secret, "***") if self._secret else words

    async def ask(self, url: str, about: Any = None) -> Any:  # noqa: ANN401 (any JSON)
        """Return what the server says of itself; None where it says nothing that can be read.

        Args:
            url: Where it is asked.
            about: What is posted; None posts nothing.

        Raises:
            ReasonerUnavailable: It is not there.
            ReasonerRejected: Its certificate is not trusted.
        """
        method, data = ("GET", None) if about is None else ("POST", json.dumps(about).encode())
        try:
            async with self.client.stream(method, url, content=data) as response:
                said = bytearray()
                async for data in response.aiter_raw():
                    said += data
                    if len(said) > LONGEST:
                        return None
                return json.loads(said) if response.status_code == OK else None
        except httpx2.HTTPError as error:
            raise unreached(error) from error
        except (ValueError, RecursionError):
            return None


def authorities(ca: Path | None) -> ssl.SSLContext:
    """Read the authorities to trust. Blocking.

    Args:
        ca: File with them; None takes those of the system.

    Raises:
        ReasonerRejected: They cannot be read.
    """
    if ca is None:
        return httpx2.create_ssl_context(trust_env=False)
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:  # ssl.SSLError is one
        raise ReasonerRejected(f"{ca}: {error.strerror or error}; see to `ca`") from None


def unreached(error: httpx2.HTTPError) -> ReasonerError:
    """Return what a request that got no answer is to us; who was not reached sends no bill."""
    found = _unreached(error)
    found.billed = not isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout))
    return found


def _unreached(error: httpx2.HTTPError) -> ReasonerError:
    """Tell what heals from a certificate, which needs a person."""
    inner: BaseException | None = error
    while inner is not None and not isinstance(inner, ssl.SSLError):
        inner = inner.__cause__ or inner.__context__
    if isinstance(inner, ssl.SSLCertVerificationError):
        why = safe(inner.verify_message, 200).rstrip(".")
        return ReasonerRejected(f"its certificate is not trusted: {why}; see to it, or to `ca`")
    if isinstance(inner, ssl.SSLError):
        return ReasonerUnavailable(f"no connection: TLS failed: {safe(inner.reason or '', 80)}")
    return ReasonerUnavailable(_cause(error))


def _cause(error: httpx2.HTTPError) -> str:
    if isinstance(error, httpx2.ConnectTimeout):
        return f"no connection within {CONNECT:g} s"
    if isinstance(error, httpx2.ConnectError):
        return f"no connection: {safe(str(error), 200)}".removesuffix(": ")
    return f"the connection broke: {safe(str(error), 200) or type(error).__name__}"
