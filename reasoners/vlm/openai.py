"""Any server that speaks chat completions: vLLM, llama.cpp, SGLang, Ollama's `/v1`, OpenAI.

One request per question, always streamed, so that a deadline frees the server at once. Nothing is
retried here. Reference: https://platform.openai.com/docs/api-reference/chat
"""

import asyncio
import base64
import re
import time
from dataclasses import replace
from types import TracebackType
from typing import Annotated, Any, ClassVar, Self

import httpx2
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from reasoners.errors import ReasonerRejected, ReasonerUnavailable, ReplyInvalid, ReplyRefused
from reasoners.period import Period
from reasoners.prompt import Turn
from reasoners.verdict import Job, Verdict
from reasoners.vlm.call import Call, call
from reasoners.vlm.completion import LONGEST, Completion
from reasoners.vlm.grounding import ground
from reasoners.vlm.limits import Limits
from reasoners.vlm.prompt import prompt
from reasoners.vlm.reply import read

CONNECT = 5.0
"""Seconds to wait for a connection; a deadline that comes first wins."""

PER_TOKEN = 1024
"""Bytes a server may spend on the frame around one streamed token."""

PORTS = 65_536
JPEG = b"\xff\xd8\xff"
OK, UNAUTHORIZED, FORBIDDEN, TOO_MANY, SERVER_ERROR = 200, 401, 403, 429, 500


def _server(url: str) -> str:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL:
        raise ValueError("not a URL; give for example http://127.0.0.1:8000/v1") from None
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise ValueError("must begin with http:// or https:// and name a host")
    if parsed.port is not None and not 0 < parsed.port < PORTS:
        raise ValueError("the port must be from 1 to 65535")
    if parsed.userinfo:
        raise ValueError("must not hold a user or password; name the key under `credential`")
    if parsed.query or parsed.fragment:
        raise ValueError("must be a base such as http://127.0.0.1:8000/v1, without ? and #")
    return url.rstrip("/")


