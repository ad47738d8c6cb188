"""A parsed caption that can be walked."""

from rig.parses import CARRIED, TWO_AND_ONE, node, nodes

from reasoners.vlm.syntax.tree import JOINED, together


def test_words_know_what_hangs_on_them_and_where_they_end() -> None:
    """Up to the root and down again; places are characters of the caption."""
    box = node(CARRIED, "box")
    assert [one.text for one in box.up()] == ["carrying", "man", "is"]
    man = node(CARRIED, "man")
    assert [child.text for child in man.children] == ["a", "carrying"]
    assert (man.end, man.last) == (len("A man"), len("A man carrying a box"))


def test_a_verb_is_told_by_its_subject_and_a_noun_by_having_none() -> None:
    """Whatever a tagger takes it for: `walks` with a subject is no thing."""
    walks = node("A/DT/det>1 man/NN/nsubj>2 walks=walk/NNS/ROOT>2", "walks")
    assert walks.verbal
    assert not walks.nominal
    assert node(CARRIED, "box").nominal


def test_joined_words_are_told_apart_up_to_a_bound() -> None:
    """And the first comes first."""
    assert [one.text for one in together(node(TWO_AND_ONE, "men"))] == ["men", "woman"]
    many = " ".join(f"w{n}/NN/conj>{max(n - 1, 0)}" for n in range(600))
    assert len(together(nodes(many)[0])) == JOINED
