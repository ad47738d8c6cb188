"""All things of a caption."""

import pytest
from rig.parses import (
    CARRIED,
    COURIER,
    EMPTY,
    FOLLOWED,
    FORKLIFT,
    HE,
    NEITHER_SEEN,
    NO_SIGN,
    NOBODY,
    PARKED,
    SEVERAL,
    UNSEEN,
    WITHOUT,
    WORN,
    nodes,
)

from reasoners.vlm.syntax.mentions import mentions
from reasoners.vlm.syntax.words import words


@pytest.mark.parametrize(
    ("caption", "things", "denied"),
    [
        (CARRIED, {"man": [], "box": [], "car": ["red"]}, set()),
        (PARKED, {"car": ["parked", "red", "dirty"], "bench": []}, set()),
        (SEVERAL, {"people": [], "sidewalk": [], "dog": []}, set()),
        (NOBODY, {"yard": []}, {"person"}),
        (WORN, {"woman": ["blue hat"], "backpack": [], "bicycle": []}, set()),
        (COURIER, {"courier": [], "truck": [], "parcel": []}, set()),
        (UNSEEN, {}, {"person"}),
        (NO_SIGN, {}, {"person"}),
        (WITHOUT, {"man": ["without dog"], "car": []}, set()),
        (NEITHER_SEEN, {"cat": [], "bench": []}, {"person", "car"}),
        (FOLLOWED, {"dog": ["brown"], "man": []}, set()),
        (HE, {"man": ["courier"], "truck": []}, set()),
        (FORKLIFT, {"forklift": [], "pallet": ["wooden"]}, set()),
        (EMPTY, {"street": ["empty"]}, {"person"}),
    ],
)
def test_things_have_what_is_said_of_them(
    caption: str, things: dict[str, list[str]], denied: set[str]
) -> None:
    """Before the noun, by a verb, by what is worn and by what somebody is; none that is denied."""
    found = mentions(nodes(caption), words("en"))
    assert {one.kind: one.attributes for one in found.things} == things
    assert found.denied == denied


def test_he_is_the_only_person_there_is() -> None:
    """Of two it is nobody in particular."""
    found = mentions(nodes(HE), words("en"))
    (he,) = [one for one in nodes(HE) if one.text == "he"]
    assert found.of[he.place].kind == "man"
    two = f"{HE} A/DT/det>12 woman/NN/nsubj>13 waits/VBZ/ROOT>13 ././punct>13 She/PRP/nsubj>16"
    two += " sings/VBZ/ROOT>16"
    told = mentions(nodes(two), words("en"))
    assert told.of[12].kind == "woman"
    assert 15 not in told.of


def test_several_kinds_at_once_are_denied_by_their_own_name() -> None:
    """`No vehicles` is no word for one label."""
    none = "No/DT/det>1 vehicles=vehicle/NNS/nsubj>2 wait/VBP/ROOT>2"
    assert mentions(nodes(none), words("en")).denied == {"vehicle"}
