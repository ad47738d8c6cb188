"""Asking a real server over HTTP: every outcome is a verdict, by the deadline."""

import asyncio
import base64
import json
import socket
import ssl
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from rig.certificate import make_certificate

from reasoners import (
    Event,
    Job,
    Limits,
    Prompt,
    QuestionTooLong,
    ReasonerError,
    ReasonerRejected,
    ReasoningState,
    Turn,
    Verdict,
)
from reasoners.providers.config import HttpConfig
from reasoners.providers.http import HttpReasoner
from reasoners.testing import (
    Script,
    ScriptedModel,
    answer,
    fails,
    floods,
    hangs,
    page,
    replied,
    says,
    whole,
)
from reasoners.vlm.call import call
from reasoners.vlm.form import form
from reasoners.vlm.judging import judge

KEY = "sk-very-secret-0123456789"
PICTURE = b"\xff\xd8\xff\xe0 a picture \xff\xd9"
EVENT = Event.model_validate(
    {
        "id": "e1",
        "node": "box1",
        "camera": "porch",
        "revision": 1,
        "type": "new",
        "rule": "presence",
        "started_at": 1.0,
        "updated_at": 1.0,
        "objects": [
            {
                "track": "t17",
                "label": "person",
                "score": 0.91,
                "box": [0.0, 0.2, 0.15, 0.8],
                "motion": {"speed": 0.0, "state": "stationary"},
            }
        ],
        "explanation": "Somebody came.",
        "frame": {"index": 1, "captured_at": 1.0, "received_at": 1.0},
    }
)


def job(deadline: float = 5.0, images: tuple[bytes, ...] = (PICTURE,)) -> Job:
    """Ask about the event."""
    return Job(EVENT, "Is it a courier?", images, deadline)


async def ask(url: str, asked: Job | None = None, secret: str | None = KEY, **more: Any) -> Verdict:
    """Ask one question with a reasoner of its own; what goes wrong is a verdict as well."""
    config = HttpConfig(url=url, model="qwen3-vl-4b", max_tokens=64, **more)
    asked = asked or job()
    async with HttpReasoner("main", config, secret) as reasoner:
        try:
            async with asyncio.timeout(asked.deadline):
                (verdict,) = await judge(reasoner.complete, [asked], Limits(), lambda: False)
        except TimeoutError:
            return Verdict("timeout")
        except ReasonerError as error:
            return Verdict("error", reason=str(error))
    return verdict


async def test_an_answer_becomes_a_verdict() -> None:
    """State, answer, description, entities, checks, model, tokens and latency are there."""
    thing = {"text": "courier", "kind": "person", "track": "t17"}
    async with ScriptedModel(answer("yes", confidence=88, things=[thing])) as model:
        verdict = await ask(model.url)
    assert (verdict.state, verdict.model, verdict.tokens) == ("verified", "qwen3-vl-4b", 812)
    assert verdict.answers[0].confidence == 0.88
    assert verdict.entities[0].track == "t17"
    assert verdict.description == "A person stands in front of the door."
    assert all(check.ok for check in verdict.checks)
    assert verdict.latency_s is not None
    assert 0 < verdict.latency_s < 5


async def test_the_request_carries_question_picture_form_and_key() -> None:
    """One POST, streamed, temperature 0, the picture's very bytes, the key in its header only."""
    async with ScriptedModel() as model:
        await ask(model.url)
        (asked,) = model.requests
    assert (asked.method, asked.path) == ("POST", "/v1/chat/completions")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    body = asked.body
    assert KEY not in json.dumps(body)
    assert (body["model"], body["stream"], body["temperature"]) == ("qwen3-vl-4b", True, 0)
    assert body["max_tokens"] == 64
    assert body["response_format"]["json_schema"]["schema"] == form(call((job(),), Limits()))
    assert body["response_format"]["json_schema"]["strict"] is True
    text, _, picture, _ = body["messages"][1]["content"]
    url = picture["image_url"]["url"]
    assert base64.b64decode(url.partition(",")[2]) == PICTURE
    assert "Is it a courier?" in text["text"]


