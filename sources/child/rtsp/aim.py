"""Whom our own client asks, for what, and with which password."""

from urllib.parse import urlsplit

from sources.address import NetworkConfig, resolved, trusting
from sources.child.rtsp.authorization import Authorization
from sources.child.rtsp.connection import Target
from sources.source import Secret


def aimed(
    url: str, config: NetworkConfig, secret: Secret | None
) -> tuple[Target, str, Authorization | None]:
    """Resolve a camera's address, once.

    Raises:
        SourceUnavailable: The name is not known now.
        SourceRejected: It leads where no camera is, or `ca` cannot be used.
    """
    parts = urlsplit(url)
    name = parts.hostname or ""
    host, port = resolved(name, parts.port, parts.scheme)
    tls = trusting(config) if parts.scheme == "rtsps" else None
    target = Target(host, port, config.open_timeout, name, tls)
    known = secret is not None and (secret.user or secret.password)
    word = Authorization(secret.user or "", secret.password or "") if secret and known else None
    return target, url, word
