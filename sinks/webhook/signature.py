"""How a receiver can tell that a request is ours: Standard Webhooks 1.0, symmetric form.

Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Final

_PREFIX: Final = "whsec_"
_LEAST: Final = 24
"""Bytes of a key; the specification wants 24 to 64."""


def key(secret: str) -> bytes:
    """Return the key that a secret in the specification's form holds.

    Raises:
        ValueError: It is not `whsec_` and base64 of 24 bytes or more.
    """
    try:
        found = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if not secret.startswith(_PREFIX) or len(found) < _LEAST:
        raise ValueError(
            "must be `whsec_` and base64 of 24 bytes or more; make one with:"
            ' echo "whsec_$(openssl rand -base64 32)"'
        )
    return found


def sign(secret_key: bytes, identity: str, at: int, body: bytes) -> dict[str, str]:
    """Return the three headers that prove who sent `body`.

    Args:
        secret_key: What `key` returned.
        identity: Of the message; the same each time it is sent again.
        at: Unix seconds of this attempt; receivers refuse what is minutes old.
        body: The body, byte for byte as it is sent.
    """
    signed = f"{identity}.{at}.".encode() + body
    digest = hmac.digest(secret_key, signed, hashlib.sha256)
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
