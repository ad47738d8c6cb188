"""Nouns of a caption as things."""

import pytest
from rig.parses import (
    FOLLOWED,
    NEITHER,
    NEITHER_SEEN,
    NO_SIGN,
    SEVERAL,
    TWO_AND_ONE,
    UNSEEN,
    WITHOUT,
    node,
)

from reasoners.vlm.syntax import phrase
from reasoners.vlm.syntax.words import words

EN = words("en")
GROUP = (
    "A/DT/det>1 group/NN/nsubj>5 of/IN/prep>1 five/CD/nummod>4 people/NNS/pobj>2 waits/VBZ/ROOT>5"
)
PAIR = "A/DT/det>1 pair/NN/nsubj>4 of/IN/prep>1 men=man/NNS/pobj>2 waits/VBZ/ROOT>4"
CROWD = "A/DT/det>1 crowd/NN/nsubj>4 of/IN/prep>1 men=man/NNS/pobj>2 waits/VBZ/ROOT>4"
CARS = "12/CD/nummod>1 cars=car/NNS/nsubj>2 wait/VBP/ROOT>2"
PLURAL = "Cars=car/NNS/nsubj>1 wait/VBP/ROOT>1"
VAN = "A/DT/det>4 big/JJ/amod>4 white/JJ/amod>4 delivery/NN/compound>4 van/NN/ROOT>4"


@pytest.mark.parametrize(
    ("caption", "word", "number"),
    [
        (TWO_AND_ONE, "men", (2, False)),
        (TWO_AND_ONE, "woman", (1, False)),
        (SEVERAL, "people", (2, True)),
        (GROUP, "people", (5, False)),
        (PAIR, "men", (2, False)),
        (CROWD, "men", (2, True)),
        (CARS, "cars", (12, False)),
        (PLURAL, "cars", (1, True)),
    ],
)
def test_numbers_are_counted_and_vague_ones_are_the_least(
    caption: str, word: str, number: tuple[int, bool]
) -> None:
    """In words, in figures, and by nouns such as `pair`."""
    assert phrase.amount(node(caption, word), EN) == number


@pytest.mark.parametrize(
    ("caption", "word", "denied"),
    [
        (NEITHER_SEEN, "people", True),
        (NEITHER_SEEN, "cars", True),
        (NEITHER_SEEN, "cat", False),
        (NEITHER, "car", True),
        (NEITHER, "bicycle", True),
        (NO_SIGN, "people", True),
        (UNSEEN, "person", True),
        (WITHOUT, "man", False),
        (WITHOUT, "car", False),
        ("No/DT/det>1 dog/NN/ROOT>1 but/CC/cc>1 a/DT/det>4 cat/NN/conj>1", "cat", False),
    ],
)
def test_what_is_not_there_is_denied(caption: str, word: str, denied: bool) -> None:
    """Over `or` and `nor`, not over `but`, and not what only does nothing."""
    assert phrase.denied(node(caption, word), EN) is denied


def test_what_is_only_thought_of_is_not_there_either() -> None:
    """Without it, or not done to it; what is pointed to is there all the same."""
    assert phrase.unreal(node(WITHOUT, "dog"), EN)
    assert phrase.unreal(node(WITHOUT, "box"), EN)
    assert not phrase.unreal(node(WITHOUT, "car"), EN)
    waits = "A/DT/det>1 man/NN/nsubj>2 waits/VBZ/ROOT>2 for/IN/prep>2 a/DT/det>5 bus/NN/pobj>3"
    assert phrase.unreal(node(waits, "bus"), EN)
    maybe = "There/EX/expl>2 might/MD/aux>2 be/VB/ROOT>2 a/DT/det>4 dog/NN/attr>2"
    assert phrase.unreal(node(maybe, "dog"), EN)


def test_a_thing_is_called_by_its_noun_with_what_belongs_to_it() -> None:
    """The kind without adjectives, the text with them; plurals in the singular."""
    van = node(VAN, "van")
    assert phrase.kind(van) == "delivery van"
    assert phrase.phrase(van) == "big white delivery van"
    assert list(phrase.adjectives(van, EN)) == ["big", "white"]
    assert phrase.kind(node(TWO_AND_ONE, "men")) == "man"
    assert phrase.phrase(node(TWO_AND_ONE, "men")) == "two men"
    assert phrase.definite(node(FOLLOWED, "man"))
    assert not phrase.definite(van)


def test_groups_stand_for_what_they_are_made_of() -> None:
    """In its clause, `group` stands for the people."""
    people = node(GROUP, "people")
    assert phrase.outer(people, EN).text == "group"
    assert phrase.measures(phrase.outer(people, EN), EN)
    assert phrase.first(node(TWO_AND_ONE, "woman")).text == "men"
