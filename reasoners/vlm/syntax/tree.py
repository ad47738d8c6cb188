"""A parsed caption that can be walked: from a word to what hangs on it, and up again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from reasoners.syntax import Parsed

NOUNS: Final = frozenset({"NOUN", "PROPN"})
VERBS: Final = frozenset({"VERB", "AUX"})
SUBJECTS: Final = frozenset({"nsubj", "nsubjpass"})
RELATIVE: Final = frozenset({"WP", "WDT", "WP$"})
"""Tags of who, which and that, where they stand for what they hang on."""

JOINED: Final = 8
"""Words joined by `and` that are told apart: a text made to keep us busy must not."""


@dataclass(eq=False, slots=True)
class Node:
    """One word in its tree. Dependencies are those of spaCy's English pipelines (ClearNLP)."""

    place: int
    text: str
    """In small letters."""

    written: str
    base: str
    """Base form in small letters; as written where the pipeline gives none."""

    pos: str
    tag: str
    dep: str
    end: int = 0
    """Characters of the caption up to its end."""

    last: int = 0
    """Characters up to the end of what hangs on it, itself included."""

    head: "Node | None" = None
    """None of a root."""

    children: "list[Node]" = field(default_factory=list)
    """In the order of the text."""

    def of(self, *deps: str) -> "Iterator[Node]":
        """Walk what hangs on it by one of the dependencies."""
        return (child for child in self.children if child.dep in deps)

    def up(self) -> "Iterator[Node]":
        """Walk what it hangs on, the nearest first."""
        at = self.head
        while at is not None:
            yield at
            at = at.head

    @property
    def plural(self) -> bool:
        """Whether it is a noun in the plural."""
        return self.tag in {"NNS", "NNPS"}

    @property
    def verbal(self) -> bool:
        """Whether it is a verb: what has a subject is one, whatever it was taken for."""
        return self.pos in VERBS or any(self.of(*SUBJECTS, "expl"))

    @property
    def nominal(self) -> bool:
        """Whether it is a noun."""
        return self.pos in NOUNS and not self.verbal


def tree(parsed: Parsed, text: str) -> list[Node]:
    """Build the trees of a caption; the words in order.

    Args:
        parsed: What the parser said.
        text: What it was given.
    """
    nodes, at = list[Node](), 0
    for place, (written, base, pos, tag, dep, _) in enumerate(parsed.words):
        found = text.find(written, at)
        at = at if found < 0 else found + len(written)
        small = written.lower()
        nodes.append(Node(place, small, written, base.lower() or small, pos, tag, dep, at))
    for node, row in zip(nodes, parsed.words, strict=True):
        if row[5] != node.place:
            node.head = nodes[row[5]]
            node.head.children.append(node)
    for node in nodes:
        for above in (node, *node.up()):
            above.last = max(above.last, node.end)
    return nodes


def together(node: Node) -> list[Node]:
    """Return a word and what is joined to it by `and`, `or` and commas, up to `JOINED` of them."""
    found, open_ = list[Node](), [node]
    while open_ and len(found) < JOINED:
        at = open_.pop()
        found.append(at)
        open_ += reversed(list(at.of("conj")))
    return found
