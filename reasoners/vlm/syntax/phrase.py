"""Nouns of a caption as things: what they are and are like, how many, or that there are none."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reasoners.vlm.lexicon import meanings
from reasoners.vlm.syntax.clause import existential, negated, passive
from reasoners.vlm.syntax.tree import SUBJECTS, Node
from reasoners.vlm.syntax.words import Words

NUMBERS: Final[dict[str, int]] = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"), 1
    )
} | {"both": 2, "twelve": 12}
MOST: Final = 99
"""Of more, nobody counts."""

GOALS: Final = frozenset({"dobj", "attr", "oprd", "dative", "pobj"})
"""What a verb is about, besides its subject."""

POINTING: Final = frozenset({"the", "this", "that", "these", "those"})


@dataclass(eq=False, slots=True)
class Mention:
    """One noun that names something there is."""

    node: Node
    kind: str
    """The noun with what it is joined to, such as `delivery van`."""

    text: str
    """The same with number and adjectives, as written."""

    attributes: list[str]
    number: int
    least: bool
    """Whether there are so many at least: `several`, a plural without a number."""

    definite: bool
    """Whether it points to something known: `the car`, `his car`."""

    track: str | None = None


def outer(node: Node, words: Words) -> Node:
    """Return the word that stands for a noun in its clause: `group` in `a group of people`."""
    at = node
    while at.dep == "pobj" and at.head is not None and at.head.text == "of":
        holder = at.head.head
        if holder is None or not measures(holder, words):
            break
        at = holder
    return at


def measures(node: Node, words: Words) -> bool:
    """Tell whether a word only says how many of something there are, and of what follows."""
    nouns = words.nouns
    amount = nouns["several"] | nouns["exactly_two"] | nouns["trace"] | words.numbers["dozen"]
    counted = node.base in amount or node.text in amount or node.pos == "NUM"
    nobody = node.text in words.denial["pronouns"]
    return (counted or nobody) and any(prep.text == "of" for prep in node.of("prep"))


def first(node: Node) -> Node:
    """Return the first of what is joined by `and`: it alone hangs on the clause."""
    at = node
    while at.dep == "conj" and at.head is not None and not at.head.verbal:
        at = at.head
    return at


def denied(node: Node, words: Words) -> bool:
    """Tell whether a noun names what is said not to be there."""
    at = outer(node, words)
    while not any(_says_no(one, words) for one in {node, at}):
        head = at.head
        if head is None:
            return False
        if head.verbal:
            return negated(head, words) and (
                (existential(head) and at.dep in {"attr", "dobj", *SUBJECTS})
                or (at.dep in SUBJECTS and _unseen(head, words))
            )
        if at.dep != "conj":
            return False
        # `No people or cars`: what begins anew has a word of its own before it.
        joint = {cc.text for cc in head.of("cc")}
        anew = "nor" not in joint and any(at.of("det", "nummod", "poss"))
        if anew or "but" in joint:
            return False
        node = at = head
    return at.text not in words.denial["pronouns"]  # of `none of the cars` there are some


def unreal(node: Node, words: Words) -> bool:
    """Tell whether a noun is only thought of: `without a dog`, `is not carrying a box`."""
    at = first(outer(node, words))
    if at.dep == "pobj" and at.head is not None:
        if at.head.text == "without":
            return True
        if at.head.text in words.denial["unreal"] and not definite(node):
            return True
    verb = next((one for one in at.up() if one.verbal or one.nominal), None)
    if definite(node) or verb is None or not verb.verbal:
        return False
    if existential(verb) and any(aux.text in words.denial["perhaps"] for aux in verb.of("aux")):
        return True
    return at.dep in GOALS and negated(verb, words)


def definite(node: Node) -> bool:
    """Tell whether a noun points to something known."""
    return any(node.of("poss")) or any(det.text in POINTING for det in node.of("det"))


def kind(node: Node) -> str:
    """Return a noun with the nouns it is joined to; in the singular where that is known."""
    joined = [child.text for child in node.of("compound") if child.place < node.place]
    word = node.text if node.text in meanings() and node.base not in meanings() else node.base
    return " ".join((*joined, word))


def phrase(node: Node) -> str:
    """Return a noun with number, adjectives and joined nouns, as written."""
    before = [
        child
        for child in node.children
        if child.place < node.place and child.dep in {"amod", "nummod", "compound", "nmod"}
    ]
    return " ".join(one.text for one in (*before, node))


def amount(node: Node, words: Words) -> tuple[int, bool]:
    """Return how many a noun speaks of, and whether there may be more."""
    whole = outer(node, words)
    said = _counted(node, words)
    if said is None and whole is not node:
        if whole.base in words.nouns["exactly_two"]:
            return 2, False
        if whole.base in words.nouns["several"]:
            return 2, True
        said = _counted(whole, words)
        number = _number(whole.text)
        if said is None and number is not None:
            return number, False
    if said is not None:
        return said
    return 1, node.plural


def _counted(node: Node, words: Words) -> tuple[int, bool] | None:
    """Return what a number or a word such as `several` before a noun says."""
    for child in node.of("nummod", "det", "amod", "predet"):
        number = _number(child.text)
        if number is not None and child.dep != "det":
            return number, False
        if child.text == "both":
            return 2, False
        if child.text in words.numbers["dozen"]:
            return 12, True
        if child.text in words.numbers["vague"] and node.plural:
            return 2, True
        if child.text in words.numbers["few"]:
            return 1, True
    return None


def adjectives(node: Node, words: Words) -> Iterator[str]:
    """Walk the adjectives before a noun, joined ones as well."""
    idle = words.adjectives["idle"] | words.numbers["vague"] | words.numbers["few"]
    for child in node.of("amod"):
        for one in (child, *child.of("conj")):
            if one.text not in idle and _number(one.text) is None:
                shade = [more.text for more in one.of("amod", "advmod") if more.pos == "ADJ"]
                yield " ".join((*shade, one.text))


def _number(word: str) -> int | None:
    if word.isascii() and word.isdecimal():
        return min(MOST, int(word[:4])) or None
    return NUMBERS.get(word)


def _says_no(node: Node, words: Words) -> bool:
    deny = words.denial["determiners"] | words.denial["adverbs"]
    return any(child.text in deny for child in node.of("det", "neg", "preconj", "cc", "advmod"))


def _unseen(verb: Node, words: Words) -> bool:
    """Tell whether a denied verb says that its subject is not to be seen."""
    if passive(verb):
        return verb.text in words.denial["seeing"]
    return any(child.text in words.denial["present"] for child in verb.of("acomp", "advmod"))
