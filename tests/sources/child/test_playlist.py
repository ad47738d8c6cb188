"""What libavformat asks our hands to open; whole playlists are in `test_hls.py`."""

import pytest
from rig.web_camera import WebCamera

from sources import SourceRejected
from sources.address import WebConfig
from sources.child.playlist import Opener
from sources.child.web import Web

RAW = {"/part.ts": ("video/mp2t", bytes(range(200)))}


def test_pieces_are_read_as_libav_wishes() -> None:
    """A body comes in pieces of any size and ends with nothing."""
    with WebCamera([], raw=RAW) as camera:
        web = Web(camera.url, WebConfig(), None)
        body = Opener(web, camera.url)(camera.url + "/part.ts", 0, {})
        assert body.readable()
        assert body.read(50) == bytes(range(50))
        assert b"".join(iter(lambda: body.read(64) or b"", b"")) == bytes(range(50, 200))
        body.close()
        web.close()


def test_old_segments_are_left_out() -> None:
    """A missing piece is a gap, and the reason is kept; what may not be opened is an error."""
    with WebCamera([], raw=RAW) as camera:
        web = Web(camera.url, WebConfig(), None)
        opener = Opener(web, camera.url)
        assert opener(camera.url + "/gone.ts", 0, {"offset": "5", "end_offset": "9"}).read(9) == b""
        assert isinstance(opener.trouble, SourceRejected)
        assert "404" in str(opener.trouble)
        with pytest.raises(SourceRejected, match="hosts"):
            opener("crypto+http://10.1.1.1/part.ts", 0, {"key": "00" * 16, "iv": "00" * 16})
        with pytest.raises(SourceRejected, match="must be"):
            opener("crypto+file:///etc/hostname", 0, {"key": "00" * 16, "iv": "00" * 16})
        with pytest.raises(SourceRejected, match="hosts"):
            opener("http://10.1.1.1/part.ts", 0, {})
        web.close()


def test_piece_that_drips_ends_early() -> None:
    """A segment that never comes whole is left out like one that cannot be fetched."""
    with WebCamera([], drips={"/part.ts": RAW["/part.ts"]}) as camera:
        web = Web(camera.url, WebConfig(read_timeout=0.15), None)
        body = Opener(web, camera.url)(camera.url + "/part.ts", 0, {})
        pieces = list(iter(lambda: body.read(64), b""))
        assert 0 < len(b"".join(pieces)) < 200
        body.close()
        web.close()
