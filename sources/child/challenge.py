"""Finds out how a camera asks for the password (RFC 2326, RFC 7616).

FFmpeg knows Basic and Digest with MD5 only. A camera that offers nothing but SHA-256 looks to it
like one that refuses the password; people would look for a typing error that is not there.
"""

import re
import socket
from urllib.parse import urlsplit

_PATIENCE = 2.0
"""Seconds; the camera has just answered FFmpeg."""

_LONGEST = 16384
"""Bytes of an answer that are looked at."""

_CHALLENGE = re.compile(r"^WWW-Authenticate:\s*(\w+)(.*)$", re.IGNORECASE | re.MULTILINE)
_ALGORITHM = re.compile(r"algorithm\s*=\s*\"?([\w-]+)", re.IGNORECASE)


def speaks_sha256_only(url: str) -> bool:
    """Ask without a password and look at what is offered. Encrypted connections are not asked."""
    parts = urlsplit(url)
    if parts.scheme != "rtsp" or parts.hostname is None:
        return False
    try:
        return only_sha256(_ask(url, parts.hostname, parts.port or 554))
    except OSError:
        return False


def only_sha256(answer: str) -> bool:
    """Tell whether every challenge in an answer is a digest with SHA-256."""
    algorithms = []
    for scheme, rest in _CHALLENGE.findall(answer):
        named = _ALGORITHM.search(rest)
        digest = scheme.lower() == "digest"
        algorithms.append(named.group(1).upper() if digest and named else scheme)
    return bool(algorithms) and all(name.startswith("SHA-256") for name in algorithms)


def _ask(url: str, host: str, port: int) -> str:
    request = f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n"
    answer = b""
    with socket.create_connection((host, port), _PATIENCE) as camera:
        camera.sendall(request.encode())
        while b"\r\n\r\n" not in answer and len(answer) < _LONGEST:
            data = camera.recv(4096)
            if not data:
                break
            answer += data
    return answer.decode("latin-1")
