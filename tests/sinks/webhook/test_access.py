"""Who we are, and who the receiver is."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rig.certificate import make_certificate
from rig.receiver import Receiver, Reply
from rig.revisions import revision

from sinks import SinkRejected, SinkUnavailable
from sinks.webhook import WebhookSink

Make = Callable[..., WebhookSink]


def ids(receiver: Receiver) -> list[str]:
    """Return the events that arrived, in order."""
    return [json.loads(taken.body)["id"] for taken in receiver.taken]


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
