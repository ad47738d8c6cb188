"""Whom our own client asks, for what, and with which password."""

from urllib.parse import urlsplit

from sources.address import NetworkConfig, resolved, trusting
from sources.child.authorization import Authorization
from sources.child.rtsp.connection import Target
from sources.credential import filled
from sources.source import Secret


def aimed(
    url: str, config: NetworkConfig, secret: Secret | None
) -> tuple[Target, str, Authorization | None]:
    """Resolve a camera's address, once.

    Raises:
        SourceUnavailable: The name is not known now.
        SourceRejected: It leads where no camera is, `ca` cannot be used, or a password that the
            address has room for is not known.
    """
    parts = urlsplit(url)
    name = parts.hostname or ""
    hosts, port = resolved(name, parts.port, parts.scheme)
    tls = trusting(config) if parts.scheme == "rtsps" else None
    target = Target(hosts, port, config.open_timeout, name, tls)
    known = secret is not None and (secret.user or secret.password)
    word = Authorization(secret.user or "", secret.password or "") if secret and known else None
    return target, filled(url, secret), word