async def test_a_model_that_thinks_says_which_key_it_misses() -> None:
    """What it refuses names the key of our configuration; with it the answer comes."""
    told = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    async with ScriptedModel(fails(400, told), answer("yes")) as model:
        refused = await ask(model.url)
        verdict = await ask(model.url, effort="none")
        asked = model.requests[1].body
    assert refused.reason is not None
    assert refused.reason.endswith("instead.: set `effort`, such as `effort: none`")
    assert verdict.state == "verified"
    assert (asked["reasoning_effort"], asked["max_completion_tokens"]) == ("none", 64)


async def test_without_a_key_none_is_sent() -> None:
    """A server without keys gets no header for one."""
    async with ScriptedModel() as model:
        await ask(model.url, secret=None)
        assert "authorization" not in model.requests[0].headers


@pytest.mark.fault("F28")
@pytest.mark.parametrize(
    ("said", "state"),
    [("yes", "verified"), ("no", "rejected"), ("cannot_tell", "uncertain")],
)
async def test_each_answer_has_its_state(said: str, state: ReasoningState) -> None:
    """F28: a `no` is a verdict like any other."""
    async with ScriptedModel(answer(said)) as model:
        assert (await ask(model.url)).state == state


GOOD = replied(things=[{"text": "a person", "track": "t17"}])


def off(**change: object) -> Script:
    """Answer with something changed."""
    given = {**GOOD["answers"]["q1"], **change}
    return says(json.dumps({**GOOD, "answers": {"q1": given}}))


@pytest.mark.fault("F23", "F24", "F25")
@pytest.mark.parametrize(
    ("script", "state", "reason"),
    [
        pytest.param(says(json.dumps(GOOD), done=False), "verified", None, id="no DONE"),
        pytest.param(says(json.dumps(GOOD), usage=None), "verified", None, id="no usage"),
        pytest.param(
            says(json.dumps(GOOD), done=False, then="break"), "verified", None, id="cut when done"
        ),
        pytest.param(whole(json.dumps(GOOD)), "verified", None, id="not streamed"),
        pytest.param(says(json.dumps(GOOD)[:30]), "invalid", "not JSON", id="F24 cut JSON"),
        pytest.param(
            says(json.dumps(GOOD)[:30], finish="length"), "invalid", "truncated", id="F24 length"
        ),
        pytest.param(off(answer="maybe"), "invalid", "q1: no legal answer", id="F24 enum"),
        pytest.param(off(extra=1), "invalid", "extra_forbidden", id="F24 extra keys"),
        pytest.param(off(confidence=float("nan")), "invalid", "not JSON", id="F24 NaN"),
        pytest.param(says("[" * 4_000), "invalid", "not JSON", id="F24 nesting"),
        pytest.param(page(), "invalid", "the server sent text/html", id="F24 HTML"),
        pytest.param(
            Script(headers=(), chunks=(b"x",)), "invalid", "sent no type", id="F24 no type"
        ),
        pytest.param(floods(1), "invalid", "longer than", id="F24 flood"),
        pytest.param(says("I'm sorry, I can't."), "refused", "declined", id="F25 prose"),
        pytest.param(
            says("", finish="content_filter"), "refused", "reports a refusal", id="F25 filter"
        ),
        pytest.param(
            fails(429, "slow down", retry_after=30),
            "error",
            "HTTP 429: slow down (asks to wait 30 s)",
            id="F23 429",
        ),
        pytest.param(fails(500), "error", "HTTP 500", id="F23 500"),
        pytest.param(fails(503, "busy"), "error", "HTTP 503: busy", id="F23 503"),
        pytest.param(fails(400, "too long"), "error", "HTTP 400: too long", id="400"),
        pytest.param(fails(302), "error", "HTTP 302", id="redirect"),
        pytest.param(
            says(json.dumps(GOOD), finish=None, done=False, usage=None),
            "error",
            "ended midway",
            id="ends midway",
        ),
        pytest.param(
            says(json.dumps(GOOD)[:40], finish=None, done=False, usage=None, then="break"),
            "error",
            "the connection broke",
            id="closes midway",
        ),
    ],
)
async def test_every_fault_has_its_state(
    script: Script, state: ReasoningState, reason: str | None
) -> None:
    """F23 to F25: nothing is believed in part, nothing is retried, every cause is named."""
    async with ScriptedModel(script) as model:
        verdict = await ask(model.url)
        assert len(model.requests) == 1
    assert verdict.state == state
    if reason is None:
        assert verdict.reason is None
    else:
        assert verdict.reason is not None
        assert reason in verdict.reason
        assert verdict.answers == ()
        assert verdict.description is None


