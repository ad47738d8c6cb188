"""What a request carries."""

import email
import email.message
import email.policy
import json
from collections.abc import Callable
from pathlib import Path

from rig.receiver import Receiver, Taken
from rig.revisions import revision

from reasoners import Media
from sinks.webhook import WebhookSink

Make = Callable[..., WebhookSink]


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
        async with make(url=receiver.url, picture="body", shows="forecast") as sink:
            await sink.deliver(revision(3, media=Media(forecast="events/s.jpg")))
    body, form, bare, foreseen = receiver.taken
    assert foreseen.body == picture
    assert (body.body, body.headers["content-type"]) == (picture, "image/jpeg")
    assert parts(form) == {"chat_id": b"5", "caption": b"person t1 came", "photo": picture}
    assert form.headers["webhook-id"] == "e1-1"
    assert b"chat_id=5" in bare.body
