"""Durations, places and directions in words."""

import pytest

from reasoners.words import direction, duration, edge_of, listed, place, quoted, with_article


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (0.0, "0.1 s"),
        (0.42, "0.4 s"),
        (0.94, "0.9 s"),
        (0.96, "1 s"),
        (6.2, "6 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (125, "2 min 5 s"),
        (3599.7, "1 h"),
        (3780, "1 h 3 min"),
        (86400, "1 d"),
        (90000, "1 d 1 h"),
    ],
)
def test_duration_reads_well(seconds: float, says: str) -> None:
    """Two units at most, none of them zero, no 60 s and no 60 min."""
    assert duration(seconds) == says


@pytest.mark.parametrize(
    ("heading", "says"),
    [(0, "up"), (22, "up"), (23, "up and right"), (90, "right"), (180, "down"), (270, "left"),
     (315, "up and left"), (338, "up"), (359, "up")],
)  # fmt: skip
def test_direction_is_the_nearest_of_eight(heading: int, says: str) -> None:
    """Headings wrap around at 360 degrees."""
    assert direction(heading) == says


@pytest.mark.parametrize(
    ("box", "says"),
    [
        ((0.0, 0.4, 0.1, 0.6), "at the left edge"),
        ((0.9, 0.4, 1.0, 0.6), "at the right edge"),
        ((0.4, 0.0, 0.5, 0.2), "at the upper edge"),
        ((0.4, 0.8, 0.5, 1.0), "at the lower edge"),
        ((0.0, 0.8, 0.1, 1.0), "at the left edge"),
        ((0.45, 0.45, 0.55, 0.55), "in the middle of the picture"),
        ((0.05, 0.05, 0.1, 0.1), "in the upper left of the picture"),
        ((0.45, 0.85, 0.55, 0.9), "in the lower part of the picture"),
        ((0.85, 0.45, 0.9, 0.55), "in the right part of the picture"),
    ],
)
def test_place_names_edges_first(box: tuple[float, float, float, float], says: str) -> None:
    """A box cut by a border is at that edge; others are in a ninth of the picture."""
    assert place(box) == says


def test_what_spans_the_picture_is_at_no_edge() -> None:
    """Opposite borders cancel each other out."""
    assert edge_of((0.0, 0.2, 1.0, 0.8)) is None
    assert edge_of((0.0, 0.0, 1.0, 1.0)) is None


@pytest.mark.parametrize(("noun", "says"), [("cat", "a cat"), ("Elephant", "an Elephant")])
def test_articles_go_by_the_first_letter(noun: str, says: str) -> None:
    """`an` before a vowel."""
    assert with_article(noun) == says


def test_lists_have_one_and() -> None:
    """Commas between, `and` before the last."""
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_quotes_keep_to_their_line_and_length() -> None:
    """Foreign text cannot break out of its quotation marks or run on for ever."""
    assert quoted('say "no"\nnow', 80) == "\"say 'no' now\""
    assert quoted("x" * 100, 10) == '"' + "x" * 9 + '…"'