@pytest.mark.fault("F23")
async def test_a_server_that_is_not_there_is_an_error() -> None:
    """F23: refused connections name their cause."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    verdict = await ask(f"http://127.0.0.1:{port}/v1")
    assert verdict.state == "error"
    assert verdict.reason is not None
    assert verdict.reason.startswith("no connection")


def door(pem: Path) -> ssl.SSLContext:
    """Return what a server with this certificate speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@pytest.mark.fault("F23")
@pytest.mark.parametrize(
    ("name", "expired", "trusted", "told"),
    [
        pytest.param("localhost", False, True, None, id="trusted"),
        pytest.param("localhost", False, False, "self-signed certificate", id="self-signed"),
        pytest.param("localhost", True, True, "certificate has expired", id="expired"),
        pytest.param("elsewhere", False, True, "Hostname mismatch", id="another's name"),
    ],
)
async def test_f23_a_certificate_that_is_not_trusted_is_an_error(
    tmp_path: Path, name: str, expired: bool, trusted: bool, told: str | None
) -> None:
    """F23: no picture leaves; the cause is told, and where to see to it."""
    pem = make_certificate(tmp_path, name, expired=expired)
    async with ScriptedModel(answer("yes"), tls=door(pem)) as model:
        verdict = await ask(model.url, ca=pem if trusted else None)
        assert len(model.requests) == (told is None)
    assert verdict.state == ("verified" if told is None else "error")
    if told is not None:
        assert verdict.reason is not None
        assert verdict.reason.startswith(f"its certificate is not trusted: {told}")
        assert verdict.reason.endswith("; see to it, or to `ca`")


