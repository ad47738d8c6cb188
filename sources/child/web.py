"""HTTP towards one camera: its own host, a password for it alone, and a limit on everything.

Names are resolved once and checked before a connection is made; redirects are followed to the same
host, or to hosts that the configuration names, and never from an encrypted address to a plain one.
Basic and digest (MD5, SHA-256) are answered as asked for (RFC 7616, RFC 7617).
"""

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx2

from sources.address import WebConfig, checked, resolved, same_place, trusting
from sources.child.authorization import Authorization
from sources.child.fault import broken
from sources.credential import filled
from sources.errors import SourceError, SourceRejected, SourceUnavailable
from sources.source import Secret

HOPS = 5
"""Redirects in a row that are followed."""

_COOKIES = 32
"""Cookies that are kept of a camera."""

_TRIES = 3
"""Times one question is put: without a password, with it, and once more for a stale nonce."""

LARGEST_PART = 16 * 1024 * 1024
"""Bytes of one picture or one segment of a playlist."""

LONG = 4
"""Patiences that a long body, such as a segment of a playlist, may take in all."""

_REFUSALS = {
    400: "the camera does not understand the request (400): check the url",
    403: "the camera forbids this address to this user (403)",
    404: "the camera has nothing at this address (404): check the url",
    410: "the camera has nothing at this address any more (410): check the url",
}


