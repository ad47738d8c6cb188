"""Credentials by name; the only place that holds all of them.

They come from a TOML file that nobody else may read: `secrets` in systemd's credentials folder,
else the file named by `--secrets` or the configuration's `secrets` key:

    [credentials.porch]
    user = "viewer"
    password = "…"
"""

import os
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

from daemon.errors import ConfigRejected


@dataclass(slots=True)
class Secret:
    """A user name and a password; shows neither."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


@dataclass(slots=True)
class Secrets:
    """All credentials the daemon was given."""

    by_name: dict[str, Secret] = field(default_factory=dict, repr=False)
    origin: str = ""
    """The file they come from; empty if there is none."""

    def get(self, name: str) -> Secret:
        """Look a credential up.

        Raises:
            ConfigRejected: There is none of that name; which is not said again, for some type the
                password itself there, and a refusal is kept in logs and at the broker.
        """
        if name in self.by_name:
            return self.by_name[name]
        entry = "[credentials.NAME] with user and password"
        if self.origin:
            known = f"; known there: {', '.join(self.by_name)}" if self.by_name else ""
            raise ConfigRejected(f"names no credential of {self.origin}; add {entry} there{known}")
        raise ConfigRejected(
            f"names a credential, and there is no secrets file; write one with {entry},"
            " `chmod 600` it, and name it with --secrets or the key `secrets`"
        )

    def values(self) -> Iterator[str]:
        """Yield every text that must never be seen, raw and in its percent-encoded forms."""
        for secret in self.by_name.values():
            if secret.password:
                yield from variants(secret.password)


def variants(value: str) -> Iterator[str]:
    """Yield a secret as it may appear in texts, longest first."""
    forms = {value, quote(value), quote(value, safe=""), quote_plus(value), repr(value)[1:-1]}
    yield from sorted(forms, key=len, reverse=True)


def load(path: Path | None) -> Secrets:
    """Read the secrets file; without one, there are none.

    Raises:
        ConfigRejected: The file is unreadable, readable by others, or not of the right shape.
    """
    path = path or _from_systemd()
    if path is None:
        return Secrets()
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8 text"
        raise ConfigRejected(
            f"secrets file {path}: cannot be read: {reason}; check path and owner"
        ) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO) and not _is_from_systemd(path):
        raise ConfigRejected(f"{path}: others may read it; run: chmod 600 {path}")
    return Secrets(_parse(path, text), str(path))


def _parse(path: Path, text: str) -> dict[str, Secret]:
    try:
        table = tomllib.loads(text).get("credentials", {})
    except tomllib.TOMLDecodeError as exc:
        # The message of the parser may quote the line, and with it a password.
        where = str(exc).partition("(at ")[2].rstrip(")") or "unknown place"
        raise ConfigRejected(f"{path}: not valid TOML at {where}") from None
    found: dict[str, Secret] = {}
    if not isinstance(table, dict):
        raise ConfigRejected(f"{path}: credentials: must be tables like [credentials.porch]")
    for name, entry in table.items():
        if not isinstance(entry, dict) or not set(entry) <= {"user", "password"}:
            raise ConfigRejected(
                f"{path}: credentials.{name}: only `user` and `password` belong here"
            )
        user, password = entry.get("user"), entry.get("password")
        if not all(value is None or isinstance(value, str) for value in (user, password)):
            raise ConfigRejected(f"{path}: credentials.{name}: user and password must be texts")
        found[name] = Secret(user, password)
    return found


def _from_systemd() -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / "secrets" if folder else None
    return path if path is not None and path.exists() else None


def _is_from_systemd(path: Path) -> bool:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return folder is not None and path.is_relative_to(folder)
