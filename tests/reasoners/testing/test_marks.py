"""Marks for what is told against what is true."""

from reasoners.testing import Fact
from reasoners.testing.marks import compare


def test_each_fact_is_matched_once_and_in_time() -> None:
    """A second telling is wrong, one too late is missing and wrong, an optional one is neither."""
    facts = [
        Fact("entered", ("one",), 1.0, "yard"),
        Fact("left", ("one",), 9.0, "yard"),
        Fact("stopped", ("one",), 4.0, optional=True),
    ]
    told = [
        Fact("entered", ("one",), 1.2, "yard"),
        Fact("entered", ("one",), 1.4, "yard"),
        Fact("left", ("one",), 12.0, "yard"),
        Fact("stopped", ("one",), 4.5),
    ]
    marks = compare(facts, told)
    assert (marks.right["entered"], marks.wrong["entered"]) == (1, 1)
    assert (marks.missing["left"], marks.wrong["left"]) == (1, 1)
    assert marks.wrong["stopped"] == marks.missing["stopped"] == 0
    assert marks.precision() == 1 / 3
    assert marks.recall() == 1 / 2
    assert marks.f1() == 2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2)


def test_without_anything_to_tell_silence_is_perfect() -> None:
    """Nothing told and nothing true leaves nothing to blame."""
    marks = compare([], [])
    assert (marks.precision(), marks.recall(), marks.f1()) == (1, 1, 1)
