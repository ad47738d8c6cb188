"""What a child says, in our words."""

from typing import get_args

from daemon.camera.words import hint, plain, word
from sources.message import Hint


def test_every_hint_has_its_words() -> None:
    """Whatever becomes of a view is told, and told apart from its end."""
    kinds = get_args(Hint.model_fields["hint"].annotation)
    told = {hint(Hint(hint=kind, active=active)) for kind in kinds for active in (True, False)}
    assert len(told) == 2 * len(kinds) > 0


def test_a_word_is_no_story() -> None:
    """What steers a terminal is taken out, what is long is cut, what is no text is nothing."""
    assert plain("a\nb\x1b[2J") == "a b [2J"
    assert word("x" * 100) == "x" * 40
    assert word(5) is None
