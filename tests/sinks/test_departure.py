"""What is said of something that leaves the box."""

import hashlib

from sinks import Departure


def test_a_departure_tells_size_and_hash_and_keeps_no_content() -> None:
    """By the hash a stored picture is recognised; the line itself shows nothing."""
    content = b"\xff\xd8\xffpicture"
    told = Departure.of(content, at=1.23456, kind="picture", part="hook", host="h:1", event="e1")
    assert (told.at, told.size, told.event) == (1.235, len(content), "e1")
    assert told.sha256 == hashlib.sha256(content).hexdigest()
    assert "picture'" not in repr(told).replace("kind='picture'", "")
