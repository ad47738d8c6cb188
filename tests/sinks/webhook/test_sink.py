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
from pathlib import Path

import pytest
from rig.receiver import NOW, SIGNING, Receiver, Reply, Taken
from rig.revisions import revision

from reasoners import Media
from sinks import Departure, EventRejected, SinkError, SinkRejected, SinkUnavailable
from sinks.testing import check_sink
from sinks.webhook import WebhookSink

Make = Callable[..., WebhookSink]


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


async def test_a_template_that_does_not_suit_an_event_refuses_that_event(make: Make) -> None:
    """The sample had an object, this event has none: set aside, not fatal."""
    with Receiver() as receiver:
        async with make(url=receiver.url, body="{{ objects[0].label }}") as sink:
            with pytest.raises(EventRejected, match="see to `body`"):
                await sink.deliver(revision(1, objects=()))
            await sink.deliver(revision(2))
    assert [taken.body for taken in receiver.taken] == [b"person"]


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


@pytest.mark.parametrize("where", ["body", "form", "none"])
async def test_a_picture_is_in_the_ledger_with_its_hash(
    make: Make, ledger: list[Departure], tmp_path: Path, where: str
) -> None:
    """As a body or as part of a form; a request without one has no line."""
    jpeg = b"\xff\xd8\xffpicture"
    (tmp_path / "snapshot.jpg").write_bytes(jpeg)
    fields = {"body": {"text": "x"}} if where == "form" else {}
    event = revision(1, media=Media(snapshot="/snapshot.jpg"))
    with Receiver() as receiver:
        async with make(url=receiver.url, picture=where, **fields) as sink:
            await sink.deliver(event)
    told = Departure.of(
        jpeg,
        at=NOW,
        kind="picture",
        part="hook",
        host=receiver.url.removeprefix("http://"),
        camera=event.camera,
        event=event.id,
    )
    assert ledger == ([] if where == "none" else [told])


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
