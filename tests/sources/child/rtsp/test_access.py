"""An access unit between the camera and the decoder."""

from fractions import Fraction

from sources.child.rtsp.access import AccessUnit


def unit(data: bytes, *, idr: bool) -> AccessUnit:
    """Make one shown after two seconds."""
    base = Fraction(1, 90_000)
    return AccessUnit(data, idr=idr, ticks=180_000, base=base, time=2.0, arrival=5.0)


def test_it_becomes_what_the_decoder_understands() -> None:
    """With its bytes, its time and whether decoding can start; every time a fresh one."""
    one = unit(b"\0\0\0\1\x65\x88", idr=True)
    assert (one.size, one.idr, one.time, one.arrival, one.stamp) == (6, True, 2.0, 5.0, 180_000)
    made = one.payload
    assert made is not None
    assert bytes(made) == b"\0\0\0\1\x65\x88"
    assert (made.pts, made.dts, made.time_base, made.is_keyframe) == (
        180_000,
        180_000,
        Fraction(1, 90_000),
        True,
    )
    assert one.payload is not made


def test_damaged_one_has_nothing_to_decode() -> None:
    """It is empty, and nobody finds it by its stamp."""
    one = unit(b"", idr=False)
    assert (one.size, one.payload, one.stamp) == (0, None, None)
