"""Bodies of many pictures, as cameras send them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.child.parts import NotMultipart, Parts

TYPE = "multipart/x-mixed-replace; boundary=--frontier"
BODIES = [b"\xff\xd8one\r\n\r\n--front\xff\xd9", b"\xff\xd8" + b"two" * 900 + b"\xff\xd9"]


def stream(*, lengths: bool, end: bytes = b"\r\n") -> bytes:
    """Make a body of two pictures and the boundary of a third."""
    parts = b""
    for body in BODIES:
        length = b"Content-Length: %d%s" % (len(body), end) if lengths else b""
        parts += b"--frontier" + end + b"Content-Type: image/jpeg" + end + length + end + body + end
    return parts + b"--frontier" + end


@given(st.booleans(), st.sampled_from([b"\r\n", b"\n"]), st.integers(1, 700))
def test_pictures_are_cut_out_however_they_arrive(lengths: bool, end: bytes, step: int) -> None:
    """With and without lengths, in chunks of any size, each body comes once and whole."""
    parts, found = Parts(TYPE, 10_000), []
    data = stream(lengths=lengths, end=end)
    for at in range(0, len(data), step):
        found += parts.feed(data[at : at + step])
    assert [body.rstrip(b"\r\n") for body in found] == BODIES


@given(st.binary(max_size=4000))
def test_garbage_does_no_harm(data: bytes) -> None:
    """Whatever arrives gives parts or a refusal."""
    with contextlib.suppress(NotMultipart):
        Parts(TYPE, 1000).feed(b"--frontier\r\n" + data)


@pytest.mark.parametrize(
    "data",
    [
        b"--frontier\r\nContent-Length: 999999999\r\n\r\n",
        b"--frontier\r\n\r\n" + b"x" * 5000,
        b"x" * 5000,
        b"--frontier\r\n" + b"X-Long: " + b"y" * 20_000,
    ],
)
def test_nothing_grows_without_end(data: bytes) -> None:
    """A part, a head and what comes before the first boundary are all limited."""
    with pytest.raises(NotMultipart):
        Parts(TYPE, 2000).feed(data)


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize(
    ("kind", "mark"),
    [
        ("multipart/x-mixed-replace", b"--frontier"),
        ("multipart/x-mixed-replace; boundary=other", b"--frontier"),
        ("multipart/x-mixed-replace; boundary=--other", b"--frontier"),
        ("multipart/x-mixed-replace; boundary=frontier", b"frontier"),
        ("multipart/x-mixed-replace; boundary=--frontier", b"----frontier"),
    ],
)
def test_boundary_is_the_one_that_is_there(kind: str, mark: bytes, step: int) -> None:
    """Named nowhere, wrongly, or with other dashes: what stands between pictures is what counts."""
    parts, found = Parts(kind, 10_000), []
    data = b"\r\n" + stream(lengths=True).replace(b"--frontier", mark)
    for at in range(0, len(data), step):
        found += parts.feed(data[at : at + step])
    assert [body.rstrip(b"\r\n") for body in found] == BODIES


@pytest.mark.parametrize("step", [1, 7, 100_000])
@pytest.mark.parametrize("wrong", [-3, -1, 2, 40, 2000])
def test_length_that_is_wrong_costs_a_picture_at_most(wrong: int, step: int) -> None:
    """Too short spoils one, too long none; afterwards the boundary alone counts."""
    parts, found = Parts(TYPE, 10_000), []
    bodies = [b"\xff\xd8" + bytes([number]) * 900 + b"\xff\xd9" for number in range(5)]
    data = b"".join(
        b"--frontier\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(body) + wrong, body)
        for body in bodies
    )
    data += b"--frontier\r\n"
    for at in range(0, len(data), step):
        found += parts.feed(data[at : at + step])
    whole = [body.rstrip(b"\r\n") for body in found]
    assert whole[1:] == bodies[1:]
    assert (whole[0] == bodies[0]) == (wrong > 0)


def test_what_says_that_it_is_no_picture_is_left_out() -> None:
    """Sound and texts between pictures are passed over."""
    kinds = (b"audio/basic", b"image/jpeg", b"Text/plain", b"application/octet-stream")
    data = b"".join(b"--x\r\nContent-type: %s\r\n\r\n%s\r\n" % (kind, kind) for kind in kinds)
    found = Parts("multipart/mixed; boundary=x", 1000).feed(data + b"--x")
    assert [body.strip() for body in found] == [kinds[1], kinds[3]]


def test_boundary_must_be_somewhere() -> None:
    """Where none is named and none is seen, nothing can be cut."""
    with pytest.raises(NotMultipart, match="boundary"):
        Parts("multipart/x-mixed-replace", 1000).feed(b"\xff\xd8\xff" + bytes(300))
    assert Parts('multipart/x; boundary="a b"', 1000).feed(b"--a b\r\n\r\nx\r\n--a b") != []
