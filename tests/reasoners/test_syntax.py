"""What a parser may say of a caption."""

import pytest
from pydantic import ValidationError
from rig.parses import CARRIED, parsed

from reasoners.syntax import WORDS, Parsed


def row(head: int) -> tuple[str, str, str, str, str, int]:
    """Return a word that hangs on another."""
    return ("a", "a", "DET", "DT", "det", head)


def test_it_crosses_as_json_and_stays_small() -> None:
    """The longest caption there can be fits into one message of a process."""
    _, found = parsed(CARRIED)
    assert Parsed.model_validate_json(found.model_dump_json()) == found
    long = Parsed(words=[("x", "x" * 16, "X" * 16, "X" * 16, "X" * 16, 599)] * WORDS)
    assert len(long.model_dump_json()) < 65_536


@pytest.mark.parametrize(
    "heads", [[1], [-1], [1, 0], [1, 2, 0, 3], [0] * (WORDS + 1)], ids=lambda heads: str(heads[:4])
)
def test_what_is_no_forest_is_refused(heads: list[int]) -> None:
    """Heads that there are not, circles, and too many words."""
    with pytest.raises(ValidationError):
        Parsed(words=[row(head) for head in heads])
