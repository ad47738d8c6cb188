"""Says in our own words what libav could not do.

The texts of libav's exceptions hold the URL with its password, so none of them is ever passed on
or chained.
"""

import errno
import os
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import av.error

from sources.address import unbelieved
from sources.child.challenge import speaks_sha256_only
from sources.errors import SourceBusy, SourceError, SourceRejected, SourceUnavailable

_ANSWERS: tuple[tuple[type[av.error.FFmpegError], type[SourceError], str], ...] = (
    (
        av.error.HTTPUnauthorizedError,
        SourceRejected,
        "the camera refuses user or password (401): check the credential",
    ),
    (
        av.error.HTTPForbiddenError,
        SourceRejected,
        "the camera forbids this stream to this user (403)",
    ),
    (
        av.error.HTTPNotFoundError,
        SourceRejected,
        "the camera has no stream of this path (404): check the url",
    ),
    (
        av.error.HTTPBadRequestError,
        SourceRejected,
        "the camera does not understand the request (400): check the url",
    ),
    (
        av.error.HTTPClientError,
        SourceBusy,
        "the camera turned the request down (4xx): too many viewers, or another `transport`?",
    ),
    (
        av.error.HTTPServerError,
        SourceUnavailable,
        "the camera reports a fault of its own (5xx)",
    ),
    (
        av.error.LookupError,
        SourceRejected,
        "no decoder, format or protocol for it in this build of FFmpeg",
    ),
)
"""What was answered, from the special to the general."""

CLOSED = "the camera closed the connection"
_NO_ROUTE = "no route to the camera"
_BROKEN = {
    errno.ECONNRESET: CLOSED,
    errno.EPIPE: CLOSED,
    errno.ECONNABORTED: CLOSED,
    errno.ECONNREFUSED: "nothing listens there (connection refused): check host and port",
    errno.EHOSTUNREACH: _NO_ROUTE,
    errno.ENETUNREACH: _NO_ROUTE,
    errno.ENETDOWN: _NO_ROUTE,
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was tried, as far as it helps to explain the failure."""

    url: str
    """Without user and password."""

    patience: float
    """Seconds of silence that were allowed."""

    elapsed: float = 0.0
    """Seconds until it failed."""

    authenticated: bool = False
    """Whether user and password were offered."""

    network: bool = True


def explain(error: av.error.FFmpegError, attempt: Attempt) -> SourceError:
    """Translate a failure into one of the room's errors."""
    answer = _answered(error, attempt)
    if answer is None:
        answer = _connected(error, attempt) if attempt.network else _read(error)
    return answer


def _answered(error: av.error.FFmpegError, attempt: Attempt) -> SourceError | None:
    if isinstance(error, av.error.HTTPUnauthorizedError) and not attempt.authenticated:
        return SourceRejected("the camera wants user and password (401): set `credential`")
    if isinstance(error, av.error.HTTPUnauthorizedError) and speaks_sha256_only(attempt.url):
        return SourceRejected(
            "the camera checks passwords with SHA-256 only, which FFmpeg does not speak: "
            "allow Basic or MD5 digest in the camera"
        )
    for kind, remedy, reason in _ANSWERS:
        if isinstance(error, kind):
            return remedy(reason)
    return None


def _connected(error: av.error.FFmpegError, attempt: Attempt) -> SourceError:
    # libav says the same of a camera that stays silent while opening as of one that babbles.
    babble = isinstance(error, av.error.InvalidDataError)
    if error.errno == errno.ETIMEDOUT or (babble and attempt.elapsed >= 0.9 * attempt.patience):
        return SourceUnavailable(f"the camera was silent for {attempt.patience:g} s")
    if babble:
        return SourceUnavailable("what answers there does not speak RTSP as expected")
    if isinstance(error, av.error.ArgumentError):
        return SourceRejected("this url may not be opened: only RTSP is allowed")
    if error.errno == errno.EIO and (host := _unknown_host(attempt.url)):
        return SourceUnavailable(f"host not found: {host}")
    closed = isinstance(error, av.error.EOFError)
    known = CLOSED if closed else _BROKEN.get(error.errno or 0)
    return SourceUnavailable(known or f"the connection failed: {_words(error)}")


def broken(error: OSError, host: str, patience: float) -> SourceError:
    """Translate the failure of a socket of our own."""
    if isinstance(error, socket.gaierror):
        return SourceUnavailable(f"host not found: {host}")
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return SourceUnavailable(f"the camera was silent for {patience:g} s")
    if isinstance(error, ssl.SSLCertVerificationError):
        return SourceRejected(unbelieved(error))
    if isinstance(error, ssl.SSLError):
        return SourceUnavailable(
            "what answers there does not speak TLS as expected: check port and scheme; a camera "
            "with old TLS wants `insecure: true`"
        )
    known = _BROKEN.get(error.errno or 0)
    words = known or errno.errorcode.get(error.errno or 0, type(error).__name__)
    return SourceUnavailable(known or f"the connection failed: {words}")


def _read(error: av.error.FFmpegError) -> SourceError:
    if isinstance(error, av.error.InvalidDataError):
        return SourceRejected("the file is damaged or holds no video that can be read")
    return SourceRejected(f"the file cannot be read: {_words(error)}")


def _words(error: av.error.FFmpegError) -> str:
    if error.errno is not None and error.errno in errno.errorcode:
        return os.strerror(error.errno)
    return type(error).__name__


def _unknown_host(url: str) -> str | None:
    host = urlsplit(url).hostname
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        return host
    return None
