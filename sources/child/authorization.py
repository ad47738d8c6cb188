"""How a password is offered: Basic and Digest with MD5 or SHA-256 (RFC 7617, RFC 7616). Pure."""

import hashlib
import re
import secrets
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

_FIELD = re.compile(r'([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,\s]*))')
_DIGESTS = {"SHA-256": "sha256", "MD5": "md5"}
"""Algorithms, the better one first."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way in which the camera accepts a password."""

    scheme: str
    realm: str = ""
    nonce: str = ""
    opaque: str = ""
    algorithm: str = "MD5"
    qop: bool = False
    """Whether `auth` is among the qualities asked for."""

    stale: bool = False

    @property
    def rank(self) -> int:
        """Return how good it is; -1 if we do not speak it."""
        if self.scheme == "basic":
            return 0
        known = self.scheme == "digest" and bool(self.nonce)
        base = self.algorithm.removesuffix("-SESS")
        return {"MD5": 1, "SHA-256": 2}.get(base, -1) if known else -1


class Authorization:
    """User and password of a camera, and what it last asked for."""

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password
        self._challenge: Challenge | None = None
        self._count = 0
        self._worked = False

    def learn(self, headers: Iterable[str], *, cautious: bool = False) -> bool:
        """Take the challenges of a 401; tell whether it is worth to ask again.

        Who is cautious only proves the password (digest), and never says it (Basic).
        """
        found = (read(header) for header in headers)
        usable = (one for one in found if not cautious or one.scheme != "basic")
        known = sorted(usable, key=lambda one: one.rank)
        best = known[-1] if known else Challenge("")
        first = self._challenge is None
        again = first or best.stale or self._worked
        if best.rank < 0 or not again:
            return False
        self._challenge, self._count, self._worked = best, 0, False
        return True

    def accepted(self, info: str = "") -> None:
        """Note that the camera was content; `info` is its `Authentication-Info`."""
        self._worked = self._challenge is not None
        following = dict(_fields(info)).get("nextnonce", "")
        if following and self._challenge is not None:
            old = self._challenge
            self._challenge = Challenge(
                old.scheme, old.realm, following, old.opaque, old.algorithm, old.qop
            )
            self._count = 0

    def header(self, method: str, address: str) -> str:
        """Return the value of `Authorization` for a request; empty before the first challenge."""
        challenge = self._challenge
        if challenge is None:
            return ""
        if challenge.scheme == "basic":
            word = _bytes(f"{self._user}:{self._password}")
            return f"Basic {b64encode(word).decode()}"
        return self._digest(challenge, method, address)

    def _digest(self, challenge: Challenge, method: str, address: str) -> str:
        self._count += 1
        base = challenge.algorithm.removesuffix("-SESS")
        client, count = secrets.token_hex(8), f"{self._count:08x}"

        def digest(*words: str) -> str:
            return hashlib.new(_DIGESTS[base], _bytes(":".join(words))).hexdigest()

        who = digest(self._user, challenge.realm, self._password)
        if base != challenge.algorithm:
            who = digest(who, challenge.nonce, client)
        what = digest(method, address)
        middle = (count, client, "auth") if challenge.qop else ()
        said = {
            "username": _quoted(self._user),
            "realm": _quoted(challenge.realm),
            "nonce": _quoted(challenge.nonce),
            "uri": _quoted(address),
            "response": _quoted(digest(who, challenge.nonce, *middle, what)),
            "algorithm": challenge.algorithm.replace("-SESS", "-sess"),
        }
        if challenge.opaque:
            said["opaque"] = _quoted(challenge.opaque)
        if challenge.qop:
            said |= {"qop": "auth", "nc": count, "cnonce": _quoted(client)}
        return "Digest " + ", ".join(f"{name}={value}" for name, value in said.items())


def read(header: str) -> Challenge:
    """Read one `WWW-Authenticate`; what cannot be read is a challenge of rank -1."""
    scheme, _, rest = header.strip().partition(" ")
    fields = dict(_fields(rest))
    asked = fields.get("qop", "")
    qualities = {word.strip().lower() for word in asked.split(",")}
    only_integrity = bool(asked) and "auth" not in qualities
    return Challenge(
        scheme="" if only_integrity else scheme.lower(),
        realm=fields.get("realm", ""),
        nonce=fields.get("nonce", ""),
        opaque=fields.get("opaque", ""),
        algorithm=(fields.get("algorithm") or "MD5").upper(),
        qop="auth" in qualities,
        stale=fields.get("stale", "").lower() == "true",
    )


def _fields(text: str) -> Iterable[tuple[str, str]]:
    for name, quoted, plain in _FIELD.findall(text):
        yield name.lower(), re.sub(r"\\(.)", r"\1", quoted) or plain


def _bytes(text: str) -> bytes:
    """Return what was read as it came: cameras write realms in any encoding."""
    return text.encode("utf-8", "surrogateescape")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
