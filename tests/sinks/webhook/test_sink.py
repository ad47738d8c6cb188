"""The webhook sink against a real web server."""

import asyncio
import base64
import email
import email.message
import email.policy
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rig.certificate import make_certificate
from rig.receiver import Receiver, Reply, Taken
from rig.revisions import revision

from reasoners import Media
from sinks import EventRejected, SinkError, SinkRejected, SinkUnavailable, Site
from sinks.testing import check_sink
from sinks.webhook import WebhookConfig, WebhookSink

NOW = 1_795_400_000.7


@dataclass
class Key:
    """A credential."""

    user: str | None
    password: str | None


SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEYS = {
    "basic": Key("viewer", "canary-5up3r"),
    "token": Key(None, "canary-t0ken"),
    "signing": Key(None, SIGNING),
    "weak": Key(None, "whsec_c2hvcnQ="),
    "broken": Key(None, "two\nlines"),
}

Make = Callable[..., WebhookSink]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Build a sink with these options."""

    def build(**options: Any) -> WebhookSink:
        site = Site("box1", "1.2", tmp_path, KEYS.__getitem__, lambda: NOW)
        return WebhookSink("hook", WebhookConfig.model_validate(options), site)

    return build


def ids(receiver: Receiver) -> list[str]:
    """Return the events that arrived, in order."""
    return [json.loads(taken.body)["id"] for taken in receiver.taken]


def parts(taken: Taken) -> dict[str, bytes]:
    """Read the fields of a form."""
    head = f"content-type: {taken.headers['content-type']}\r\n\r\n".encode()
    form = email.message_from_bytes(head + taken.body, policy=email.policy.HTTP)
    assert isinstance(form, email.message.EmailMessage)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_content().encode()
        if part.get_content_maintype() == "text"
        else part.get_content()
        for part in form.iter_parts()
    }


async def test_sink_keeps_the_contract(make: Make) -> None:
    """Order, errors, cancelling and leaving are as this room promises."""
    with Receiver() as receiver:
        events = [revision(n) for n in range(1, 6)]
        await check_sink(lambda: make(url=receiver.url), events, lambda: ids(receiver))


async def test_without_options_the_event_arrives_as_it_goes_out_everywhere(make: Make) -> None:
    """Byte for byte, as JSON, over one connection that is used again."""
    with Receiver() as receiver:
        async with make(url=f"{receiver.url}/in?from=lookout") as sink:
            await sink.deliver(revision(1, explanation="ü"))
            await sink.deliver(revision(2))
        first = receiver.taken[0]
        assert (first.method, first.path) == ("POST", "/in?from=lookout")
        assert first.body == revision(1, explanation="ü").wire().encode()
        assert first.headers["content-type"] == "application/json"
        assert first.headers["user-agent"] == "lookout/1.2"
        assert receiver.asked == 1


async def test_a_signed_request_can_be_checked_and_keeps_its_id_when_it_comes_again(
    make: Make,
) -> None:
    """The signature covers id, time and body; a second attempt bears the same id."""
    replies = iter([Reply(503), Reply()])
    with Receiver(lambda _: next(replies)) as receiver:
        async with make(url=receiver.url, sign="signing") as sink:
            with pytest.raises(SinkUnavailable):
                await sink.deliver(revision(7))
            await sink.deliver(revision(7))
    secret = base64.b64decode(SIGNING.removeprefix("whsec_"))
    assert len(receiver.taken) == 2
    for taken in receiver.taken:
        identity, at = taken.headers["webhook-id"], taken.headers["webhook-timestamp"]
        assert (identity, at) == ("e7-1", str(int(NOW)))
        signed = hmac.new(secret, f"{identity}.{at}.".encode() + taken.body, hashlib.sha256)
        expected = "v1," + base64.b64encode(signed.digest()).decode()
        assert taken.headers["webhook-signature"] == expected


async def test_templates_fill_headers_and_body_and_cannot_be_broken_out_of(make: Make) -> None:
    """Quotes stay inside JSON, line breaks add no header, and text beyond ASCII arrives."""
    said = 'he said "hü"\r\nX-Evil: 1'
    with Receiver() as receiver:
        options = {
            "url": receiver.url,
            "headers": {"Title": "{{ camera }}: {{ explanation }}"},
            "body": {"text": "{{ explanation }}", "n": 3, "who": ["{{ objects[0].label }}"]},
        }
        async with make(**options) as sink:
            await sink.deliver(revision(1, explanation=said))
    taken = receiver.taken[0]
    assert json.loads(taken.body) == {"text": said, "n": 3, "who": ["person"]}
    assert taken.headers["title"] == 'porch: he said "hü" X-Evil: 1'
    assert "x-evil" not in taken.headers


async def test_a_template_that_does_not_suit_an_event_refuses_that_event(make: Make) -> None:
    """The sample had an object, this event has none: set aside, not fatal."""
    with Receiver() as receiver:
        async with make(url=receiver.url, body="{{ objects[0].label }}") as sink:
            with pytest.raises(EventRejected, match="see to `body`"):
                await sink.deliver(revision(1, objects=()))
            await sink.deliver(revision(2))
    assert [taken.body for taken in receiver.taken] == [b"person"]


@pytest.mark.parametrize(
    ("credential", "sent"),
    [
        ("basic", "Basic " + base64.b64encode(b"viewer:canary-5up3r").decode()),
        ("token", "Bearer canary-t0ken"),
    ],
)
async def test_a_credential_proves_who_we_are(make: Make, credential: str, sent: str) -> None:
    """User and password as basic authentication, a password alone as a token."""
    with Receiver() as receiver:
        async with make(url=receiver.url, credential=credential) as sink:
            await sink.deliver(revision())
    assert receiver.taken[0].headers["authorization"] == sent


async def test_a_password_in_the_path_is_sent_and_never_said(make: Make) -> None:
    """Refusals name the host alone."""
    with Receiver(lambda _: Reply(404, b"no such bot")) as receiver:
        url = f"{receiver.url}/bot{{password}}/sendMessage"
        async with make(url=url, credential="token") as sink:
            with pytest.raises(SinkRejected, match=r"localhost:\d+: HTTP 404: no such bot") as said:
                await sink.deliver(revision())
    taken = receiver.taken[0]
    assert taken.path == "/botcanary-t0ken/sendMessage"
    assert "authorization" not in taken.headers
    assert "canary" not in str(said.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sign": "weak"}, "credential 'weak': the password must be `whsec_`"),
        ({"credential": "broken"}, "credential 'broken': the password"),
    ],
)
async def test_a_secret_that_cannot_be_used_is_refused_unseen(
    make: Make, options: dict[str, str], said: str
) -> None:
    """The error names the credential, not what is in it."""
    with Receiver() as receiver, pytest.raises(SinkRejected, match=said) as caught:
        await make(url=receiver.url, **options).__aenter__()
    assert "two" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (500, SinkUnavailable),
        (503, SinkUnavailable),
        (429, SinkUnavailable),
        (408, SinkUnavailable),
        (400, EventRejected),
        (413, EventRejected),
        (422, EventRejected),
        (301, SinkRejected),
        (401, SinkRejected),
        (403, SinkRejected),
        (404, SinkRejected),
        (410, SinkRejected),
    ],
)
async def test_each_answer_has_its_remedy(make: Make, status: int, error: type[SinkError]) -> None:
    """What heals is tried again, one event is set aside, or a person must act; never delivered."""
    headers = (("location", "http://127.0.0.1:1/"),) if status < 400 else ()
    with Receiver(lambda _: Reply(status, b"why", headers)) as receiver:
        async with make(url=receiver.url) as sink:
            with pytest.raises(SinkError, match=f"HTTP {status}: why") as caught:
                await sink.deliver(revision())
    assert type(caught.value) is error
    assert len(receiver.taken) == 1


async def test_who_asks_us_to_wait_is_left_alone(make: Make) -> None:
    """After `Retry-After` the next connection is not even tried until the time is over."""
    with Receiver(lambda _: Reply(429, b"", (("retry-after", "1"),))) as receiver:
        sink = make(url=receiver.url)
        async with sink:
            with pytest.raises(SinkUnavailable):
                await sink.deliver(revision())
        with pytest.raises(SinkUnavailable, match="asked us to wait"):
            await sink.__aenter__()
        await asyncio.sleep(1.05)
        async with sink:
            pass


async def test_a_kept_connection_that_was_closed_costs_nothing(make: Make) -> None:
    """A server that drops idle connections gets the event over a new one."""
    replies = iter([Reply(), Reply(close=True), Reply()])
    with Receiver(lambda _: next(replies)) as receiver:
        async with make(url=receiver.url) as sink:
            await sink.deliver(revision(1))
            await sink.deliver(revision(2))
    assert ids(receiver) == ["e1", "e2", "e2"]


async def test_a_server_that_hangs_is_given_up_in_time(make: Make) -> None:
    """One deadline for the whole request."""
    held = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang(_: Taken) -> Reply:
        asyncio.run_coroutine_threadsafe(held.wait(), loop).result(20)
        return Reply()

    with Receiver(hang) as receiver:
        async with make(url=receiver.url, timeout=0.3) as sink:
            started = time.monotonic()
            with pytest.raises(SinkUnavailable, match=r"no answer within 0\.3 s"):
                await sink.deliver(revision())
            assert time.monotonic() - started < 5
        held.set()
        await asyncio.sleep(0)


async def test_a_long_answer_is_quoted_in_part(make: Make) -> None:
    """A refusal repeats its beginning only."""
    with Receiver(lambda _: Reply(400, b"x" * 5_000_000)) as receiver:
        async with make(url=receiver.url) as sink:
            with pytest.raises(EventRejected) as caught:
                await sink.deliver(revision())
    assert len(str(caught.value)) < 300


async def test_nobody_there_heals_by_itself(make: Make) -> None:
    """The error names the place."""
    with Receiver() as receiver:
        url = receiver.url
    with pytest.raises(SinkUnavailable, match=r"localhost:\d+: .*"):
        await make(url=url).__aenter__()


async def test_a_certificate_is_verified(make: Make, tmp_path: Path) -> None:
    """Unknown authorities are refused with the remedy; with `ca` the same server is trusted."""
    pem = make_certificate(tmp_path)
    with Receiver(certificate=pem) as receiver:
        with pytest.raises(SinkRejected, match="see to `ca`"):
            await make(url=receiver.url).__aenter__()
        async with make(url=receiver.url, ca=str(pem), credential="token") as sink:
            await sink.deliver(revision())
    assert ids(receiver) == ["e1"]


async def test_a_snapshot_goes_along_as_body_or_in_a_form(make: Make, tmp_path: Path) -> None:
    """The very bytes of the file; a revision without one is sent without."""
    picture = b"\xff\xd8\xff" + bytes(range(256)) * 40
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "s.jpg").write_bytes(picture)
    seen = revision(1, media=Media(snapshot="events/s.jpg"))
    gone = revision(2, media=Media(snapshot="events/expired.jpg"))
    fields = {"chat_id": 5, "caption": "{{ explanation }}"}
    with Receiver() as receiver:
        options = {"url": receiver.url, "picture": "body", "headers": {"Title": "{{ rule }}"}}
        async with make(**options) as sink:
            await sink.deliver(seen)
        async with make(url=receiver.url, picture="form", body=fields, sign="signing") as sink:
            await sink.deliver(seen)
            await sink.deliver(gone)
    body, form, bare = receiver.taken
    assert (body.body, body.headers["content-type"]) == (picture, "image/jpeg")
    assert parts(form) == {"chat_id": b"5", "caption": b"person t1 came", "photo": picture}
    assert form.headers["webhook-id"] == "e1-1"
    assert b"chat_id=5" in bare.body


async def test_once_sends_the_first_fitting_revision_of_each_event(make: Make) -> None:
    """Later revisions are passed over; a failed attempt does not count."""
    replies = iter([Reply(500), Reply(), Reply()])
    with Receiver(lambda _: next(replies)) as receiver:
        async with make(url=receiver.url, once=True, only={"types": ["update"]}) as sink:
            await sink.deliver(revision(1))
            with pytest.raises(SinkUnavailable):
                await sink.deliver(revision(1, revision=2, type="update"))
            await sink.deliver(revision(1, revision=2, type="update"))
            await sink.deliver(revision(1, revision=3, type="update"))
            await sink.deliver(revision(2, revision=2, type="update"))
    assert ids(receiver) == ["e1", "e1", "e2"]
