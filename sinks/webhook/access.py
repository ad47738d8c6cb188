"""How a receiver is reached, and how we prove to it who we are."""

import asyncio
import re
import ssl
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import quote

import httpx2

from sinks.errors import SinkRejected, SinkUnavailable
from sinks.sink import Site
from sinks.webhook.config import PASSWORD, WebhookConfig
from sinks.webhook.signature import key

CONNECT: Final = 5.0
"""Seconds a connection may take."""

_PLAIN: Final = re.compile(r"[!-~]{1,4096}")


@dataclass(frozen=True, slots=True)
class Access:
    """What one connection needs beside its address; shows no secret."""

    config: WebhookConfig
    url: str = field(repr=False)
    """Where to send to, with the password in its place."""

    auth: httpx2.Auth | None = None
    key: bytes | None = field(default=None, repr=False)
    """What signs requests."""

    @classmethod
    def of(cls, config: WebhookConfig, site: Site) -> Self:
        """Look up what is asked for.

        Raises:
            SinkRejected: A secret cannot be used as it is.
        """
        signing = None
        if config.sign is not None:
            try:
                signing = key(site.credential(config.sign).password or "")
            except ValueError as exc:
                raise SinkRejected(f"credential {config.sign!r}: the password {exc}") from None
        if config.credential is None:
            return cls(config, config.url, key=signing)
        credential = site.credential(config.credential)
        password = credential.password or ""
        if not _PLAIN.fullmatch(password):
            # Sent as it is it would break the header, and the error would quote it.
            raise SinkRejected(
                f"credential {config.credential!r}: the password is empty or has blanks or signs"
                " that a header may not carry; store it as one line of plain text"
            )
        if PASSWORD in config.url:
            filled = config.url.replace(PASSWORD, quote(password, safe=":/"))
            return cls(config, filled, key=signing)
        if credential.user is None:
            return cls(config, config.url, _Bearer(password), signing)
        return cls(config, config.url, httpx2.BasicAuth(credential.user, password), signing)

    def trusted(self) -> ssl.SSLContext | None:
        """Load the authorities to trust; None without TLS.

        Raises:
            SinkRejected: They cannot be read.
        """
        if not self.config.tls:
            return None
        try:
            return ssl.create_default_context(cafile=self.config.ca)
        except OSError as exc:  # ssl.SSLError is one
            raise SinkRejected(f"{self.config.ca}: {exc.strerror or exc}; see to `ca`") from None

    async def knock(self, trusted: ssl.SSLContext | None) -> None:
        """Connect once, so that `online` means that somebody is there.

        Raises:
            SinkUnavailable: Nobody is, for now.
            SinkRejected: Somebody whose certificate is not trusted.
        """
        place = self.config.place
        try:
            async with asyncio.timeout(CONNECT):
                _, writer = await asyncio.open_connection(
                    self.config.host, self.config.port, ssl=trusted
                )
        except ssl.SSLCertVerificationError as exc:
            raise SinkRejected(f"{place}: {exc.verify_message}; see to `ca`") from None
        except TimeoutError:
            raise SinkUnavailable(f"{place}: no connection in {CONNECT:g} s") from None
        except OSError as exc:
            raise SinkUnavailable(f"{place}: {exc.strerror or exc}") from None
        writer.transport.abort()


class _Bearer(httpx2.Auth):
    """A token as RFC 6750 has it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request