@pytest.mark.fault("F23")
async def test_f23_a_server_that_speaks_no_tls_is_told_so() -> None:
    """F23: `https` before the address of a server that speaks plain HTTP."""

    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        verdict = await ask(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
    assert verdict.state == "error"
    assert verdict.reason is not None
    assert verdict.reason.startswith("no connection: TLS failed")


async def test_authorities_that_cannot_be_read_are_a_wrong_configuration(tmp_path: Path) -> None:
    """The file is named, and the key."""
    config = HttpConfig(url="https://localhost/v1", model="m", ca=tmp_path / "none.pem")
    with pytest.raises(
        ReasonerRejected, match=r"none\.pem: No such file or directory; see to `ca`"
    ):
        async with HttpReasoner("r", config, None):
            pass


@pytest.mark.fault("F22")
@pytest.mark.parametrize(
    "script",
    [
        pytest.param(hangs(), id="hangs"),
        pytest.param(says(json.dumps(GOOD), pause=0.1), id="drips"),
        pytest.param(says(json.dumps(GOOD)[:30], finish=None, then="hang"), id="stops midway"),
    ],
)
async def test_f22_the_deadline_holds_and_frees_the_server(script: Script) -> None:
    """F22: whatever the server does, the verdict is there in time and the connection closed."""
    if script.then == "hang" and script.chunks:
        script = Script(chunks=script.chunks[:3], then="hang")
    async with ScriptedModel(script) as model:
        started = time.monotonic()
        verdict = await ask(model.url, job(deadline=0.3))
        took = time.monotonic() - started
        await model.wait_abandoned()
    assert verdict.state == "timeout"
    assert 0.3 <= took < 1.3


PROMPT = Prompt((Turn("user", ("Who is there?", PICTURE)),))


async def test_cancelling_frees_the_server() -> None:
    """Whoever does not want the answer any more stops paying for it."""
    config = HttpConfig(url="http://127.0.0.1:1/v1", model="m")
    async with ScriptedModel(hangs()) as model:
        config = config.model_copy(update={"url": model.url})
        async with HttpReasoner("main", config, None) as reasoner, asyncio.TaskGroup() as group:
            task = group.create_task(reasoner.complete(PROMPT))
            await model.wait_requests()
            task.cancel()
            await model.wait_abandoned()
        assert task.cancelled()


async def test_questions_do_not_wait_for_each_other() -> None:
    """One that hangs does not hold up the next."""
    async with ScriptedModel(hangs(), answer("no")) as model:
        config = HttpConfig(url=model.url, model="m")
        async with HttpReasoner("main", config, None) as reasoner, asyncio.TaskGroup() as group:
            slow = group.create_task(reasoner.complete(PROMPT))
            await model.wait_requests(1)
            assert (
                json.loads((await reasoner.complete(PROMPT)).text)["answers"]["q1"]["answer"]
                == "no"
            )
            assert not slow.done()
            slow.cancel()


@pytest.mark.fault("F24")
async def test_f24_ten_megabytes_cost_no_memory() -> None:
    """F24: the body is cut off at its cap; what came before is let go."""
    async with ScriptedModel(floods(10)) as model:
        tracemalloc.start()
        verdict = await ask(model.url)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        await model.wait_abandoned()
    assert verdict.state == "invalid"
    assert peak < 5_000_000


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
async def test_the_key_is_never_repeated(status: int) -> None:
    """Servers quote what they refuse; a reason holds at most 200 plain characters of it."""
    said = f"bad key {KEY} \x1b[31m<script>\n" + "y" * 5000
    async with ScriptedModel(fails(status, said)) as model:
        verdict = await ask(model.url)
    assert verdict.reason is not None
    assert KEY not in verdict.reason
    assert len(verdict.reason) < 250
    assert verdict.reason.isprintable()
    assert "<" not in verdict.reason


@pytest.mark.parametrize("images", [(), (b"GIF89a",), (PICTURE, b"")])
async def test_without_a_picture_nobody_is_asked(images: tuple[bytes, ...]) -> None:
    """A question without a JPEG ends at once."""
    async with ScriptedModel() as model:
        verdict = await ask(model.url, job(images=images))
        assert model.requests == []
    assert (verdict.state, verdict.reason) == ("error", "there is no picture to ask about")


@pytest.mark.parametrize("secret", ["", "two words", "line\nbreak", "schlüssel"])
def test_a_key_that_no_header_carries_is_refused(secret: str) -> None:
    """At once, by name, and without showing it."""
    with pytest.raises(ReasonerRejected, match="reasoner main: the key") as caught:
        HttpReasoner("main", HttpConfig(url="http://x/v1", model="m"), secret)
    assert not secret or secret not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://host/v1", "must begin with http"),
        ("host:8000/v1", "must begin with http"),
        ("http://", "name a host"),
        ("http://me:hunter2@host/v1", "must not hold a user or password"),
        ("http://host/v1?key=hunter2", "without"),
        ("http://host:99999999/v1", "port"),
        ("http://[::1/v1", "not a URL"),
    ],
)
def test_a_wrong_url_is_refused_without_repeating_it(url: str, says: str) -> None:
    """The message names the remedy; a password in it is not shown."""
    with pytest.raises(ValidationError, match=says) as caught:
        HttpConfig(url=url, model="m")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "script",
    [
        fails(400, '{"error": {"type": "exceed_context_size_error", "n_ctx": 256}}'),
        fails(400, "This model's maximum context length is 4096 tokens"),
        fails(400, "At most 1 image(s) may be provided in one prompt."),
        fails(413),
    ],
)
async def test_too_much_is_told_from_wrong(script: Script) -> None:
    """A question that is too long for the model may be asked with fewer pictures."""
    async with ScriptedModel(script) as model:
        config = HttpConfig(url=model.url, model="m")
        async with HttpReasoner("main", config, None) as reasoner:
            with pytest.raises(QuestionTooLong):
                await reasoner.complete(PROMPT)


async def test_what_a_server_takes_and_needs_is_measured() -> None:
    """Tokens, time to the first letter, time in all, bytes sent."""
    async with ScriptedModel(says("{}", pause=0.02)) as model:
        config = HttpConfig(url=model.url, model="m")
        async with HttpReasoner("main", config, None) as reasoner:
            said = await reasoner.complete(PROMPT)
    assert (said.text, said.model, said.tokens) == ("{}", "m", 812)
    assert said.first_s is not None
    assert 0 < said.first_s <= said.latency_s
    assert said.bytes_sent > len(PICTURE)


def test_the_configuration_reads_as_people_write_it() -> None:
    """Periods with units, a slash at the end of the URL."""
    config = HttpConfig.model_validate(
        {"url": "https://host/v1/", "model": "m", "deadline": "30s", "credential": "vlm"}
    )
    assert (config.url, config.deadline) == ("https://host/v1", 30.0)
