"""Which words of English, German and Chinese mean which label of a detector (the 80 of COCO).

A word may fit several labels: a `vehicle` is a car as well as a bus. Plurals are made by rule, and
written out where the rule fails.
"""

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Final

_AFTER: Final = re.compile(
    r"[,;(]|\b(?:with|in|on|at|near|beside|by|who|that|which|wearing|holding|carrying|from|of|next"
    r"|behind|mit|im|auf|bei|neben|der|die|das|aus|hinter|vor)\b"
)
"""Where what a thing is ends, and what is said of it begins."""


@cache
def _entries() -> tuple[tuple[str, str, str], ...]:
    """Read `words.txt`: labels, language, words."""
    entries, labels = list[tuple[str, str, str]](), ""
    text = files("reasoners.vlm").joinpath("words.txt").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("["):
            labels = line.strip("[]")
        elif line and not line.startswith("#"):
            language, _, words = line.partition(": ")
            entries.append((labels, language, words))
    return tuple(entries)


@cache
def known_labels() -> frozenset[str]:
    """Return the labels whose words are known."""
    return frozenset(labels for labels, language, _ in _entries() if language != "wider")


@cache
def meanings() -> dict[str, tuple[str, ...]]:
    """Return every word, in small letters, with the labels it fits."""
    words: dict[str, tuple[str, ...]] = {label: (label,) for label in known_labels()}
    wider: dict[str, tuple[str, ...]] = {}
    for labels, language, listed in _entries():
        for word in listed.lower().split():
            plain = word.replace("_", " ")
            forms = (plain, *_FORMS[language](plain))
            for form in forms:
                if language == "wider":
                    wider[form] = tuple(labels.split(", "))
                else:
                    words.setdefault(form, (labels,))
    return words | wider


def labels_of(text: str) -> tuple[str, ...]:
    """Return the labels that a noun or a short phrase may mean; empty if none is known.

    `red delivery van with a ladder` means what `van` means: the last known word before what is
    said of it counts, for in the three languages the head of such a phrase stands last.
    """
    known = meanings()
    phrase = " ".join(text.replace("_", " ").lower().split())
    phrase = _AFTER.split(phrase, maxsplit=1)[0].strip() or phrase
    if phrase in known:
        return known[phrase]
    words = phrase.split(" ")
    for end in range(len(words), 0, -1):
        for begin in range(max(0, end - 3), end):
            found = known.get(" ".join(words[begin:end]).strip(".,;:!?()'\""))
            if found:
                return found
    for length in (4, 3, 2, 1):
        if len(phrase) > length and not phrase.isascii() and phrase[-length:] in known:
            return known[phrase[-length:]]
    return ()


def means(text: str, label: str) -> bool | None:
    """Tell whether a word can mean a label; None where the dictionary does not know one of them."""
    plain = label.lower()
    if plain in text.lower().split() or text.lower() == plain:
        return True
    found = labels_of(text)
    if not found or plain not in known_labels():
        return None
    return plain in found


def _plurals(word: str) -> tuple[str, ...]:
    if word.endswith(("s", "x", "ch", "sh")):
        return (f"{word}es",)
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return (f"{word[:-1]}ies",)
    return (f"{word}s",)


def _cases(word: str) -> tuple[str, ...]:
    """Return the endings that German nouns take in the plural and in other cases."""
    return tuple(word + ending for ending in ("e", "en", "n", "s", "er", "ern", "es"))


_FORMS: Final[dict[str, Callable[[str], tuple[str, ...]]]] = {
    "en": _plurals,
    "de": _cases,
    "zh": lambda _: (),
    "wider": lambda _: (),
}
