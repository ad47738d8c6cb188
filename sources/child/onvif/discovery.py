"""Which cameras are on this network: WS-Discovery (April 2005) over UDP multicast.

Whoever answers is a stranger. An answer is believed only as far as where it came from: what it says
is cut short, and an address in it that leads elsewhere is refused. No DTD and no entity is read.
"""

import fcntl
import select
import socket
import struct
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

from sources.child.onvif.soap import plain
from sources.device import Match

GROUP, PORT = "239.255.255.250", 3702
MOST = 256
"""Cameras that are told of."""

_ANSWERS = 4 * MOST
"""Answers that are read at all."""

_LARGEST = 65_536
_AGAIN = 0.5
"""Seconds after which the question is asked once more: UDP loses."""

_SIOCGIFADDR = 0x8915
_ADDRESSING = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}"
_DISCOVERY = "{http://schemas.xmlsoap.org/ws/2005/04/discovery}"
_SCOPE = "onvif://www.onvif.org/"
_PROBE = """<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"
 xmlns:n="http://www.onvif.org/ver10/network/wsdl"><s:Header>
<a:MessageID>{number}</a:MessageID>
<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>
<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>
</s:Header><s:Body><d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe></s:Body>
</s:Envelope>"""


def discover(seconds: float, interface: str | None = None, port: int = PORT) -> list[Match]:
    """Ask who is there and listen.

    Args:
        seconds: How long.
        interface: Address of our own on whose network is asked; None asks on all.
        port: Where cameras listen.

    Returns:
        One match per camera, by address.

    Raises:
        OSError: There is no network to ask on.
    """
    number = uuid.uuid4().urn
    found: dict[str, Match] = {}
    with ExitStack() as stack:
        ways = [stack.enter_context(_way(own)) for own in _addresses(interface)]
        for data, host in _answers(ways, _PROBE.format(number=number).encode(), seconds, port):
            match = understood(data, host, number)
            if match is not None and len(found) < MOST:
                # The first answer counts; whoever speaks twice cannot take the first one back.
                found.setdefault(host, match)
    return sorted(found.values(), key=lambda match: socket.inet_aton(match.host))


def understood(data: bytes, host: str, number: str) -> Match | None:
    """Read one answer; None if it is none to our question."""
    root = _parsed(data)
    if root is None or (root.findtext(f".//{_ADDRESSING}RelatesTo") or "").strip() != number:
        return None
    match = root.find(f".//{_DISCOVERY}ProbeMatch")
    if match is None:
        return None
    scopes = (match.findtext(f"{_DISCOVERY}Scopes") or "").split()
    said = {
        kind: plain(unquote(scope.removeprefix(f"{_SCOPE}{kind}/")))
        for kind in ("name", "hardware")
        for scope in scopes
        if scope.startswith(f"{_SCOPE}{kind}/")
    }
    name, model = said.get("name", ""), said.get("hardware", "")
    addresses = (match.findtext(f"{_DISCOVERY}XAddrs") or "").split()
    for address in addresses[:8]:
        way = _service(address, host)
        if way is not None:
            return Match(host=host, port=way[1], encrypted=way[0], name=name, model=model)
    led = plain(addresses[0], 60) if addresses else "nowhere"
    refused = f"its answer leads to {led}, not to {host} from which it came"
    return Match(host=host, name=name, model=model, refused=refused)


def _service(address: str, host: str) -> tuple[bool, int | None] | None:
    """Return whether a service is encrypted, and its port; None if it is not where we were told."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or parts.hostname != host or port == 0:
        return None
    return parts.scheme == "https", port


def _parsed(data: bytes) -> ET.Element | None:
    try:
        text = data.decode("utf-8-sig")
        if "<!" in text.replace("<!--", ""):
            return None
        return ET.fromstring(text.encode())  # noqa: S314 (without DTD there are no entities)
    except (UnicodeDecodeError, ET.ParseError, ValueError, LookupError):
        return None


def _answers(
    ways: list[socket.socket], question: bytes, seconds: float, port: int
) -> Iterator[tuple[bytes, str]]:
    begun = time.monotonic()
    asked = read = 0
    while read < _ANSWERS and (left := begun + seconds - time.monotonic()) > 0:
        if asked < 2 and time.monotonic() - begun >= asked * _AGAIN:  # noqa: PLR2004 (twice)
            asked += 1
            for way in ways:
                # A network that leads nowhere must not keep the others from being asked.
                with suppress(OSError):
                    way.sendto(question, (GROUP, port))
        for way in select.select(ways, [], [], min(left, _AGAIN / 2))[0]:
            data, (host, *_) = way.recvfrom(_LARGEST)
            read += 1
            yield data, host


def _way(own: str) -> socket.socket:
    way = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    way.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
    way.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
    way.bind((own, 0))
    return way


def _addresses(interface: str | None) -> list[str]:
    """Return our own addresses, one per network; the loopback only if there is nothing else."""
    if interface is not None:
        return [interface]
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            with suppress(OSError):
                asked = struct.pack("256s", name.encode()[:15])
                packed = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, asked)[20:24]
                found.append(socket.inet_ntoa(packed))
    away = [address for address in found if not address.startswith("127.")]
    return away or found
