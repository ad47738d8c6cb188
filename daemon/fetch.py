"""Fetches one file over HTTP: resumed where it was cut, limited, checked, then put in place.

What is on its way lies in `FILE.part`; `FILE.part.from` says which version of which address it is
(RFC 9110, 13.1.5: `If-Range`), so that two versions are never joined. Only `https`, and `http`
where a hash or the machine itself vouches for the content; a redirect may not leave `https`.
"""

import hashlib
import ipaddress
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

CONNECT = 10.0
SILENCE = 30.0
"""Seconds without a byte after which a server is given up."""

MOST_REDIRECTS = 5
_PARTIAL, _NOT_SATISFIABLE = 206, 416
_OK = 200
_CHUNK = 1 << 16


class FetchFailed(Exception):  # noqa: N818 (what happened)
    """The file could not be had; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that is in its place."""

    sha256: str
    bytes: int
    resumed_at: int
    """Bytes that an earlier try had left."""


def fetch(
    url: str,
    target: Path,
    *,
    sha256: str | None,
    largest: int,
    told: Callable[[int, int | None], None],
) -> Fetched:
    """Fetch a file.

    Args:
        url: Where it is.
        target: Where it shall be; replaced at once, and only when everything is right.
        sha256: What its hash must be; None accepts any.
        largest: Bytes it may have.
        told: Called with the bytes that are there and those there will be, if known.

    Raises:
        FetchFailed: It is not there, is not what it should be, or the network is away.
    """
    _require_scheme(httpx2.URL(url), sha256)
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _translated(url, part), httpx2.Client(timeout=_timeout(), trust_env=True) as client:
            resumed_at = _Transfer(client, url, part, largest, told, sha256).run()
        return _settle(part, target, sha256, resumed_at)
    except OSError as error:
        raise FetchFailed(
            f"{error.filename or part}: {error.strerror}; make room or correct the path"
        ) from error


class _Transfer:
    """One try to complete the part."""

    def __init__(
        self,
        client: httpx2.Client,
        url: str,
        part: Path,
        largest: int,
        told: Callable[[int, int | None], None],
        sha256: str | None,
    ) -> None:
        self._client = client
        self._url = url
        self._part = part
        self._largest = largest
        self._told = told
        self._sha256 = sha256
        self._origin = part.with_name(f"{part.name}.from")

    def run(self) -> int:
        """Complete the part; return how many of its bytes were there before."""
        there, version = self._left_over()
        with self._answer(there, version) as response:
            if response.status_code == _NOT_SATISFIABLE:
                self._part.unlink(missing_ok=True)
                raise FetchFailed(
                    f"{self._url}: has fewer bytes than were fetched before; run it again"
                )
            start = there if response.status_code == _PARTIAL else 0
            if start and not response.headers.get("content-range", "").startswith(
                f"bytes {start}-"
            ):
                raise FetchFailed(f"{self._url}: answered with another part than was asked for")
            self._receive(response, start)
            return start

    def _left_over(self) -> tuple[int, str]:
        """Tell how much an earlier try left, and the version it was of; 0 if it cannot go on."""
        try:
            origin = json.loads(self._origin.read_text())
            there = self._part.stat().st_size
        except (OSError, ValueError):
            return 0, ""
        if not isinstance(origin, dict) or origin.get("url") != self._url:
            return 0, ""
        version = origin.get("version")
        # Without a version of the file only a hash can tell that the halves belong together.
        if not version and self._sha256 is None:
            return 0, ""
        return there, version if isinstance(version, str) else ""

    @contextmanager
    def _answer(self, there: int, version: str) -> Iterator[httpx2.Response]:
        """Ask, following redirects that do not leave the scheme."""
        headers = {"accept-encoding": "identity"}
        if there:
            headers["range"] = f"bytes={there}-"
            if version:
                headers["if-range"] = version
        url = httpx2.URL(self._url)
        for _ in range(MOST_REDIRECTS + 1):
            with self._client.stream("GET", url, headers=headers) as response:
                if response.next_request is None:
                    _require_success(self._url, response)
                    yield response
                    return
                onward = response.next_request.url
            if onward.scheme not in {url.scheme, "https"} or not onward.host:
                raise FetchFailed(
                    f"{self._url}: leads on to {onward.scheme}://{onward.host}, which is not "
                    f"followed from {url.scheme}; name the final address with --from"
                )
            _require_scheme(onward, self._sha256)
            url = onward
        raise FetchFailed(f"{self._url}: leads on more than {MOST_REDIRECTS} times")

    def _receive(self, response: httpx2.Response, start: int) -> None:
        length = response.headers.get("content-length", "")
        whole = start + int(length) if length.isdigit() else None
        if whole is not None and whole > self._largest:
            raise FetchFailed(f"{self._url}: {whole} bytes are too many for a model")
        version = response.headers.get("etag", "")
        if not start:
            # A weak validator does not vouch for bytes.
            kept = "" if version.startswith("W/") else version
            self._origin.write_text(json.dumps({"url": self._url, "version": kept}))
        done = start
        with self._part.open("ab" if start else "wb") as file:
            for chunk in response.iter_raw(_CHUNK):
                done += len(chunk)
                if done > self._largest:
                    raise FetchFailed(f"{self._url}: too many bytes for a model")
                file.write(chunk)
                self._told(done, whole)
            file.flush()
            os.fsync(file.fileno())
        if whole is not None and done != whole:
            raise FetchFailed(f"{self._url}: ended after {done} of {whole} bytes; run it again")


def _settle(part: Path, target: Path, wanted: str | None, resumed_at: int) -> Fetched:
    """Check the whole file, then let it take its place."""
    with part.open("rb") as file:
        seen = hashlib.file_digest(file, "sha256").hexdigest()
    size = part.stat().st_size
    origin = part.with_name(f"{part.name}.from")
    if wanted is not None and seen != wanted.lower():
        part.unlink()
        origin.unlink(missing_ok=True)
        raise FetchFailed(
            f"{target}: what came has sha256 {seen}, but {wanted.lower()} was expected; it was "
            "thrown away"
        )
    part.replace(target)
    origin.unlink(missing_ok=True)
    return Fetched(seen, size, resumed_at)


@contextmanager
def _translated(url: str, part: Path) -> Iterator[None]:
    try:
        yield
    except httpx2.HTTPError as error:
        there = part.stat().st_size if part.is_file() else 0
        kept = f"; {there} bytes are kept, run it again to go on" if there else ""
        why = " ".join(str(error).split()) or type(error).__name__
        raise FetchFailed(
            f"{url}: {why}{kept or '; check the network, or copy the file there by hand'}"
        ) from error


def _require_scheme(url: httpx2.URL, sha256: str | None) -> None:
    if url.scheme == "https" and url.host:
        return
    if url.scheme == "http" and url.host and (sha256 is not None or _is_here(url.host)):
        return
    raise FetchFailed(f"{url}: only https, or http together with --sha256; give another address")


def _require_success(url: str, response: httpx2.Response) -> None:
    if response.status_code not in {_OK, _PARTIAL, _NOT_SATISFIABLE}:
        raise FetchFailed(
            f"{url}: the server answers {response.status_code} {response.reason_phrase}; check the "
            "address, or give another with --from"
        )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _timeout() -> httpx2.Timeout:
    return httpx2.Timeout(SILENCE, connect=CONNECT)
