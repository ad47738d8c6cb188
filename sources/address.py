"""Addresses of cameras: what may stand in them, where they lead, whose certificate is believed.

Every kind of source that goes over the network shares these rules. A camera is reached at the host
that the configuration names and nowhere else; what it sends cannot send us to another one.
"""

import ipaddress
import socket
import ssl
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from sources.credential import no_user
from sources.errors import SourceRejected, SourceUnavailable

_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2::254")
)
"""Where clouds tell any process of a machine that machine's passwords. No camera lives there."""

_MADE_OUT_TO_ANOTHER = (62, 64)
"""X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH of OpenSSL."""

_PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}


class NetworkConfig(BaseModel):
    """What every camera on the network has: patience, a credential, a certificate."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    open_timeout: float = Field(default=5.0, ge=0.1, le=60)
    """Seconds of silence while connecting. Raising it waits longer for slow cameras."""

    read_timeout: float = Field(default=5.0, ge=0.1, le=60)
    """Seconds of silence after which the camera counts as gone; over HTTP also the seconds that one
    picture may take in all, so that a camera that merely drips is noticed. Raising it tolerates
    pauses and notices an outage later."""

    credential: str | None = None
    """Name of the credential that holds user and password. Default: none."""

    ca: Path | None = None
    """PEM file with the certificate of the camera, or of whoever signed it, for encrypted
    addresses. Default: the authorities that this machine trusts."""

    insecure: bool = False
    """Whether an encrypted camera is believed without checking its certificate, and may speak TLS
    as old as it is itself; default false. Setting it lets anybody on the way read the password:
    prefer `ca`."""


class WebConfig(NetworkConfig):
    """What every camera that speaks HTTP has."""

    hosts: tuple[str, ...] = ()
    """Other hosts to which redirects and playlists of this camera may lead; default none. They get
    no password."""


def checked(url: str, schemes: Collection[str]) -> str:
    """Check the address of a camera as it stands in the configuration.

    Raises:
        ValueError: It may not be opened; the text says why and what to do, without the address.
    """
    forms = " or ".join(f"{scheme}://HOST/PATH" for scheme in schemes)
    if not url.isprintable() or " " in url:
        raise ValueError("holds a space or a control character: encode it as %XX")
    no_user(url)
    parts, port = _split(url)
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(f"must be {forms}")
    if port == 0:
        raise ValueError("port 0 does not exist")
    if is_metadata(parts.hostname):
        raise ValueError("is where a cloud keeps its secrets, not a camera")
    return url


def _split(url: str) -> tuple[SplitResult, int | None]:
    """Take an address apart; what Python says of one that makes no sense repeats parts of it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(
            "has no host and port that make sense: write HOST or HOST:PORT, and an IPv6 address "
            "within [ ]"
        ) from None
    return parts, port


def is_metadata(host: str) -> bool:
    """Tell whether a host, written as an address, is a cloud's metadata service."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address) in _METADATA


def resolved(host: str, port: int | None, scheme: str) -> tuple[tuple[str, ...], int]:
    """Resolve a host once, so that what was checked is what is connected to.

    Returns:
        Its addresses, in the order in which they are to be tried, and the port.

    Raises:
        SourceUnavailable: The name is not known now.
        SourceRejected: It leads to a cloud's metadata service.
    """
    port = port or _PORTS[scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SourceUnavailable(f"host not found: {host}") from None
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    if any(map(is_metadata, addresses)):
        raise SourceRejected(f"{host} leads to where a cloud keeps its secrets, not to a camera")
    return addresses, port


def connected(hosts: Sequence[str], port: int, patience: float) -> socket.socket:
    """Connect to the first address that lets us: a name may stand for several.

    Raises:
        OSError: None does; of the last one.
    """
    for host in hosts[:-1]:
        with suppress(OSError):
            return socket.create_connection((host, port), patience)
    return socket.create_connection((hosts[-1], port), patience)


def same_place(one: str, other: str) -> bool:
    """Tell whether two addresses have scheme, host and port in common."""
    return _place(one) == _place(other)


def trusting(config: NetworkConfig) -> ssl.SSLContext:
    """Make what checks the certificate of a camera.

    Raises:
        SourceRejected: The file named by `ca` cannot be used.
    """
    if config.ca is not None and not config.ca.is_file():
        raise SourceRejected(f"ca: no such file: {config.ca}")
    try:
        context = ssl.create_default_context(cafile=config.ca)
    except (OSError, ssl.SSLError):
        raise SourceRejected(f"ca: {config.ca} holds no certificate that can be read") from None
    if config.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        # Old cameras speak old TLS; who checks nothing loses nothing by it.
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
        context.set_ciphers("ALL:@SECLEVEL=0")
    elif config.ca is not None:
        # The certificate of the camera itself may stand there, not only that of its signer.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def mistrust(url: str, config: NetworkConfig) -> str | None:
    """Return why the camera's certificate is not believed; None if that is not what is wrong.

    For who uses a library that only says that it could not connect.
    """
    parts = urlsplit(url)
    try:
        hosts, port = resolved(parts.hostname or "", parts.port, parts.scheme)
        with connected(hosts, port, config.open_timeout) as plain:
            trusting(config).wrap_socket(plain, server_hostname=parts.hostname).close()
    except ssl.SSLCertVerificationError as error:
        return unbelieved(error)
    except (OSError, SourceUnavailable):
        pass
    return None


def unbelieved(error: ssl.SSLCertVerificationError) -> str:
    """Say what is wrong with a certificate and what to do."""
    said = error.verify_message.rstrip(".")[:160]
    if error.verify_code in _MADE_OUT_TO_ANOTHER:
        return (
            f"its certificate is made out to another name: {said}; write the name that stands in "
            "it into the address, or set `insecure: true`"
        )
    return (
        f"its certificate is not believed: {said}; name the camera's certificate with `ca`, or set "
        "`insecure: true`"
    )


def authorities(config: NetworkConfig) -> Path | None:
    """Return the file of certificates to believe: the one configured, else the machine's."""
    if config.ca is not None:
        if not config.ca.is_file():
            raise SourceRejected(f"ca: no such file: {config.ca}")
        return config.ca.absolute()
    usual = ssl.get_default_verify_paths().cafile
    return Path(usual) if usual else None


def _place(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
