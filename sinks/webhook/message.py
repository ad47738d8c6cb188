"""What one request carries: headers and body, built from one revision."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from reasoners import Event
from sinks.webhook.config import WebhookConfig
from sinks.webhook.template import Form

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]+")
_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request, but for authentication and signature."""

    headers: dict[str, bytes]
    content: bytes | None = None
    """The body; None where it is a form."""

    fields: dict[str, str] | None = None
    picture: bytes | None = None
    """The file of the form."""

    @property
    def said(self) -> bytes:
        """What it tells beside headers and picture: the body, or a form's fields as JSON."""
        if self.fields is not None:
            return json.dumps(self.fields, ensure_ascii=False).encode()
        return self.content or b""


class Composer:
    """Builds what is sent as the configuration has it."""

    def __init__(self, config: WebhookConfig) -> None:
        self._picture = config.picture
        self._headers = Form(config.headers)
        self._body = None if config.body is None else Form(config.body)

    def compose(self, event: Event, picture: bytes | None) -> Outgoing:
        """Build the request for one revision.

        Raises:
            ValueError: A template does not suit this event.
        """
        filled: Any = self._headers.fill(event)
        headers = {name.lower(): _value(value) for name, value in filled.items()}
        if self._picture == "body" and picture is not None:
            return Outgoing({"content-type": b"image/jpeg", **headers}, picture)
        body: Any = event.wire() if self._body is None else self._body.fill(event)
        if self._picture == "form":
            fields = {name: _field(value) for name, value in body.items()}
            headers.pop("content-type", None)  # it names the form's own boundary
            return Outgoing(headers, fields=fields, picture=picture)
        if isinstance(body, str):
            kind = _JSON if self._body is None else "text/plain; charset=utf-8"
            return Outgoing({"content-type": kind.encode(), **headers}, body.encode())
        content = json.dumps(body, ensure_ascii=False).encode()
        return Outgoing({"content-type": _JSON.encode(), **headers}, content)


def _value(value: object) -> bytes:
    """Write a header's value on one line; what an object is called must not add a header."""
    return _CONTROLS.sub(" ", str(value)).strip().encode()


def _field(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
