"""Options of the webhook sink."""

import ipaddress
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import httpx2
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from reasoners import Event, EventType, ReasoningState, Severity
from sinks.webhook.template import Form

PASSWORD: Final = "{password}"  # noqa: S105 (where one is put, not one)
_EXAMPLE: Final = "must look like https://host/path"

Header = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$")]
"""Name of a header, RFC 9110, 5.6.2."""


Shows = Literal["snapshot", "forecast"]


class Only(BaseModel):
    """Which revisions are sent; everything named must fit. What is left out is not looked at."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    types: frozenset[EventType] | None = None
    """`new`, `update`, `end`. Default: all."""

    severities: frozenset[Severity] | None = None
    """Default: all."""

    cameras: frozenset[str] | None = None
    """Names of cameras. Default: all."""

    rules: frozenset[str] | None = None
    """Names of rules. Default: all."""

    labels: frozenset[str] | None = None
    """One of the event's objects must bear one of these. Default: all."""

    states: frozenset[ReasoningState] | None = None
    """States of reasoning, such as `verified`. Default: all."""

    picture: bool = False
    """Only revisions with the picture that `shows` names. Default false."""

    def admits(self, event: Event, shows: Shows = "snapshot") -> bool:
        """Tell whether this revision is sent, to whom is sent which picture."""
        wanted = (
            (self.types, {event.type}),
            (self.severities, {event.severity}),
            (self.cameras, {event.camera}),
            (self.rules, {event.rule}),
            (self.labels, {thing.label for thing in event.objects}),
            (self.states, {event.reasoning.state}),
        )
        fits = all(names is None or names & found for names, found in wanted)
        return fits and (getattr(event.media, shows) is not None or not self.picture)


class WebhookConfig(BaseModel):
    """Options of the webhook sink."""

    # An error must not show the value: it may be a URL with a password in it.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str = Field(max_length=2000)
    """Where to send to, http or https. `{password}` in its path stands for the password of
    `credential`, for services that want it there. No default."""

    method: Literal["POST", "PUT"] = "POST"
    """Default `POST`."""

    credential: str | None = None
    """Name of the credential that proves who we are: user and password as basic authentication, a
    password alone as bearer token, or in the path where `url` says so. Default: none."""

    sign: str | None = None
    """Name of the credential whose password, `whsec_…`, signs each request as Standard Webhooks
    has it. Default: none, not signed."""

    headers: dict[Header, str] = Field(default={}, max_length=32)
    """Further headers; values are templates. Default none."""

    body: str | dict[str, Any] | None = None
    """What is sent: a template, sent as text; or a mapping whose texts are templates, sent as JSON.
    Default: the event as it goes out everywhere."""

    shows: Shows = "snapshot"
    """Which picture of the event is meant: its `snapshot` (default), or its `forecast`, see
    `forecast` of a camera."""

    picture: Literal["none", "body", "form"] = "none"
    """How the picture goes along: not at all; as the body, with `body` left out; or as a file in a
    form whose fields are those of `body`. A revision without one is sent without. Default
    `none`."""

    picture_field: str = Field(default="photo", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Name of the form's field with the picture. Default `photo`."""

    only: Only = Only()
    """Which revisions are sent. Default: all of them."""

    once: bool = False
    """Send of each event only the first revision that `only` admits. Default false. Remembered for
    10,000 events and until the daemon ends."""

    timeout: float = Field(default=10, gt=0, le=60)
    """Seconds a request may take. Default 10. Lowering it notices a dead receiver sooner; raising
    it suits slow ones."""

    ca: Path | None = None
    """File with the authorities to trust. Default: those of the system."""

    insecure: bool = False
    """Allow a password over http to another machine. Default false."""

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        try:
            parts = httpx2.URL(url.replace(PASSWORD, "x"))
        except (httpx2.InvalidURL, ValueError):
            raise ValueError(_EXAMPLE) from None
        if parts.scheme not in {"http", "https"} or not parts.host or parts.fragment:
            raise ValueError(_EXAMPLE)
        if parts.userinfo:
            raise ValueError(
                "must not hold a user or password; put them into the secrets file and name them "
                "with `credential`"
            )
        if PASSWORD in url.partition("://")[2].partition("/")[0]:
            raise ValueError("may have {password} only behind the host")
        return url

    @field_validator("headers", "body")
    @classmethod
    def _check_templates(cls, given: Any) -> Any:  # noqa: ANN401 (either shape)
        if given is not None:
            Form(given)
        return given

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if PASSWORD in self.url and self.credential is None:
            raise ValueError("`url` has {password}, so `credential` must name whose")
        if self.credential and not self.tls and not self.insecure and not _loopback(self.host):
            raise ValueError(
                f"a password would travel to {self.host} unprotected; use https://, or say "
                "`insecure: true` if that is meant"
            )
        if self.ca and not self.tls:
            raise ValueError("`ca` needs an https:// url")
        if self.picture == "body" and self.body is not None:
            raise ValueError("the picture is the body, so `body` has no place; use `headers`")
        if self.picture == "form" and not isinstance(self.body, dict):
            raise ValueError("`picture: form` needs `body` as a mapping, the fields of the form")
        return self

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted, and the server's certificate verified."""
        return self._parts.scheme == "https"

    @property
    def host(self) -> str:
        """Name or address of the receiver."""
        return self._parts.host

    @property
    def port(self) -> int:
        """TCP port of the receiver."""
        return self._parts.port or (443 if self.tls else 80)

    @property
    def place(self) -> str:
        """Where we send to, as it may be said: without path, which may hold a secret."""
        return f"{self.host}:{self.port}"

    @property
    def _parts(self) -> httpx2.URL:
        return httpx2.URL(self.url.replace(PASSWORD, "x"))


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
