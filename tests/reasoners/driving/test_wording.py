"""Warnings in words, in every language."""

import pytest

from reasoners.driving import wording
from reasoners.driving.contact import Contact
from reasoners.driving.lane import Departure
from reasoners.language.catalogue import catalogue, languages
from reasoners.language.phrase import Phrase

NEAR = Contact(2.0, 0.1, 1.8, 0.5, 0.02, 1.5, 0.1, -0.8, 0.1, 1.5, 2.0)
FAR = Contact(None, 0.0, None, 0.0, 0.02, 1.5, 0.1, 0.8, 0.1, 1.5, 1.0)

EVERY = (
    wording.contact("traffic light", "t123456", NEAR),
    wording.contact("car", "t3", FAR),
    wording.crossing("person", "t4", NEAR, inside=True),
    wording.crossing("person", "t4", FAR, inside=True),
    wording.crossing("person", "t4", NEAR, inside=False),
    wording.crossing("person", "t4", FAR, inside=False),
    wording.crossing("person", "t4", None, inside=False),
    *(
        wording.departure(Departure(side, room, 0.4, 0.05))
        for side in ("left", "right")
        for room in (0.2, -0.1)
    ),
    wording.moved_off("bus", "t9", NEAR, 7.2),
    *(wording.measured(what) for what in ("drifting", "standing", "reached", "unsure", "beside")),
    wording.measured("grown", 1.5),
)


def said(phrase: Phrase) -> str:
    """Say it in English."""
    return catalogue("en").sentence(phrase)


def test_each_names_what_was_measured() -> None:
    """Time, its uncertainty, growth and place stand in the sentence."""
    assert said(wording.contact("car", "t3", NEAR)) == (
        "Car t3 is reached in 2.0 s (± 0.1 s) if nothing changes: its box grew 2.00 times as "
        "large in 1.5 s, and it will be straight ahead."
    )
    assert "t4 is in the own path, reached in 2.0 s" in said(
        wording.crossing("person", "t4", NEAR, inside=True)
    )
    enters = said(wording.crossing("person", "t4", NEAR, inside=False))
    assert "about 1.5 m to the right and moving left at 0.8 m/s (± 0.1)" in enters
    assert "0.1 m beyond the left lane mark, drifting at 0.4 m/s" in said(
        wording.departure(Departure("left", -0.1, 0.4, 0.05))
    )
    assert "has stood for 7 s" in said(wording.moved_off("bus", "t9", NEAR, 7.2))


@pytest.mark.parametrize("code", languages())
def test_a_warning_is_said_in_full_in_every_language(code: str) -> None:
    """Every gap is filled, and an event has room for all of it."""
    for phrase in EVERY:
        text = catalogue(code).sentence(phrase)
        assert "{" not in text, phrase.key
        assert 0 < len(text) <= 200, phrase.key


def test_figures_are_written_as_the_language_writes_them() -> None:
    """German has a decimal comma and its own words."""
    german = catalogue("de").sentence(wording.contact("car", "t3", NEAR))
    assert german.startswith("Auto t3 ist in 2,0 s (± 0,1 s) erreicht")
