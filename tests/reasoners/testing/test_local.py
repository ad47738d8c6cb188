"""A model that answers without computing."""

import pytest

from reasoners import Prompt, QuestionTooLong, ReasonerRejected, Turn
from reasoners.local.message import Load
from reasoners.testing.local import SLOW, Parrot


def load(path: str = "/m") -> Load:
    """Say what to load."""
    return Load(path=path, device="cpu", threads=1, max_tokens=2)


def test_it_says_the_least_and_counts_pictures() -> None:
    """On form, or the sizes of what it was shown; slowly until nobody wants it any more."""
    parrot = Parrot(load())
    form = {"type": "object", "properties": {"a": {"type": "integer", "minimum": 3}}}
    said = parrot.answer(1, Prompt((Turn("user", ("?",)),), form), lambda: False)
    assert said.text == '{"a": 3}'
    shown = Prompt((Turn("user", (SLOW, b"12", b"345")),))
    assert parrot.answer(2, shown, lambda: True).text == "pictures of [2, 3] bytes"
    with pytest.raises(QuestionTooLong):
        parrot.answer(3, Prompt((Turn("user", (b"1", b"2", b"3")),)), lambda: False)
    with pytest.raises(ReasonerRejected):
        Parrot(load("/broken"))
