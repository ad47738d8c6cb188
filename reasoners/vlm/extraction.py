"""Things, counts and expectations out of plain sentences, for models that only write captions.

A dictionary of English, German and Chinese words, with negation: `no person is visible` names
nobody. What it does not know, it does not invent. A model that can fill a form is asked for the
same instead. Pure.
"""

import re
from functools import cache
from typing import Final

from reasoners.vlm.call import Call
from reasoners.vlm.caption import counts, expectations, linked, unanswered
from reasoners.vlm.form import ATTRIBUTES, COUNTS, DESCRIPTION, KIND, NEXT, TEXT, THINGS
from reasoners.vlm.lexicon import meanings
from reasoners.vlm.reply import Reply, ReplyNext, ReplyThing, Report, plain

CLAUSE: Final = re.compile(
    r"[.;:!?\u3002\uff1b\uff01\uff1f\uff0c]|,\s+(?:and there|while)\b"
    r"|\b(?:but|aber|sondern|except)\b|\u4f46"
)
"""Where one statement ends and a negation with it."""

NEGATION: Final = re.compile(
    r"\b(?:no|not an?|not any|neither|nor|nobody|no one|never an?|none of the|there (?:is|are) no"
    r"|kein\w*|niemand|nirgends|weder|noch)\b|没有|并无|不见|并非|不是|无(?=人|车)"
)
WITHOUT: Final = re.compile(r"\b(?:without(?: an?)?|ohne(?: ein\w*)?)\b\s*(?:\w+\s)?$")
NOBODY: Final = re.compile(
    r"\b(?:nobody|no one|niemand|empty|leer\w*|deserted|menschenleer)\b|没有人|无人"
)
TRACK: Final = re.compile(r"(?:\b(?:track|person|no\.?|nr\.?)\s*|#)?\bt?(\d{1,6})\b")
NUMBERS: Final[dict[str, int]] = {
    **dict.fromkeys(("a", "an", "one", "ein", "eine", "einen", "einem", "einer", "1", "一"), 1),
    **dict.fromkeys(("two", "both", "zwei", "beide", "2", "两", "二"), 2),
    **dict.fromkeys(("three", "drei", "3", "三"), 3),
    **dict.fromkeys(("four", "vier", "4", "四"), 4),
    **dict.fromkeys(("five", "fünf", "5", "五"), 5),
    **dict.fromkeys(("six", "sechs", "6", "六"), 6),
}
_COLOURS: Final = (
    "red|blue|green|yellow|black|white|grey|gray|brown|orange|pink|purple|silver|dark|bright"
    r"|rot\w*|blau\w*|grün\w*|gelb\w*|schwarz\w*|weiß\w*|grau\w*|braun\w*|dunkl\w*|hell\w*"
)
ATTRIBUTE: Final = re.compile(
    rf"\b(?:{_COLOURS}|young|old|tall|small|large|big|parked|wet|elderly"
    r"|jung\w*|alt\w*|groß\w*|klein\w*|geparkt\w*)\b"
    r"|(?:红|蓝|绿|黄|黑|白|灰|棕|年轻|大|小)色?的?"
)
WEARING: Final = re.compile(
    rf"^\s*(?:in|wearing|with|mit|im)\s+(?:an?\s|einem\s|einer\s)?((?:{_COLOURS})\s\w+)"
)
WILL: Final = re.compile(
    r"\b(?:will|about to|going to|likely to|seems? ready to|wird|gleich|vermutlich)\b|将|即将|准备"
)


def captioned(text: str, call: Call) -> Reply:
    """Make a reply of a caption: what it names is reported, and no question is answered by it.

    Args:
        text: Sentences in English, German or Chinese.
        call: What the model was shown.
    """
    return unanswered(report(plain(text)[:DESCRIPTION], call), call)


def report(text: str, call: Call) -> Report:
    """Find what a text names."""
    things: list[ReplyThing] = []
    denied: set[str] = set()
    numbers: dict[str, int] = {}
    expected: list[ReplyNext] = []
    for clause in CLAUSE.split(text.lower()):
        if not clause:
            continue
        if NOBODY.search(clause):
            denied.add("person")
        named = _named(clause, call)
        for thing, number, negated in named:
            if negated:
                denied.update(meanings()[thing.kind][:1])
            elif thing not in things:
                things.append(thing)
                label = meanings()[thing.kind][0]
                numbers[label] = max(numbers.get(label, 0), number)
        there = [thing for thing, _, negated in named if not negated]
        expected += _expected(clause, there, call)
    said = {meanings()[thing.kind][0] for thing in things}
    return Report(
        description=text,
        things=things[:THINGS],
        counts=counts(denied - said, numbers, call)[:COUNTS],
        written=[],
        why="",
        next=expected[:NEXT],
    )


def _named(clause: str, call: Call) -> list[tuple[ReplyThing, int, bool]]:
    """Return the things of a clause, how many of each, and whether they are denied."""
    found = []
    for match in _words().finditer(clause):
        before, after = clause[: match.start()], clause[match.end() :]
        negated = bool(NEGATION.search(before) or WITHOUT.search(before))
        words = re.findall(r"\w+", before)
        number = next((NUMBERS[word] for word in reversed(words[-4:]) if word in NUMBERS), 1)
        near = " ".join(words[-2:])
        attributes = [one[0] for one in ATTRIBUTE.finditer(near)]
        wearing = WEARING.match(after)
        if wearing is not None:
            attributes.append(wearing[1])
        text = " ".join((*attributes, match[0]) if wearing is None else (match[0], wearing[1]))
        thing = ReplyThing(
            text=text[:TEXT],
            kind=match[0][:KIND],
            track=_track(after, match[0], call),
            attributes=[one[:KIND] for one in attributes[:ATTRIBUTES]],
            motion="cannot_tell",
        )
        found.append((thing, number, negated))
    return found


def _track(after: str, word: str, call: Call) -> str | None:
    """Return the track a thing is said to be, or the only one it can be."""
    match = TRACK.match(after.lstrip(" ,(#"))
    if match is not None and f"t{match[1]}" in call.tracks:
        return f"t{match[1]}"
    return linked(meanings()[word], call)


def _expected(clause: str, there: list[ReplyThing], call: Call) -> list[ReplyNext]:
    """Return what a clause says will happen, where tracks can prove it."""
    will = WILL.search(clause)
    subject = next((thing.track for thing in there if thing.track is not None), None)
    if will is None or subject is None or NEGATION.search(clause):
        return []
    return expectations(clause[will.end() :], clause, subject, call)


@cache
def _words() -> re.Pattern[str]:
    """Return one expression for every word that is known, longest first."""
    known = sorted((word for word in meanings() if len(word) > 1 or not word.isascii()), key=len)
    latin = "|".join(re.escape(word) for word in reversed(known) if word[0] < "\u2e80")
    other = "|".join(re.escape(word) for word in reversed(known) if word[0] >= "\u2e80")
    return re.compile(rf"\b(?:{latin})\b|(?:{other})")
