"""Passwords and addresses: no address in the configuration tells one.

Some cameras ask for no password but read it out of the path or the query. Their address holds
`{user}` and `{password}`, which the decoder child alone replaces, at the last moment.
"""

import ipaddress
import re
from urllib.parse import quote, urlsplit, urlunsplit

from sources.errors import SourceRejected
from sources.source import Secret

USER, PASSWORD = "{user}", "{password}"

_SPELT_OUT = re.compile(
    r"(?<![a-z])(?:password|passwd|passcode|pass|pwd|psw|loginpas)=(?!\{password\})[^&/?#_;]",
    re.IGNORECASE,
)
"""A password as makers of cameras put it into paths and queries."""

_BRACED = re.compile(r"\{(?!user\}|password\})|(?<!\{user)(?<!\{password)\}")


def no_user(url: str) -> None:
    """Check that no user and no password stand before the host.

    An address that makes no sense is looked at all the same: what makes none is often a password
    with a `/` or a `#` in it.

    Raises:
        ValueError: They may; the text says what to do, without the address.
    """
    _, _, rest = url.partition("://")
    place = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "@" in place or ("@" in rest and _could_be_a_user(place)):
        raise ValueError(
            "holds a user or password: name a `credential` instead (an @ of the path is %40)"
        )


def unspoken(url: str) -> str:
    """Check that an address of the configuration tells no password anywhere.

    Raises:
        ValueError: It may; the text says what to do, without the address.
    """
    no_user(url)
    if _SPELT_OUT.search(url):
        raise ValueError(
            "holds a password: write {password} in its place, {user} for the user, and name a "
            "`credential`"
        )
    if _BRACED.search(url):
        raise ValueError("may have {user} and {password} in braces, nothing else")
    if "#" in url:
        raise ValueError("holds a #, and what follows it reaches no camera: write %23, or leave it")
    return url


def filled(url: str, secret: Secret | None) -> str:
    """Put user and password where an address has room for them.

    Raises:
        SourceRejected: They are not known.
    """
    if USER not in url and PASSWORD not in url:
        return url
    if secret is None or (PASSWORD in url and not secret.password):
        raise SourceRejected("`url` has {user} or {password} in it: set `credential`")
    user, password = quote(secret.user or "", safe=""), quote(secret.password or "", safe="")
    return url.replace(USER, user).replace(PASSWORD, password)


def emptied(url: str, secret: Secret | None) -> str:
    """Take a password out of an address that a camera told us, and leave room for it."""
    if secret is None or not secret.password:
        return url
    forms = "|".join(re.escape(form) for form in (secret.password, quote(secret.password, safe="")))
    return re.sub(rf"=(?:{forms})(?=[&/?#_;]|$)", f"={PASSWORD}", url)


def with_credential(url: str, secret: Secret | None) -> str:
    """Put user and password into the URL, for libav alone."""
    if secret is None or not (secret.user or secret.password):
        return url
    parts = urlsplit(filled(url, secret))
    who = f"{quote(secret.user or '', safe='')}:{quote(secret.password or '', safe='')}"
    return urlunsplit(parts._replace(netloc=f"{who}@{parts.netloc}"))


def _could_be_a_user(place: str) -> bool:
    """Tell whether what stands for host and port may be a user and the head of a password."""
    host, colon, _ = place.partition(":")
    if not colon or place.startswith("["):
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False
