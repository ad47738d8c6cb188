"""Where a camera's smaller stream is likely to be, by the habits of its maker."""

import re
from urllib.parse import urlsplit, urlunsplit

_HABITS = (
    (r"(/(?:Streaming|ISAPI/Streaming)/(?:Channels/)?\d+)01\b", r"\g<1>02"),  # Hikvision
    (r"([?&]subtype=)0\b", r"\g<1>1"),  # Dahua, Amcrest
    (r"(_)main\b", r"\g<1>sub"),  # Reolink
    (r"(/video)Main\b", r"\g<1>Sub"),  # Foscam
    (r"/[Mm]ain\b", "/sub"),
    (r"(/stream)1\b", r"\g<1>2"),  # TP-Link
    (r"(/live/ch\d+_)0\b", r"\g<1>1"),  # Xiongmai and its many names
    (r"([_&]stream=)0\b", r"\g<1>1"),  # the same
    (r"(/unicast/c\d+/s)0\b", r"\g<1>1"),  # Uniview
    (r"(/(?:live|media)/?(?:video)?)1(\.sdp)?$", r"\g<1>2\g<2>"),  # Vivotek, D-Link, Sony, Uniview
    (r"(/profile)1(/media\.smp)$", r"\g<1>2\g<2>"),  # Hanwha
    (r"([?&]inst=)1\b", r"\g<1>2"),  # Bosch
    (r"(/(?:axis-media/)?\S*[?&]videocodec=h264)$", r"\g<1>&resolution=640x360"),  # Axis
    (r"(/cam\d*/|/ch\d+/)main\b", r"\g<1>sub"),
)
"""A pattern in an address of a main stream, and what stands there for the small one."""


def likely(url: str) -> str | None:
    """Return where the smaller stream of an RTSP camera may be; same host, same port.

    None if its address follows no habit that is known. A guess: open it before believing it.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"rtsp", "rtsps"}:
        return None
    where = urlunsplit(("", "", parts.path, parts.query, ""))
    for pattern, small in _HABITS:
        there, changes = re.subn(pattern, small, where, count=1)
        if changes and there != where:
            path = urlsplit(there)
            return urlunsplit((parts.scheme, parts.netloc, path.path, path.query, ""))
    return None
