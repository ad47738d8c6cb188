"""Where a camera may send us; what it answers is in the tests of the kinds."""

import pytest
from rig.web_camera import WebCamera

from sources import SourceRejected
from sources.address import WebConfig
from sources.child.web import Web

HOME = "https://10.0.0.7/live"


@pytest.mark.parametrize(
    ("target", "word"),
    [
        ("http://10.0.0.7/live", "plain"),
        ("https://10.0.0.8/live", "`hosts`"),
        ("https://10.0.0.7:444/live", "`hosts`"),
        ("https://10.0.0.7@evil.example/", "credential"),
        ("ftp://10.0.0.7/live", "must be"),
        ("data:text/plain,x", "must be"),
        ("https://169.254.169.254/", "secrets"),
    ],
)
def test_camera_leads_nowhere_else(target: str, word: str) -> None:
    """Another host, port or scheme is refused with the way out, where there is one (F54)."""
    web = Web(HOME, WebConfig(), None)
    with pytest.raises(SourceRejected, match=word):
        web.permit(target, HOME)
    web.close()


def test_named_hosts_are_allowed() -> None:
    """What the configuration names is opened, but never plain after encrypted."""
    web = Web(HOME, WebConfig(hosts=("cdn.example",)), None)
    web.permit("https://cdn.example/part.ts", HOME)
    web.permit("https://10.0.0.7:443/part.ts", HOME)
    with pytest.raises(SourceRejected, match="plain"):
        web.permit("http://cdn.example/part.ts", HOME)
    web.close()


def test_bodies_are_limited() -> None:
    """A body longer than allowed is not swallowed."""
    with WebCamera([b""], raw={"/x": ("image/jpeg", bytes(5000))}) as camera:
        web = Web(camera.url, WebConfig(), None)
        assert len(web.body(web.get(camera.url + "/x"), 5000)) == 5000
        with pytest.raises(SourceRejected, match="at once"):
            web.body(web.get(camera.url + "/x"), 4999)
        web.close()


def test_cookies_do_not_pile_up() -> None:
    """A camera that gives a new cookie with each answer is forgotten now and then."""
    with WebCamera([b""], raw={"/x": ("image/jpeg", b"x")}, cookies=True) as camera:
        web = Web(camera.url, WebConfig(), None)
        for _ in range(100):
            web.body(web.get(camera.url + "/x"))
        web.close()
    assert 0 < camera.most_cookies <= 33
