"""The ready-made webhooks send what the services' own documents ask for."""

import email
import email.message
import email.policy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from rig.receiver import Receiver, Reply, Taken
from rig.revisions import revision

from daemon.secrets import Secret
from reasoners import Event, Media
from sinks import Site
from sinks.webhook import WebhookConfig, WebhookSink

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "webhooks"
PICTURE = b"\xff\xd8\xff" + bytes(5000)


def ntfy(taken: Taken) -> bool:
    """A file as the body; title, message and priority 1 to 5 in headers; a bearer token."""
    heads = taken.headers
    return (
        taken.method == "PUT"
        and taken.path.count("/") == 1
        and taken.body == PICTURE
        and heads["title"] == "porch: presence"
        and heads["message"] == "person t1 cäme"
        and heads["filename"].endswith(".jpg")
        and heads["priority"] == "5"
        and heads["authorization"] == "Bearer T0/B0/k3y:x"
    )


def slack(taken: Taken) -> bool:
    """JSON with a text, at the address that is the secret."""
    return (
        taken.method == "POST"
        and taken.path == "/services/T0/B0/k3y:x"
        and taken.headers["content-type"] == "application/json"
        and json.loads(taken.body) == {"text": "*porch* person t1 cäme"}
    )


def telegram(taken: Taken) -> bool:
    """A form with chat, photo, a caption of 1,024 signs at most, and a truth value as text."""
    head = f"content-type: {taken.headers['content-type']}\r\n\r\n".encode()
    form = email.message_from_bytes(head + taken.body, policy=email.policy.HTTP)
    assert isinstance(form, email.message.EmailMessage)
    fields: dict[str, Any] = {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
        for part in form.iter_parts()
    }
    return (
        taken.path == "/botT0/B0/k3y:x/sendPhoto"
        and fields["photo"] == PICTURE
        and int(fields["chat_id"]) < 0
        and fields["caption"].decode().endswith("person t1 cäme")
        and len(fields["caption"].decode()) <= 1024
        and fields["disable_notification"] == b"false"
    )


def gotify(taken: Taken) -> bool:
    """JSON with a message, a title and a whole number as priority; a bearer token."""
    body = json.loads(taken.body)
    return (
        taken.path == "/message"
        and body["message"] == "person t1 cäme"
        and body["title"] == "porch: presence"
        and isinstance(body["priority"], int)
        and taken.headers["authorization"] == "Bearer T0/B0/k3y:x"
    )


SERVICES = {"ntfy": ntfy, "slack": slack, "telegram": telegram, "gotify": gotify}


def alert(**changes: Any) -> Event:
    """Return an event worth a message."""
    told = {"severity": "alert", "explanation": "person t1 cäme", **changes}
    return revision(1, media=Media(snapshot="s.jpg"), **told)


def test_every_recipe_is_tried() -> None:
    """No file lies beside those that are tried below."""
    assert {path.stem for path in FOLDER.iterdir()} == SERVICES.keys()


@pytest.mark.parametrize("service", SERVICES)
async def test_a_recipe_sends_what_its_service_takes(service: str, tmp_path: Path) -> None:
    """Each recipe, pointed at a server that judges by the service's document, is taken once."""
    (tmp_path / "s.jpg").write_bytes(PICTURE)
    recipe = yaml.safe_load((FOLDER / f"{service}.yaml").read_text())
    (options,) = recipe.values()
    assert options.pop("type") == "webhook"
    judge = SERVICES[service]
    with Receiver(lambda taken: Reply(200 if judge(taken) else 400)) as receiver:
        host, _, path = options["url"].partition("://")[2].partition("/")
        assert host
        options["url"] = f"{receiver.url}/{path}"
        site = Site("box1", "1", tmp_path, lambda _: Secret(None, "T0/B0/k3y:x"), lambda: 0.0)
        async with WebhookSink(service, WebhookConfig.model_validate(options), site) as sink:
            await sink.deliver(alert())
            await sink.deliver(alert(revision=2, type="update"))
        assert len(receiver.taken) == 1
