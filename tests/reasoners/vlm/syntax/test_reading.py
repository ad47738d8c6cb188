"""From a parsed caption to a report."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig.asked import keyframe, seen, sighting
from rig.parses import (
    ABOUT_TO_LEAVE,
    CARRIED,
    COURIER,
    EVERY,
    FOLLOWED,
    FORKLIFT,
    NOBODY,
    SEVERAL,
    TWO_AND_ONE,
    WILL_ENTER,
    WITHOUT,
    parsed,
    shown,
    told,
)

from reasoners.syntax import WORDS, Parsed
from reasoners.vlm.caption import unanswered
from reasoners.vlm.extraction import report
from reasoners.vlm.form import DESCRIPTION
from reasoners.vlm.grounding import ground
from reasoners.vlm.syntax.naming import Spoken, spoken
from reasoners.vlm.syntax.reading import read
from reasoners.vlm.syntax.tree import VERBS


def test_things_are_linked_as_the_dictionary_links_them() -> None:
    """The only track that it can be; what no dictionary lists is a thing without one."""
    by_grammar = {thing.kind: thing.track for thing in told(CARRIED).things}
    assert by_grammar == {"man": "t17", "box": None, "car": "t3"}
    by_words = {thing.kind: thing.track for thing in report(parsed(CARRIED)[0], shown()).things}
    assert by_words == {"man": "t17", "car": "t3"}
    assert [thing.kind for thing in told(FORKLIFT).things] == ["forklift", "pallet"]


def test_labels_of_other_detectors_are_linked_by_name() -> None:
    """A detector that knows forklifts calls them so."""
    asked = shown(sightings=(sighting("t1", "forklift"),), keyframes=(keyframe(1, seen("t1")),))
    assert [thing.track for thing in told(FORKLIFT, asked).things] == ["t1", None]


def test_relations_join_tracks_and_what_has_none_stays_in_words() -> None:
    """`vlm` relations of the event where both ends are tracks; else an attribute."""
    found = told(CARRIED)
    assert [(one.subject, one.predicate, one.object) for one in found.relations] == [
        ("t17", "near", "t3")
    ]
    assert found.things[0].attributes == ["carrying box"]
    (verdict,) = ground(unanswered(found, shown()), shown())
    (relation,) = verdict.relations
    assert (relation.subject, relation.predicate, relation.object) == ("t17", "near", "t3")
    assert relation.source == "vlm"
    (courier, *_) = told(COURIER).things
    assert courier.attributes == ["picks up parcel"]


@pytest.mark.parametrize(
    ("caption", "counts"),
    [
        (TWO_AND_ONE, [("person", 3)]),
        (SEVERAL, [("person", 2)]),
        (NOBODY, [("person", 0)]),
        (WITHOUT, []),
    ],
)
def test_numbers_are_claims_and_so_is_nobody(caption: str, counts: list[tuple[str, int]]) -> None:
    """What is joined is added up; a man without a dog denies no dog."""
    assert [(one.kind, one.count) for one in told(caption).counts] == counts


def test_several_are_as_many_as_are_to_be_seen() -> None:
    """Two at least; of five that the picture shows, `several` contradicts none."""
    crowd = tuple(seen(f"t{number}", box=(number / 10, 0.2, 0.9, 0.8)) for number in range(5))
    asked = shown(keyframes=(keyframe(1, *crowd),))
    assert [(one.kind, one.count) for one in told(SEVERAL, asked).counts] == [("person", 5)]


def test_expectations_need_a_subject_and_what_can_be_proven() -> None:
    """As the dictionary's; who will do it is told by the grammar."""
    (enters,) = told(WILL_ENTER).next
    assert (enters.what, enters.subject, enters.object) == ("enters", "t17", "zone:step")
    (leaves,) = told(ABOUT_TO_LEAVE).next
    assert (leaves.what, leaves.subject) == ("leaves", "t17")
    assert told(FOLLOWED).next == []


def test_a_name_of_a_track_counts_more_than_the_kind() -> None:
    """Two persons, and the caption says which."""
    asked = shown(sightings=(sighting("t1"), sighting("t2")))
    text, found = parsed("The/DT/det>1 man/NN/nsubj>2 waits/VBZ/ROOT>2")
    (man,) = read("The man t2 waits", spoken("The man t2 waits", asked), found, "en", asked).things
    assert man.track == "t2"
    (other,) = read(text, spoken(text, asked), found, "en", asked).things
    assert other.track is None


DEPS = (
    *("nsubj", "nsubjpass", "dobj", "pobj", "prep", "amod", "nummod", "det", "neg", "conj", "cc"),
    *("acl", "relcl", "attr", "acomp", "expl", "agent", "aux", "xcomp", "compound", "poss"),
)
WORDS_OF_ALL = tuple(dict.fromkeys(row[0] for one in EVERY for row in parsed(one)[1].words))


@st.composite
def forests(draw: st.DrawFn) -> Parsed:
    """Make a parse of any words that hang on each other anyhow."""
    length = draw(st.integers(1, 14))
    rows = []
    for place in range(length):
        head = draw(st.integers(0, place))
        pos = draw(st.sampled_from(["NOUN", "ADJ", "ADP", "DET", "PRON", *VERBS]))
        tag = draw(st.sampled_from(["NN", "NNS", "VBN", "VBG", "WP", "PRP", "IN"]))
        word = draw(st.sampled_from(WORDS_OF_ALL))
        rows.append((word, word.lower(), pos, tag, draw(st.sampled_from(DEPS)), head))
    return Parsed(words=rows)


@settings(max_examples=150, deadline=None)
@given(forests())
def test_any_parse_gives_a_report(found: Parsed) -> None:
    """However odd, it is a report that fits the form, and its verdict names only what there is."""
    text = " ".join(row[0] for row in found.words)
    asked = shown()
    made = read(text, spoken(text, asked), found, "en", asked)
    (verdict,) = ground(unanswered(made, asked), asked)
    assert {one.track for one in verdict.entities} <= {*asked.tracks, None}


@pytest.mark.parametrize("dep", ["conj", "dobj", "nsubj", "prep", "xcomp"])
def test_a_text_made_to_keep_us_busy_does_not(dep: str) -> None:
    """As many words as there may be, each on the one before: read in a moment, in little stack."""
    tags = ("NN", "VBZ", "NN", "IN")
    rows = [
        ("man", "man", "NOUN" if number % 2 else "VERB", tags[number % 4], dep, max(number - 1, 0))
        for number in range(WORDS)
    ]
    text = " ".join(row[0] for row in rows)
    began = time.process_time()
    read(text[:DESCRIPTION], Spoken(text, {}), Parsed(words=rows), "en", shown())
    assert time.process_time() - began < 3
