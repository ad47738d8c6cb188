"""A cable between this machine and a network of its own, which can be pulled.

    with Link() as link:
        … run [*link.inside, "python", …], reach it at link.address …
        link.freeze()
        link.thaw()

Needs the right to make network namespaces: root, in most places.
"""

import os
import subprocess
from types import TracebackType
from typing import Self

import pytest


class Link:
    """Two ends of a virtual cable, one here and one in a network namespace."""

    def __init__(self) -> None:
        number = os.getpid() % 60_000
        self._name = f"lookout{number}"
        self._here, self._there = f"lk{number}a", f"lk{number}b"
        self._net = f"10.213.{number // 250 % 250}.{number % 250 // 4 * 4}"
        self.address = self._host(2)
        """Where what runs inside is reached."""

        self.inside = ("ip", "netns", "exec", self._name)
        """Comes before a command that is to run at the other end."""

    def __enter__(self) -> Self:
        try:
            self._ip("netns", "add", self._name)
        except (subprocess.CalledProcessError, FileNotFoundError):
            pytest.skip("network namespaces may not be made here")
        try:
            self._ip("link", "add", self._here, "type", "veth", "peer", "name", self._there)
            self._ip("link", "set", self._there, "netns", self._name)
            self._ip("addr", "add", f"{self._host(1)}/30", "dev", self._here)
            self._ip("-n", self._name, "addr", "add", f"{self.address}/30", "dev", self._there)
            self._ip("-n", self._name, "link", "set", "lo", "up")
            self._ip("link", "set", self._here, "up")
            self.thaw()
        except BaseException as failure:
            self._remove()
            if isinstance(failure, subprocess.CalledProcessError):
                pytest.skip("virtual cables may not be made here")
            raise
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._remove()

    def freeze(self) -> None:
        """Pull it at the other end: nothing arrives any more, and nobody says goodbye."""
        self._ip("-n", self._name, "link", "set", self._there, "down")

    def thaw(self) -> None:
        """Plug it in again."""
        self._ip("-n", self._name, "link", "set", self._there, "up")

    def _host(self, number: int) -> str:
        head, _, last = self._net.rpartition(".")
        return f"{head}.{int(last) + number}"

    def _remove(self) -> None:
        # One end takes the other with it.
        for words in (("link", "del", self._here), ("netns", "del", self._name)):
            subprocess.run(["ip", *words], check=False, capture_output=True)

    def _ip(self, *words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)
