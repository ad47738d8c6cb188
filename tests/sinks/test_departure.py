"""What is said of something that leaves the box."""

import hashlib

from sinks import Departure, Tally
from sinks.departure import chained


def test_a_departure_tells_size_and_hash_and_keeps_no_content() -> None:
    """By the hash a stored picture is recognised; the line itself shows nothing."""
    content = b"\xff\xd8\xffpicture"
    told = Departure.of(content, at=1.23456, kind="picture", part="hook", host="h:1", event="e1")
    assert (told.at, told.size, told.event) == (1.235, len(content), "e1")
    assert told.sha256 == hashlib.sha256(content).hexdigest()
    assert "picture'" not in repr(told).replace("kind='picture'", "")


def test_a_tally_counts_by_receiver_and_minute_and_hands_out_what_has_grown() -> None:
    """A line keeps its beginning; what was handed out and has not grown is not handed out again."""
    now = [100.0]
    tally = Tally("hook", lambda: now[0])
    tally.add("a:1", b"x" * 10, "e1")
    tally.add("b:1", b"y", "e1")
    first = {line.host: line for line in tally.take()}
    assert {host: (line.at, line.count, line.size) for host, line in first.items()} == {
        "a:1": (100.0, 1, 10),
        "b:1": (100.0, 1, 1),
    }
    assert tally.take() == []
    now[0] = 159.0
    tally.add("a:1", b"z", "e2")
    (line,) = tally.take()
    assert (line.at, line.count, line.size, line.event) == (100.0, 2, 11, "e2")
    assert line.sha256 == chained(first["a:1"].sha256, b"z")
    now[0] = 0.0  # a clock set back begins a new line as well
    tally.add("a:1", b"z", "e3")
    (line,) = tally.take()
    assert (line.at, line.count, line.sha256) == (0.0, 1, chained("", b"z"))
