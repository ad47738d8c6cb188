"""Options of the MQTT sink."""

import ipaddress
from pathlib import Path
from typing import Final, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_PORTS: Final = {"mqtt": 1883, "mqtts": 8883, "ws": 80, "wss": 443}
_PATH: Final = "/mqtt"
_EXAMPLE: Final = "must look like mqtt://host:1883, mqtts://host:8883 or wss://host:443/mqtt"


class MqttConfig(BaseModel):
    """Options of the MQTT sink."""

    # An error must not show the value: it may be a URL with a password in it.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str
    """`mqtt://host[:1883]`, or `mqtts://host[:8883]` for TLS; `ws://host[:80][/mqtt]` or
    `wss://host[:443][/mqtt]` through a web server. Never with a user or password."""

    credential: str | None = None
    """Name of the credential with the broker's user and password. Default: none, anonymous."""

    prefix: str | None = Field(
        default=None, max_length=64, pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$"
    )
    """First part of every topic. Default `lookout`; with `compat: frigate`, `frigate`."""

    compat: Literal["frigate"] | None = None
    """`frigate`: this sink speaks as Frigate does, for automations that were written for it, and
    nothing else; see `docs/integrations/frigate.md`. Default none: our own messages."""

    client_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.:-]{1,64}$")
    """Name towards the broker; two clients of one name throw each other out. Default: made from
    the node's name and a hash of the machine's id."""

    keepalive: int = Field(default=15, ge=5, le=600)
    """Seconds without traffic until we show a sign of life. Default 15. Lowering it makes the
    broker say `offline` sooner (after 1.5 times this); raising it saves a few bytes."""

    timeout: float = Field(default=10, gt=0, le=60)
    """Seconds a connection, or the receipt of one event, may take. Default 10. Lowering it notices
    a dead broker sooner; raising it suits slow links."""

    expiry: float = Field(default=7 * 86400, ge=0)
    """Seconds the broker keeps an event for a subscriber that is away (MQTT 5). Default 7 days;
    0: for ever."""

    frames: bool = False
    """Publish what was seen in every processed frame, at QoS 0. Default false; much traffic."""

    discovery: str | None = Field(
        default=None, max_length=64, pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$"
    )
    """Where Home Assistant listens for devices, `homeassistant` unless it was told otherwise.
    Default: none, nothing is announced."""

    ca: Path | None = None
    """File with the authorities to trust. Default: those of the system."""

    cert: Path | None = None
    """File with our own certificate, if the broker asks for one."""

    key: Path | None = None
    """File with the key of `cert`."""

    insecure: bool = False
    """Allow a password over a connection without TLS to another machine. Default false."""

    snapshot_limit: int = Field(default=512 * 1024, ge=0)
    """Bytes; a larger picture is not published. Default 512 KiB; 0: no pictures at all."""

    event_limit: int = Field(default=64 * 1024, ge=1024)
    """Bytes; a larger event is refused. Default 64 KiB. Raising it past the broker's own limit
    makes the broker close the connection."""

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as exc:
            raise ValueError(_EXAMPLE) from exc
        if parts.username is not None or parts.password is not None:
            raise ValueError(
                "must not hold a user or password; put them into the secrets file and name them "
                "with `credential`"
            )
        path = "" if parts.scheme in {"ws", "wss"} else parts.path.strip("/")
        rest = path or parts.query or parts.fragment
        if parts.scheme not in _PORTS or not parts.hostname or rest or port == 0:
            raise ValueError(_EXAMPLE)
        return url

    @model_validator(mode="after")
    def _check_safety(self) -> Self:
        if self.key is not None and self.cert is None:
            raise ValueError("`key` needs `cert`")
        if self.compat and (self.discovery or self.frames):
            raise ValueError("`compat` goes neither with `discovery` nor with `frames`; add a sink")
        if not self.tls and (self.ca or self.cert):
            raise ValueError("`ca` and `cert` need an mqtts:// or wss:// url")
        if self.credential and not self.tls and not self.insecure and not _loopback(self.host):
            raise ValueError(
                f"a password would travel to {self.host} unprotected; use mqtts://, or say "
                "`insecure: true` if that is meant"
            )
        return self

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted, and the broker's certificate verified."""
        return self._parts.scheme in {"mqtts", "wss"}

    @property
    def path(self) -> str | None:
        """Where a web server takes MQTT; None where there is none in between."""
        parts = self._parts
        return (parts.path.rstrip("/") or _PATH) if parts.scheme in {"ws", "wss"} else None

    @property
    def host(self) -> str:
        """Name or address of the broker."""
        return self._parts.hostname or ""

    @property
    def port(self) -> int:
        """TCP port of the broker."""
        return self._parts.port or _PORTS[self._parts.scheme]

    @property
    def _parts(self) -> SplitResult:
        return urlsplit(self.url)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
