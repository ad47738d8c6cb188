"""Who does what to whom, and where."""

import pytest
from rig.parses import (
    ABOUT_TO_LEAVE,
    CARRIED,
    COURIER,
    FOLLOWED,
    HE,
    NEITHER_SEEN,
    PARKED,
    SUFFERED,
    TWO_AND_ONE,
    WITHOUT,
    WORN,
    nodes,
)

from reasoners.vlm.syntax.mentions import mentions
from reasoners.vlm.syntax.relating import claims
from reasoners.vlm.syntax.words import words

BESIDE = (
    "A/DT/det>1 man/NN/nsubj>2 carries/VBZ/ROOT>2 a/DT/det>4 box/NN/dobj>2 beside/IN/prep>4"
    " the/DT/det>7 van/NN/pobj>5"
)
WALKS = "A/DT/det>1 man/NN/nsubj>2 walks/VBZ/ROOT>2 to/IN/prep>2 the/DT/det>5 car/NN/pobj>3"
LOOKS = "A/DT/det>1 man/NN/nsubj>2 looks/VBZ/ROOT>2 at/IN/prep>2 the/DT/det>5 car/NN/pobj>3"
CLIMBS = "A/DT/det>1 man/NN/nsubj>2 climbs/VBZ/ROOT>2 into/IN/prep>2 a/DT/det>5 truck/NN/pobj>3"
SITS = "A/DT/det>1 man/NN/nsubj>2 sits/VBZ/ROOT>2 in/IN/prep>2 a/DT/det>5 truck/NN/pobj>3"
JUMPS = "A/DT/det>1 man/NN/nsubj>2 jumps/VBZ/ROOT>2 on/IN/prep>2 the/DT/det>5 {}/NN/pobj>3"
HANDS = (
    "A/DT/det>1 man/NN/nsubj>2 gives/VBZ/ROOT>2 a/DT/det>4 parcel/NN/dobj>2 to/IN/dative>2"
    " the/DT/det>7 woman/NN/pobj>5"
)
LEAVES = "A/DT/det>1 man/NN/nsubj>2 leaves/VBZ/ROOT>2 a/DT/det>4 {}/NN/dobj>2"


@pytest.mark.parametrize(
    ("caption", "told"),
    [
        (CARRIED, ["man carries box", "man near car"]),
        (BESIDE, ["man carries box", "box near van", "man near van"]),
        (PARKED, ["car near bench"]),
        (WORN, ["woman on bicycle"]),
        (COURIER, ["courier gets_out_of truck", "courier takes parcel"]),
        (WITHOUT, []),
        (NEITHER_SEEN, ["cat on bench"]),
        (FOLLOWED, ["dog follows man"]),
        (SUFFERED, ["man carries box", "dog follows man"]),
        (HE, ["man opens truck"]),
        (TWO_AND_ONE, ["man near car", "woman near car"]),
        (ABOUT_TO_LEAVE, []),
        (WALKS, ["man approaches car"]),
        (LOOKS, []),
        (CLIMBS, ["man gets_into truck"]),
        (SITS, ["man inside truck"]),
        (JUMPS.format("car"), ["man on car"]),
        (JUMPS.format("bus"), ["man gets_into bus"]),
        (HANDS, ["man hands_over woman"]),
        (LEAVES.format("bag"), ["man leaves_behind bag"]),
        (LEAVES.format("car"), []),
    ],
)
def test_relations_are_claimed_as_the_sentence_says_them(caption: str, told: list[str]) -> None:
    """By verbs, by prepositions, in the passive; what is denied or to come is not claimed."""
    trees, known = nodes(caption), words("en")
    found = claims(trees, mentions(trees, known), known)
    assert [f"{one.subject.kind} {one.predicate} {one.object.kind}" for one in found] == told
