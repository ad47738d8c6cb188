"""All things of a caption: found, told from what only belongs to them, and from what is denied."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from reasoners.vlm.lexicon import labels_of
from reasoners.vlm.syntax import phrase
from reasoners.vlm.syntax.clause import negated, objects, passive, subjects, to_come
from reasoners.vlm.syntax.phrase import Mention, definite, denied, first, outer, unreal
from reasoners.vlm.syntax.tree import Node, together
from reasoners.vlm.syntax.words import Words

PERSON: Final = "person"
DESCRIBING: Final = frozenset({"compound", "amod", "nmod", "acomp"})
"""What hangs so says what something else is like, even where it is taken for a noun."""

LIKE: Final = frozenset({"ADJ", "NOUN"})

WORN_WITH: Final = frozenset({"in", "with", "wearing"})


@dataclass(slots=True)
class Mentions:
    """What a caption names, and what it denies."""

    things: list[Mention] = field(default_factory=list)
    """In the order of the text."""

    of: dict[int, Mention] = field(default_factory=dict)
    """By the place of the word that stands for it: of `a group of people`, both nouns."""

    denied: set[str] = field(default_factory=set)
    """Labels, or kinds without one label, of which it says that there are none."""

    def meant(self, nodes: Iterable[Node]) -> Iterator[Mention]:
        """Walk the things that words stand for."""
        return (self.of[node.place] for node in nodes if node.place in self.of)


def mentions(nodes: list[Node], words: Words) -> Mentions:
    """Find the things of a caption, with all that is said of each alone."""
    found = Mentions()
    for node in nodes:
        if _nobody(node, words):
            found.denied.add(PERSON)
        elif node.nominal:
            _noun(node, found, words)
        elif node.tag == "PRP" and node.text in words.nouns["he"]:
            _he(node, found)
    for node in nodes:
        if node.nominal:
            _belonging(node, found, words)
        elif node.verbal and not negated(node, words):
            _said_of(node, found, words)
    return found


def _noun(node: Node, found: Mentions, words: Words) -> None:
    if node.dep in DESCRIBING or phrase.measures(node, words) or _idle(node, words):
        return
    if denied(node, words):
        found.denied.add(_class(phrase.kind(node)))
        return
    if unreal(node, words) or _owner(node, words) or _predicate(node, words):
        return
    number, least = phrase.amount(node, words)
    adjectives = list(phrase.adjectives(node, words))
    mention = Mention(
        node,
        phrase.kind(node),
        phrase.phrase(node),
        adjectives,
        number,
        least,
        definite(node),
    )
    if words.denial["empty"] & set(adjectives) and node.base in words.nouns["places"]:
        found.denied.add(PERSON)
    known = [one for one in found.things if one.kind == mention.kind and one.number == number]
    before = known[0] if mention.definite and len(known) == 1 else None
    if before is not None and node.dep != "conj":
        # `The man` is the one who was spoken of before.
        _add(before, adjectives)
        mention = before
    else:
        found.things.append(mention)
    found.of[node.place] = found.of[outer(node, words).place] = mention


def _he(node: Node, found: Mentions) -> None:
    """Take `he` for the one person who was spoken of, if there was one alone."""
    people = [one for one in found.things if PERSON in labels_of(one.kind)]
    if len(people) == 1:
        found.of[node.place] = people[0]


def _belonging(node: Node, found: Mentions, words: Words) -> None:
    """Give what is worn, and what somebody is said to be, to whom it belongs."""
    if node.place in found.of or node.dep in DESCRIBING or _idle(node, words):
        return
    if denied(node, words):
        return
    if unreal(node, words):
        _without(node, found, words)
        return
    owners = _owner(node, words) or _predicate(node, words)
    for owner in found.meant(owners):
        _add(owner, [phrase.phrase(node)])


def _without(node: Node, found: Mentions, words: Words) -> None:
    """What somebody is without is said of them."""
    at = first(outer(node, words))
    if at.dep == "pobj" and at.head is not None and at.head.text == "without":
        holder = at.head.head
        if holder is not None:
            owners = [holder] if holder.nominal else subjects(holder)
            for owner in found.meant(owners):
                _add(owner, [f"without {phrase.phrase(node)}"])


def _said_of(verb: Node, found: Mentions, words: Words) -> None:
    """Give a subject what a clause says it is like: `the car is red`, `a parked car is seen`."""
    if to_come(verb, words):
        return
    idle = words.adjectives["idle"]
    whose = subjects(verb)
    for child in verb.of("acomp", "oprd"):
        told = [one.text for one in together(child) if one.pos in LIKE and one.text not in idle]
        if words.denial["empty"] & set(told) and any(_place(one, words) for one in whose):
            found.denied.add(PERSON)
        for owner in found.meant(whose):
            _add(owner, told)
    stated = verb.text in words.verbs["stated"] and not any(verb.of("agent"))
    if stated and (passive(verb) or verb.tag == "VBN"):
        for owner in found.meant(whose):
            _add(owner, [verb.text])


def _owner(node: Node, words: Words) -> list[Node]:
    """Return who wears it; nobody if it is worn by none, or is a thing of its own."""
    at = first(node)
    holder = at.head
    if holder is None:
        return []
    garment = node.base in words.nouns["worn"] or node.text in words.nouns["worn"]
    if at.dep == "pobj" and holder.text in WORN_WITH and garment:
        above = holder.head
        if above is None:
            return []
        return together(above) if above.nominal else subjects(above)
    wears = holder.base in words.verbs["wears"] or holder.text in words.verbs["wears"]
    if wears and at in objects(holder) and (garment or not labels_of(node.text)):
        return subjects(holder)
    return []


def _predicate(node: Node, words: Words) -> list[Node]:
    """Return who is said to be that: `the man is a courier`. Of `there is a man` nobody."""
    if node.dep == "appos" and node.head is not None and node.head.nominal:
        return [node.head]
    verb = node.head
    if node.dep != "attr" or verb is None or any(verb.of("expl")) or negated(verb, words):
        return []
    return [one for one in subjects(verb) if one.nominal and not _idle(one, words)]


def _idle(node: Node, words: Words) -> bool:
    """Tell whether a noun speaks of the picture, or only leads on to another."""
    nouns = words.nouns
    if node.base in nouns["idle"] or node.text in nouns["idle"]:
        return True
    leads = any(prep.text in {"of", "to"} for prep in node.of("prep"))
    return node.base in nouns["locating"] and (leads or node.dep in {"npadvmod", "pobj"})


def _class(kind: str) -> str:
    """Return the label of a kind, or the kind where it has none or several, such as `vehicle`."""
    labels = labels_of(kind)
    return labels[0] if len(labels) == 1 else kind


def _place(node: Node, words: Words) -> bool:
    return node.base in words.nouns["places"] or node.text in words.nouns["idle"]


def _nobody(node: Node, words: Words) -> bool:
    """Tell whether a word says that nobody is there: `nobody`, `no one`."""
    if any(prep.text == "of" for prep in node.of("prep")):
        return False
    one = node.text == "one" and any(det.text == "no" for det in node.of("det"))
    return one or node.text in words.denial["pronouns"]


def _add(mention: Mention, told: Iterable[str]) -> None:
    mention.attributes += [one for one in told if one not in mention.attributes]
