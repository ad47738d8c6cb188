"""The contract of this room's interface, executable."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
from pydantic import ValidationError

from sources.message import StreamInfo
from sources.source import Picture, Secret, Source, Stream


def check_source(
    kind: type[Source], options: dict[str, Any], *, secret: Secret | None = None, pictures: int = 5
) -> None:
    """Check that a backend keeps the contract of `Source` and `Stream`.

    Args:
        kind: The backend's class.
        options: Options that work here.
        secret: Credentials, if it needs some.
        pictures: How many pictures are looked at; a recording must have as many.

    Raises:
        AssertionError: It does not; the text says what is missing.
    """
    _refuses_unknown_options(kind, options)
    source = kind("check", kind.Config.model_validate(options))
    _must(isinstance(source.live, bool), "`live` must be known before opening")
    _must(isinstance(source.finite, bool), "`finite` must be known before opening")
    stream = source.open(secret)
    try:
        _must(isinstance(stream.info, StreamInfo), "`info` must be a StreamInfo")
        seen = list(islice(_pictures(stream), pictures))
        _must(len(seen) == pictures, f"only {len(seen)} pictures came instead of {pictures}")
        times = [picture.time for picture in seen if picture.time is not None]
        _must(times == sorted(times), f"times step back: {times}")
        for picture in seen:
            _converts(picture)
    finally:
        stream.close()


def _refuses_unknown_options(kind: type[Source], options: dict[str, Any]) -> None:
    try:
        kind.Config.model_validate({**options, "no_such_option": 1})
    except ValidationError:
        return
    raise AssertionError("unknown options must be refused (extra='forbid')")


def _pictures(stream: Stream) -> Iterator[Picture]:
    arrival = 0.0
    for packet in stream.packets():
        _must(packet.size >= 0, "a packet's size is negative")
        _must(packet.arrival >= arrival, "arrivals must be monotonic")
        arrival = packet.arrival
        yield from stream.decode(packet)
    yield from stream.decode(None)


def _converts(picture: Picture) -> None:
    width, height = max(16, picture.width // 2), max(16, picture.height // 2)
    first = picture.rgb(width, height)
    _must(first.shape == (height, width, 3), f"rgb({width}, {height}) gave {first.shape}")
    _must(first.dtype == np.uint8, f"rgb gave {first.dtype}")
    kept = first.copy()
    first[:] = 255 - first
    again = picture.rgb(width, height)
    _must(bool((again == kept).all()), "the array of `rgb` must be the caller's own")


def _must(holds: bool, text: str) -> None:
    if not holds:
        raise AssertionError(text)
