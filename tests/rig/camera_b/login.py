"""The camera's side of the password (RFC 7617, RFC 7616)."""

import hashlib
import re
from base64 import b64decode
from dataclasses import dataclass, field

from rig.camera_b.script import Login

_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]*))')


@dataclass(slots=True)
class Door:
    """One connection's login."""

    login: Login
    uses: int = 0
    nonces: int = 0
    seen: set[str] = field(default_factory=set)

    def opens(self, method: str, header: str) -> bool:
        """Tell whether a request may pass."""
        scheme, _, rest = header.partition(" ")
        login = self.login
        if scheme == "Basic" and "Basic" in login.schemes:
            return b64decode(rest).decode() == f"{login.user}:{login.password}"
        if scheme != "Digest":
            return False
        said = {name: quoted or plain for name, quoted, plain in _FIELD.findall(rest)}
        if said.get("nonce") != self._nonce or said.get("algorithm", "MD5") not in login.schemes:
            return False
        self.uses += 1
        if login.uses is not None and self.uses > login.uses:
            self.nonces += 1
            self.uses = 0
            return False
        return said.get("response") == self._expected(method, said)

    def challenges(self) -> list[str]:
        """Return the lines that ask for it."""
        stale = ", stale=true" if self.nonces else ""
        qop = ', qop="auth"' if self.login.qop else ""
        return [
            f'WWW-Authenticate: Basic realm="{self.login.realm}"'
            if scheme == "Basic"
            else f'WWW-Authenticate: Digest realm="{self.login.realm}", nonce="{self._nonce}"'
            f"{qop}, algorithm={scheme}{stale}"
            for scheme in self.login.schemes
        ]

    @property
    def _nonce(self) -> str:
        return f"nonce{self.nonces}"

    def _expected(self, method: str, said: dict[str, str]) -> str:
        kind = said.get("algorithm", "MD5")
        new = hashlib.sha256 if kind == "SHA-256" else hashlib.md5

        def digest(*words: str) -> str:
            return new(":".join(words).encode("utf-8", "surrogateescape")).hexdigest()

        who = digest(self.login.user, self.login.realm, self.login.password)
        what = digest(method, said["uri"])
        if not self.login.qop:
            return digest(who, self._nonce, what)
        return digest(who, self._nonce, said["nc"], said["cnonce"], "auth", what)
