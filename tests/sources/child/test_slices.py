"""Where the slices of an HEVC picture lie, and marks between them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.child.slices import MARK, length_size, marked

SLICE, OTHER_LAYER, SETS, HINT = b"\x02\x01", b"\x02\x09", b"\x44\x01", b"\x50\x01"
CODE = b"\0\0\1"


def record(size: int) -> bytes:
    """Make the head of a configuration record whose units follow lengths of a size."""
    return b"\1" + bytes(20) + bytes([0xFC | size - 1]) + b"\0"


@pytest.mark.parametrize("size", [1, 2, 4])
def test_units_follow_lengths_where_the_record_says_so(size: int) -> None:
    """A configuration record names the size; start codes, or nothing, mean none."""
    assert length_size(record(size)) == size
    assert length_size(b"\0" + CODE + bytes(40)) == 0
    assert length_size(CODE + bytes(40)) == 0
    assert length_size(None) == 0


@pytest.mark.parametrize("code", [CODE, b"\0" + CODE])
def test_marks_stand_between_slices(code: bytes) -> None:
    """Behind each slice of the base layer but the last, wherever other units stand."""
    units = [SETS + b"a", SLICE + b"b", HINT + b"c", SLICE + b"d", OTHER_LAYER + b"e", SLICE + b"f"]
    data, marks = marked(b"".join(code + unit for unit in units), 0)
    assert marks == 2
    found = [unit.rstrip(b"\0") for unit in data.split(CODE) if unit.rstrip(b"\0")]
    assert found == [*units[:2], MARK, *units[2:4], MARK, *units[4:]]


@pytest.mark.parametrize("size", [1, 2, 4])
def test_marks_stand_between_slices_that_follow_lengths(size: int) -> None:
    """The same, where lengths stand before the units."""

    def joined(units: list[bytes]) -> bytes:
        return b"".join(len(unit).to_bytes(size, "big") + unit for unit in units)

    units = [SETS + b"a", SLICE + b"bc", HINT, SLICE + b"d"]
    assert marked(joined(units), size) == (joined([*units[:2], MARK, *units[2:]]), 1)


@pytest.mark.parametrize("data", [b"", CODE, CODE + SLICE, CODE + SETS + CODE + SLICE + b"x"])
def test_one_slice_needs_no_mark(data: bytes) -> None:
    """A packet with one slice or none stays as it is."""
    assert marked(data, 0) == (data, 0)


def test_lengths_that_lead_nowhere_get_no_mark() -> None:
    """A packet that is not what its lengths say stays as it is."""
    data = b"\0\3" + SLICE + b"a" + b"\0\3" + SLICE + b"b" + b"\0\4" + SLICE
    assert marked(data, 2) == (data, 0)


@given(st.binary(max_size=60), st.sampled_from([0, 1, 2, 4]))
@settings(max_examples=50)
def test_anything_can_be_marked(data: bytes, size: int) -> None:
    """Whatever comes, nothing of it is lost and marks are all that is added."""
    other, marks = marked(data, size)
    assert len(other) == len(data) + marks * (len(MARK) + (size or len(CODE)))
