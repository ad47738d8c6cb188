"""Keeps libavformat where it was sent: it follows a camera's redirects, to any host there is.

So the camera is asked for its description by our own client first, which follows none; and a camera
that answers libavformat otherwise is found out by where its connections lead.
"""

import os
import socket
from contextlib import suppress
from ipaddress import ip_address

from sources.address import is_metadata
from sources.child.authorization import Authorization
from sources.child.rtsp.connection import Connection, Target
from sources.child.rtsp.errors import NotUnderstood, Redirected
from sources.child.rtsp.session import Session
from sources.errors import SourceRejected


def ask_first(target: Target, url: str, authorization: Authorization | None) -> None:
    """Ask for the description, as libavformat is about to.

    Raises:
        Redirected: The camera sends us elsewhere.
        SourceUnavailable: It is silent, gone, or has no room.
    """
    connection = Connection(target)
    try:
        Session(connection, url, authorization).describe()
    except Redirected:
        raise
    except (NotUnderstood, SourceRejected):
        return  # libavformat may get on better, and explains what is wrong if not
    finally:
        connection.close()


def stay(host: str, port: int) -> None:
    """See that every connection of this process leads to the camera.

    A name may stand for several addresses; then only its port is known.

    Raises:
        Redirected: One does not.
    """
    for address, at in peers():
        astray = at != port or is_metadata(address)
        with suppress(ValueError):
            astray |= ip_address(host) != ip_address(address)
        if astray:
            raise Redirected(f"the camera sends us elsewhere ({address}:{at}): name that instead")


def peers() -> list[tuple[str, int]]:
    """List where the TCP connections of this process lead."""
    found = []
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 (numbers, not paths)
        with suppress(OSError), socket.socket(fileno=os.dup(int(name))) as copy:
            if copy.family in {socket.AF_INET, socket.AF_INET6} and (
                copy.type == socket.SOCK_STREAM
            ):
                address, port, *_ = copy.getpeername()
                found.append((str(address).removeprefix("::ffff:"), int(port)))
    return found
