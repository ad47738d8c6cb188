"""Options of the Kafka sink."""

import ipaddress
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

EXTRA: Final = 'needs the extra `kafka`; install it with `pip install "lookout-daemon[kafka]"`'

Server = Annotated[str, Field(pattern=r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):[1-9][0-9]{0,4}$")]
"""`host:port`; an IPv6 address in brackets."""


class KafkaConfig(BaseModel):
    """Options of the Kafka sink."""

    # A mistaken server may have a password in it.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    servers: Annotated[tuple[Server, ...], Field(min_length=1, max_length=16)]
    """Brokers to ask first, as `host:port`; the others are learnt from them. No default."""

    topic: str = Field(default="lookout.events", pattern=r"^[A-Za-z0-9._-]{1,249}$")
    """Where events go. Default `lookout.events`. Unless the brokers create topics by themselves,
    it must exist; several nodes may share it."""

    credential: str | None = None
    """Name of the credential with our user and password (SASL). Default: none, anonymous."""

    sasl: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """How the password is proved. Default `SCRAM-SHA-512`, which does not send it; `PLAIN` does."""

    tls: bool = False
    """Encrypt, and verify the brokers' certificates. Default false."""

    ca: Path | None = None
    """File with the authorities to trust. Default: those of the system."""

    cert: Path | None = None
    """File with our own certificate, if the brokers ask for one."""

    key: Path | None = None
    """File with the key of `cert`."""

    insecure: bool = False
    """Allow `PLAIN` without TLS to another machine. Default false."""

    client_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_.:-]{1,64}$")
    """Name towards the brokers, for their logs and quotas. Default: `lookout-` and the node's."""

    idempotent: bool = True
    """Let the brokers drop what the client repeats by itself. Default true. False suits brokers
    that do not grant it; a repetition then arrives twice, and an order may be lost in between."""

    timeout: float = Field(default=10, gt=0, le=60)
    """Seconds a connection, or the receipt of one event, may take; as often it is seen whether the
    brokers are still there. Default 10. Lowering it notices dead brokers sooner; raising it suits
    slow links and elections that take long."""

    event_limit: int = Field(default=512 * 1024, ge=1024, le=16 * 1024 * 1024)
    """Bytes; a larger event is refused. Default 512 KiB; brokers take 1 MiB unless told otherwise
    (`message.max.bytes`)."""

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if find_spec("aiokafka") is None:
            raise ValueError(EXTRA)
        if self.key is not None and self.cert is None:
            raise ValueError("`key` needs `cert`")
        if (self.ca or self.cert) and not self.tls:
            raise ValueError("`ca` and `cert` need `tls: true`")
        far = [host for host, _ in self.places if not _loopback(host)]
        if self.credential and self.sasl == "PLAIN" and not self.tls and not self.insecure and far:
            raise ValueError(
                f"a password would travel to {far[0]} unprotected; use `tls: true` or SCRAM, or "
                "say `insecure: true` if that is meant"
            )
        return self

    @property
    def places(self) -> tuple[tuple[str, int], ...]:
        """Host and port of each server."""
        parts = [server.rpartition(":") for server in self.servers]
        return tuple((host.strip("[]"), int(port)) for host, _, port in parts)

    @property
    def protocol(self) -> str:
        """What Kafka calls this mix of TLS and password."""
        return ("SASL_" if self.credential else "") + ("SSL" if self.tls else ("PLAINTEXT"))


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
