"""Who does what in a clause, and whether it is denied or only thought of. Walks the tree alone."""

from collections.abc import Iterator
from typing import Final

from reasoners.vlm.syntax.tree import RELATIVE, SUBJECTS, Node, together
from reasoners.vlm.syntax.words import Words

JOINED: Final = frozenset({"conj", "xcomp", "advcl", "ccomp", "pcomp"})
"""A verb that hangs on another so has that one's subject, where it has none of its own."""

ON_NOUN: Final = frozenset({"acl", "relcl"})

MEANT: Final = frozenset({"about", "going", "likely", "ready", "set", "expected", "plans", "wants"})
"""Where a verb hangs on one of these with `to`, it has not happened yet."""

ALTERNATIVE: Final = frozenset({"or", "nor"})


def subjects(verb: Node) -> list[Node]:
    """Return whom a verb is said of, joined ones as well; the nearest clause up that says it."""
    at = verb
    for _ in range(8):
        own = [one for child in at.of(*SUBJECTS) for one in together(child)]
        if own:
            relative = at.dep == "relcl" and own[0].tag in RELATIVE
            return together(at.head) if relative and at.head is not None else own
        if at.head is None:
            return []
        if at.dep in ON_NOUN:
            return [at.head]
        if at.dep not in JOINED and at.dep != "acomp":
            return []
        at = at.head
    return []


def passive(verb: Node) -> bool:
    """Tell whether what a verb is said of suffers it: `a box is carried`, `a box carried by`."""
    if any(verb.of("nsubjpass", "auxpass")):
        return True
    own = any(verb.of("nsubj"))
    return verb.tag == "VBN" and not own and (verb.dep == "acl" or any(verb.of("agent")))


def actors(verb: Node) -> list[Node]:
    """Return who does it: the subject, or whom `by` names."""
    if not passive(verb):
        return subjects(verb)
    by = (noun for agent in verb.of("agent") for noun in agent.of("pobj"))
    return [one for noun in by for one in together(noun)]


def objects(verb: Node) -> list[Node]:
    """Return whom it is done to."""
    if passive(verb):
        return subjects(verb)
    return [one for child in verb.of("dobj") for one in together(child)]


def existential(verb: Node) -> bool:
    """Tell whether it only says that there is something."""
    return any(verb.of("expl"))


def negated(verb: Node, words: Words) -> bool:
    """Tell whether a verb is denied, itself or as one of two alternatives."""
    at = verb
    while not any(child.text in words.denial["adverbs"] for child in at.of("neg", "advmod")):
        head = at.head
        own = any(at.of(*SUBJECTS, "expl"))
        if at.dep != "conj" or head is None or own or not head.verbal:
            return False
        if not any(cc.text in ALTERNATIVE for cc in head.of("cc")):
            return False
        at = head
    return True


def to_come(verb: Node, words: Words) -> bool:
    """Tell whether it has not happened yet, or only may."""
    if any(aux.text in words.verbs["future"] for aux in verb.of("aux")):
        return True
    head = verb.head
    return verb.dep == "xcomp" and head is not None and head.text in MEANT


def ways(node: Node, words: Words) -> Iterator[tuple[str, Node]]:
    """Walk the places that prepositions lead to: `in_front_of` and the noun behind it."""
    for child in node.of("prep", "advmod", "prt", "acomp"):
        yield from _way(child, child.text, words, 0)


def _way(step: Node, path: str, words: Words, depth: int) -> Iterator[tuple[str, Node]]:
    if depth > 4:  # noqa: PLR2004 (no preposition has more words)
        return
    for further in step.of("prep"):
        yield from _way(further, f"{path}_{further.text}", words, depth + 1)
    for noun in step.of("pobj"):
        more = [prep for prep in noun.of("prep") if prep.text in {"of", "to"}]
        if noun.base in words.nouns["locating"] and more:
            for prep in more:
                longer = f"{path}_{noun.base}_{prep.text}"
                yield from _way(prep, longer, words, depth + 1)
        else:
            for one in together(noun):
                yield path, one
