"""Who does what in a clause, and whether it is so."""

from rig.parses import (
    ABOUT_TO_LEAVE,
    CARRIED,
    COURIER,
    FOLLOWED,
    NO_SIGN,
    PARKED,
    SUFFERED,
    TWO_AND_ONE,
    UNSEEN,
    WILL_ENTER,
    WITHOUT,
    node,
)

from reasoners.vlm.syntax.clause import (
    actors,
    existential,
    negated,
    objects,
    passive,
    subjects,
    to_come,
    ways,
)
from reasoners.vlm.syntax.tree import Node
from reasoners.vlm.syntax.words import words

EN = words("en")


def texts(found: list[Node]) -> list[str]:
    """Return words as written."""
    return [one.text for one in found]


def test_subjects_reach_over_joined_verbs_clauses_and_what_is_about_to_be() -> None:
    """`A courier gets out and picks up`, `a man carrying`, `is about to leave`, `two and one`."""
    assert texts(subjects(node(COURIER, "picks"))) == ["courier"]
    assert texts(subjects(node(CARRIED, "carrying"))) == ["man"]
    assert texts(subjects(node(ABOUT_TO_LEAVE, "leave"))) == ["man"]
    assert texts(subjects(node(TWO_AND_ONE, "stand"))) == ["men", "woman"]
    assert subjects(node(CARRIED, "box")) == []


def test_the_passive_turns_who_does_it_around() -> None:
    """In a sentence and in a clause with `who`; a parked car suffers its parking."""
    carried, followed = node(SUFFERED, "carried"), node(SUFFERED, "followed")
    assert (texts(actors(carried)), texts(objects(carried))) == (["man"], ["box"])
    assert (texts(actors(followed)), texts(objects(followed))) == (["dog"], ["man"])
    assert passive(node(PARKED, "parked"))
    follows = node(FOLLOWED, "follows")
    assert (texts(actors(follows)), texts(objects(follows))) == (["dog"], ["man"])


def test_what_is_denied_or_yet_to_come_is_told_from_what_is() -> None:
    """Each by its own word."""
    assert negated(node(WITHOUT, "carrying"), EN)
    assert negated(node(UNSEEN, "seen"), EN)
    assert not negated(node(CARRIED, "carrying"), EN)
    assert to_come(node(WILL_ENTER, "enter"), EN)
    assert to_come(node(ABOUT_TO_LEAVE, "leave"), EN)
    assert not to_come(node(COURIER, "gets"), EN)
    assert existential(node(NO_SIGN, "is"))
    either = "He/PRP/nsubj>2 not/RB/neg>2 walks/VBZ/ROOT>2 or/CC/cc>2 sits/VBZ/conj>2"
    assert negated(node(either, "sits"), EN)


def test_ways_join_prepositions_of_several_words() -> None:
    """`next to`, `out of`, and `in front of`, where the front is no place of its own."""
    assert [(path, noun.text) for path, noun in ways(node(PARKED, "parked"), EN)] == [
        ("next_to", "bench")
    ]
    assert [(path, noun.text) for path, noun in ways(node(COURIER, "gets"), EN)] == [
        ("out_of", "truck")
    ]
    front = (
        "He/PRP/nsubj>1 stands/VBZ/ROOT>1 in/IN/prep>1 front/NN/pobj>2 of/IN/prep>3 a/DT/det>6"
        " van/NN/pobj>4"
    )
    assert [(path, noun.text) for path, noun in ways(node(front, "stands"), EN)] == [
        ("in_front_of", "van")
    ]
