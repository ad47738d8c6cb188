"""Words that can be drawn."""

import pytest

from sources.lettering import legible, written


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Front step", "Front step"),
        ("Vorgärten & Straße", "Vorgaerten & Strasse"),
        ("café Łódź", "cafe Lodz"),
        ("2.0 s ± 0.1", "2.0 s +- 0.1"),
        ("前院", "??"),
    ],
)
def test_letters_with_marks_are_spelt_out(text: str, drawn: str) -> None:
    """What Latin letters can say is said; what they cannot is a question mark each."""
    assert written(text) == drawn


def test_what_cannot_be_drawn_is_replaced_whole() -> None:
    """A title in other letters gives way to the name, one with accents or a `?` does not."""
    assert legible("前院", "yard") == "yard"
    assert legible("Hof 前", "yard") == "yard"
    assert legible("Café?", "yard") == "Café?"
