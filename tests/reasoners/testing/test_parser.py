"""A parser that knows a few captions by heart."""

import json
from pathlib import Path

import pytest
from rig.parses import CARRIED, parsed

from reasoners import Prompt, ReasonerRejected, Turn
from reasoners.local.message import Load
from reasoners.syntax import Parsed
from reasoners.testing.parser import NONSENSE, PhraseBook


def load(path: Path) -> Load:
    """Say which book to open."""
    return Load(path=str(path), device="cpu", threads=1, max_tokens=600, language="en")


def test_it_says_what_it_was_taught(tmp_path: Path) -> None:
    """Of other captions no word hangs on another; without a book there is nothing."""
    text, known = parsed(CARRIED)
    book = tmp_path / "book.json"
    book.write_text(json.dumps({text: known.words}))
    parser = PhraseBook(load(book))

    def said(caption: str) -> str:
        return parser.answer(1, Prompt((Turn("user", (caption,)),)), lambda: False).text

    assert Parsed.model_validate_json(said(text)) == known
    assert [row[5] for row in Parsed.model_validate_json(said("A dog .")).words] == [0, 1, 2]
    assert said(NONSENSE) == "{}"
    with pytest.raises(ReasonerRejected, match="no such book"):
        PhraseBook(load(tmp_path / "none"))