class Web:
    """Fetches from one camera.

    Args:
        url: The camera's address; its host alone gets the credential.
        config: Patience, certificates and hosts.
        secret: User and password.
        cautious: Whether the password is only proven (digest), never said (Basic).
    """

    def __init__(
        self, url: str, config: WebConfig, secret: Secret | None, *, cautious: bool = False
    ) -> None:
        self._cautious = cautious
        self._home = url
        self._config = config
        self._secret = secret
        self._authorization: Authorization | None = None
        if secret is not None and (secret.user or secret.password):
            self._authorization = Authorization(secret.user or "", secret.password or "")
        self._reached: dict[str, str] = {}
        """The address that let us connect, of each host that has several."""

        self._patience = config.read_timeout
        self._client = httpx2.Client(
            verify=trusting(config),
            trust_env=False,
            timeout=httpx2.Timeout(config.read_timeout, connect=config.open_timeout),
            limits=httpx2.Limits(max_connections=4, max_keepalive_connections=2),
            # Packed answers could unpack to anything.
            headers={"Accept-Encoding": "identity", "User-Agent": "lookout"},
        )

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> httpx2.Response:
        """Ask for something; its body is still to be read, and the answer to be closed.

        Returns:
            An answer of status 200 or 206, or 304 if `headers` asked for what is new.

        Raises:
            SourceUnavailable: It may work later.
            SourceRejected: A person must change something.
        """
        for _ in range(HOPS + 1):
            response = self._answered(url, headers or {})
            if not response.has_redirect_location:
                return self._judged(response)
            target = urldefrag(urljoin(url, response.headers["location"])).url
            response.close()
            self.permit(target, url)
            url = target
        raise SourceRejected(f"the camera redirects more than {HOPS} times in a row")

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], most: int
    ) -> tuple[int, str, bytes]:
        """Send something and read what is answered, whatever its status says.

        Returns:
            Status, content type and body.

        Raises:
            SourceUnavailable: It may work later.
            SourceRejected: A person must change something: it leads elsewhere, refuses the
                password without a word, or sends more than `most` bytes.
        """
        response = self._answered(url, headers, body)
        if response.has_redirect_location:
            place = response.headers["location"][:100]
            response.close()
            told = "".join(sign if sign.isprintable() else " " for sign in place)
            raise SourceRejected(f"the camera sends us to {told}: name that place instead")
        kind = response.headers.get("content-type", "")
        answer = self.body(response, most)
        if response.status_code == httpx2.codes.UNAUTHORIZED and b"Envelope" not in answer:
            self._judged(response)
        return response.status_code, kind, answer

    def permit(self, target: str, origin: str) -> None:
        """Check where a camera sends us.

        Raises:
            SourceRejected: Not there.
        """
        try:
            checked(target, ("http", "https"))
        except ValueError as error:
            raise SourceRejected(f"the camera leads to an address that {error}") from None
        parts = urlsplit(target)
        if urlsplit(origin).scheme == "https" and parts.scheme == "http":
            raise SourceRejected("the camera leads from an encrypted address to a plain one")
        if not same_place(target, self._home) and parts.hostname not in self._config.hosts:
            raise SourceRejected(
                f"the camera leads to {parts.scheme}://{parts.netloc[:100]}: if that is right, put "
                "it into `url`, or its host into `hosts`"
            )

    def patience(self, times: int = 1) -> "Patience":
        """Begin to wait for something whole: one picture, or what may take so many times longer."""
        return Patience(times * self._patience)

    def chunks(self, response: httpx2.Response, whole: "Patience") -> Iterator[bytes]:
        """Yield a body as it comes, as long as it does not merely drip.

        Raises:
            SourceUnavailable: The connection broke, or what is waited for took too long in all.
        """
        with self.explained():
            for chunk in response.iter_raw():
                whole.check()
                yield chunk

    def body(self, response: httpx2.Response, most: int = LARGEST_PART) -> bytes:
        """Read a body whole and close the answer.

        Raises:
            SourceUnavailable: The connection broke, or it took too long in all.
            SourceRejected: It is longer than allowed.
        """
        data = bytearray()
        try:
            for chunk in self.chunks(response, self.patience()):
                data += chunk
                if len(data) > most:
                    raise SourceRejected(f"the camera sends more than {most >> 20} MB at once")
        finally:
            response.close()
        return bytes(data)

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what goes wrong within into errors of this room."""
        try:
            yield
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, UnicodeError) as error:
            raise self._explain(error) from None

    def _answered(
        self, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> httpx2.Response:
        at_home = same_place(url, self._home)
        word = self._authorization if at_home else None
        place = filled(url, self._secret) if at_home else url
        for _ in range(_TRIES):
            response = self._send(place, headers, body, word)
            if response.status_code != httpx2.codes.UNAUTHORIZED or word is None:
                break
            challenges = response.headers.get_list("www-authenticate")
            if not word.learn(challenges, cautious=self._cautious):
                break
            response.close()
        if word is not None and response.status_code != httpx2.codes.UNAUTHORIZED:
            word.accepted(response.headers.get("authentication-info", ""))
        return response

    def _send(
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        word: Authorization | None,
    ) -> httpx2.Response:
        parts = urlsplit(url)
        host = parts.hostname or ""
        addresses, _ = resolved(host, parts.port, parts.scheme)
        known = self._reached.get(host)
        if known in addresses:
            addresses = (known, *(one for one in addresses if one != known))
        with self.explained():
            for number, address in enumerate(addresses, 1):
                request = self._request(httpx2.URL(url).copy_with(host=address), headers, body)
                request.headers["Host"] = parts.netloc
                request.extensions["sni_hostname"] = host
                if word is not None:
                    path = request.url.raw_path.decode("ascii")
                    if given := word.header(request.method, path):
                        request.headers["Authorization"] = given
                try:
                    response = self._client.send(request, stream=True, follow_redirects=False)
                except (httpx2.ConnectError, httpx2.ConnectTimeout):
                    # A name may stand for several addresses, not all of which lead to the camera.
                    if number == len(addresses):
                        raise
                else:
                    self._reached = {host: address}
                    if len(self._client.cookies.jar) > _COOKIES:
                        self._client.cookies.clear()
                    return response
        raise SourceUnavailable(f"host not found: {host}")

    def _request(
        self, url: httpx2.URL, headers: Mapping[str, str], body: bytes | None
    ) -> httpx2.Request:
        method = "GET" if body is None else "POST"
        return self._client.build_request(method, url, content=body, headers=headers)

    def _judged(self, response: httpx2.Response) -> httpx2.Response:
        status = response.status_code
        if status in {200, 206, 304}:
            return response
        response.close()
        if status == httpx2.codes.UNAUTHORIZED:
            wanted = "the camera wants user and password (401): set `credential`"
            wrong = "the camera refuses user or password (401): check the credential"
            raise SourceRejected(wanted if self._secret is None else wrong)
        if status in _REFUSALS:
            raise SourceRejected(_REFUSALS[status])
        raise SourceUnavailable(f"the camera answers with status {status}")

    def _explain(self, error: Exception) -> SourceError:
        if isinstance(error, httpx2.TimeoutException):
            connecting = isinstance(error, httpx2.ConnectTimeout)
            patience = self._config.open_timeout if connecting else self._patience
            return SourceUnavailable(f"the camera was silent for {patience:g} s")
        if (fault := _tls_fault(error)) is not None:
            return broken(fault, "", self._patience)
        if isinstance(error, httpx2.ConnectError):
            return SourceUnavailable("nothing listens there, or no way leads there: check the url")
        if isinstance(error, httpx2.RemoteProtocolError):
            return SourceUnavailable("the camera closed the connection, or does not speak HTTP")
        if isinstance(error, httpx2.InvalidURL | UnicodeError):
            return SourceRejected("the camera leads to an address that makes no sense")
        return SourceUnavailable(f"the connection failed: {type(error).__name__}")


class Patience:
    """How long one whole thing may take: a byte now and then is no silence, and no picture either.

    Args:
        seconds: From now until it must be whole.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._begun = time.monotonic()

    def renew(self) -> None:
        """Begin to wait for the next one."""
        self._begun = time.monotonic()

    @property
    def over(self) -> bool:
        """Whether it took too long."""
        return time.monotonic() - self._begun > self._seconds

    def check(self) -> None:
        """Raise SourceUnavailable if it took too long."""
        if self.over:
            raise SourceUnavailable(
                f"the camera only drips: nothing whole within {self._seconds:g} s"
            )


def _tls_fault(error: BaseException | None) -> ssl.SSLError | None:
    for _ in range(8):
        if error is None or isinstance(error, ssl.SSLError):
            return error
        error = error.__cause__ or error.__context__
    return None
