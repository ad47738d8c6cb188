"""Whether a host lies in our own network: pictures may leave it only where people agreed. Pure."""

import ipaddress
from typing import Final

OURS: Final = (".local", ".lan", ".home", ".internal", ".home.arpa", ".localdomain", ".localhost")
"""Ends of names that lead nowhere outside: RFC 6762, RFC 8375, RFC 6761, and what routers use."""


def outside(host: str) -> bool:
    """Tell whether a host lies outside, as far as its name says; no name is looked up.

    A name with a dot in it is taken to lie outside, even where it happens to lead inside: such a
    host is named as `inside` in the configuration.
    """
    name = host.strip("[]").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        # A bare number is an address too, as old resolvers read it.
        number = name.isdecimal() or name.startswith("0x")
        return number or ("." in name and not name.endswith(OURS))
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return not (address.is_private or address.is_loopback or address.is_link_local)