class OpenaiConfig(BaseModel):
    """Where the model is, and what an answer may cost."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Annotated[str, Field(max_length=2000), AfterValidator(_server)]
    """Base of the server's API, such as `http://127.0.0.1:8000/v1`; http or https. No default. It
    receives the pictures, and nothing else does."""

    model: str = Field(min_length=1, max_length=200)
    """Name of the model as the server knows it. No default."""

    credential: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    """Name of the credential that holds the key; default none, for servers without one."""

    deadline: Annotated[Period, Field(gt=0, le=600, allow_inf_nan=False)] = 10.0
    """Time an answer may take, in seconds or as `10s`; default 10 s. Raising it lets slow servers
    finish; events wait for nothing either way."""

    max_tokens: int = Field(default=512, ge=16, le=8192)
    """Tokens an answer may have; default 512. Lowering it saves time, but a longer answer is cut
    off and counts as invalid."""


class OpenaiReasoner:
    """Asks one server; every outcome is a verdict."""

    Config: ClassVar[type[BaseModel]] = OpenaiConfig

    def __init__(self, name: str, config: OpenaiConfig, secret: str | None) -> None:
        if secret is not None and not re.fullmatch(r"[!-~]{1,4096}", secret):
            # Sent as it is, it would break the header, and the error would quote it.
            raise ReasonerRejected(
                f"reasoner {name}: the key is empty or has blanks or signs that no header may"
                " carry; store it as one line of plain text"
            )
        self.name = name
        self._config = config
        self._secret = secret
        self._client: httpx2.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        """Prepare the client; the server need not be there."""
        # Sizes are capped by bytes on the wire; compressed, few of them could hold very many.
        headers = {"Accept-Encoding": "identity"}
        if self._secret:
            headers["Authorization"] = f"Bearer {self._secret}"
        self._client = httpx2.AsyncClient(
            headers=headers,
            timeout=httpx2.Timeout(None, connect=CONNECT),
            # A kept connection that the server has closed meanwhile fails the next request, and
            # nothing is retried here.
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

    async def judge(self, job: Job) -> Verdict:
        """Return the terminal answer by the job's deadline."""
        started = time.monotonic()
        verdict = await self._judge(job)
        latency = round(time.monotonic() - started, 3)
        return replace(verdict, model=self._config.model, latency_s=latency)

    async def _judge(self, job: Job) -> Verdict:
        asked = call((job,), Limits())
        images = prompt(asked).images
        if not images or not all(image.startswith(JPEG) for image in images):
            return Verdict("error", reason="there is no picture to ask about")
        completion = None
        try:
            async with asyncio.timeout(job.deadline):
                completion = await self._complete(asked)
            (verdict,) = ground(read(completion.text(), asked), asked)
        except TimeoutError:
            verdict = Verdict("timeout", reason=f"no answer within {job.deadline:g} s")
        except ReplyRefused as error:
            verdict = Verdict("refused", reason=str(error))
        except ReplyInvalid as error:
            verdict = Verdict("invalid", reason=str(error))
        except (ReasonerUnavailable, ReasonerRejected) as error:
            verdict = Verdict("error", reason=str(error))
        return replace(verdict, tokens=completion.tokens if completion else None)

    async def _complete(self, asked: Call) -> Completion:
        if self._client is None:
            raise RuntimeError("a reasoner is used inside `async with`")
        url = f"{self._config.url}/chat/completions"
        try:
            async with self._client.stream("POST", url, json=self._request(asked)) as response:
                if response.status_code != OK:
                    await self._refuse(response)
                return await self._receive(response)
        except httpx2.HTTPError as error:
            raise ReasonerUnavailable(_cause(error)) from error

    def _request(self, asked: Call) -> dict[str, Any]:
        question = prompt(asked)
        return {
            "model": self._config.model,
            "messages": [_message(turn) for turn in question.turns],
            "max_tokens": self._config.max_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "verdict", "strict": True, "schema": question.form},
            },
        }

    async def _receive(self, response: httpx2.Response) -> Completion:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in {"text/event-stream", "application/json"}:
            raise ReplyInvalid(f"the server sent {_safe(kind, 60) or 'no type'}, not an answer")
        completion = Completion(
            streamed=kind == "text/event-stream",
            cap=LONGEST + PER_TOKEN * self._config.max_tokens,
        )
        try:
            async for data in response.aiter_raw():
                completion.feed(data)
                if completion.done:
                    break
        except httpx2.RemoteProtocolError:
            # Some servers close without a last chunk once everything is said.
            if not completion.finished:
                raise
        return completion

    async def _refuse(self, response: httpx2.Response) -> None:
        """Turn an HTTP status into the error that it is, with the server's own words cut short."""
        status = response.status_code
        if status in {UNAUTHORIZED, FORBIDDEN}:
            # Servers quote the key they refuse.
            raise ReasonerRejected(f"HTTP {status}: the server refuses the key")
        said = bytearray()
        async for data in response.aiter_raw():
            said += data[:2048]
            if len(said) >= 2048:  # noqa: PLR2004  enough for the start of a sentence
                break
        words = said.decode("ascii", "replace")
        if self._secret:
            words = words.replace(self._secret, "***")
        reason = f"HTTP {status}: {_safe(words, 200)}".removesuffix(": ")
        wait = _wait(response)
        if wait is not None:
            reason = f"{reason} (asks to wait {wait:g} s)"
        if status == TOO_MANY or status >= SERVER_ERROR:
            raise ReasonerUnavailable(reason, retry_after=wait)
        raise ReasonerRejected(reason)


def _message(turn: Turn) -> dict[str, Any]:
    """Write what one side says as chat completions have it; pictures go along as data URLs."""
    parts = [
        {"type": "text", "text": part}
        if isinstance(part, str)
        else {
            "type": "image_url",
            "image_url": {"url": f"data:image/jpeg;base64,{base64.b64encode(part).decode()}"},
        }
        for part in turn.parts
    ]
    return {"role": turn.role, "content": turn.parts[0] if turn.role == "system" else parts}


def _wait(response: httpx2.Response) -> float | None:
    """Read Retry-After, RFC 9110 section 10.2.3, in its form of seconds."""
    asked = response.headers.get("retry-after", "")
    return float(asked) if re.fullmatch(r"\d{1,6}", asked, re.ASCII) else None


def _cause(error: httpx2.HTTPError) -> str:
    if isinstance(error, httpx2.ConnectTimeout):
        return f"no connection within {CONNECT:g} s"
    if isinstance(error, httpx2.ConnectError):
        return f"no connection: {_safe(str(error), 200)}".removesuffix(": ")
    return f"the connection broke: {_safe(str(error), 200) or type(error).__name__}"


def _safe(text: str, longest: int) -> str:
    """Keep letters, figures and plain signs, on one line."""
    return " ".join(re.sub(r"[^A-Za-z0-9 .,:;_/()'*-]+", " ", text).split())[:longest]
