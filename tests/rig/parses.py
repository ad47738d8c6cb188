"""Captions with their grammar beside: what a parser says of them, written down by hand's length.

Each word is `text/TAG/dep>head`, and `text=base/…` where its base form is another. The sentences
stand as spaCy's `en_core_web_sm` 3.8.0 parses them, its mistakes included.
"""

from typing import Any

from rig.asked import job, keyframe, seen, sighting

from reasoners.syntax import Parsed
from reasoners.vlm.call import Call, call
from reasoners.vlm.limits import Limits
from reasoners.vlm.reply import Report
from reasoners.vlm.syntax.naming import spoken
from reasoners.vlm.syntax.reading import read
from reasoners.vlm.syntax.tree import Node, tree

POS = {
    **dict.fromkeys(("NN", "NNS"), "NOUN"),
    **dict.fromkeys(("PRP", "WP", "WDT", "EX"), "PRON"),
    **dict.fromkeys(("IN", "RP"), "ADP"),
    "NNP": "PROPN",
    "JJ": "ADJ",
    "DT": "DET",
    "CD": "NUM",
    "CC": "CCONJ",
    "RB": "ADV",
    "MD": "AUX",
    "TO": "PART",
}
PRONOUNS = {"nobody", "none"}


def parsed(annotated: str) -> tuple[str, Parsed]:
    """Return a caption, its words parted by blanks, and its grammar."""
    words = []
    for mark in annotated.split(" "):
        word, tag, hangs = mark.rsplit("/", 2)
        text, _, base = word.partition("=")
        dep, head = hangs.split(">")
        pos = "VERB" if tag.startswith("VB") else POS.get(tag, "PUNCT")
        pos = "PRON" if text.lower() in PRONOUNS else pos
        words.append((text, base or text.lower(), pos, tag, dep, int(head)))
    return " ".join(row[0] for row in words), Parsed(words=words)


def nodes(annotated: str) -> list[Node]:
    """Return the trees of a caption."""
    text, found = parsed(annotated)
    return tree(found, text)


def node(annotated: str, word: str) -> Node:
    """Return one word in its tree."""
    return next(one for one in nodes(annotated) if one.text == word)


def shown(**more: Any) -> Call:
    """Show a person t17, a car t3, a truck t5 and a dog t6 on one picture."""
    labels = {"t17": "person", "t3": "car", "t5": "truck", "t6": "dog"}
    value = {
        "sightings": tuple(sighting(track, label) for track, label in labels.items()),
        "keyframes": (keyframe(1, seen(), seen("t3", "car", box=(0.5, 0.3, 0.7, 0.5))),),
        "zones": ("step", "gate"),
    }
    return call((job(**value | more),), Limits(prose=True))


def told(annotated: str, asked: Call | None = None) -> Report:
    """Read a caption by its grammar."""
    asked = asked or shown()
    text, found = parsed(annotated)
    return read(text, spoken(text, asked), found, "en", asked)


CARRIED = (
    "A/DT/det>1 man/NN/nsubj>5 carrying=carry/VBG/acl>1 a/DT/det>4 box/NN/dobj>2 is=be/VBZ/ROOT>5"
    " next/JJ/acomp>5 to/IN/prep>6 the/DT/det>10 red/JJ/amod>10 car/NN/pobj>7 ././punct>5"
)
PARKED = (
    "The/DT/det>1 car/NN/nsubj>7 parked=park/VBN/acl>1 next/RB/advmod>2 to/IN/prep>3 the/DT/det>6"
    " bench/NN/pobj>4 is=be/VBZ/ROOT>7 red/JJ/acomp>7 and/CC/cc>8 dirty/JJ/conj>8 ././punct>7"
)
SEVERAL = (
    "There/EX/expl>1 are=be/VBP/ROOT>1 several/JJ/amod>3 people/NNS/attr>1 walking=walk/VBG/acl>3"
    " on/IN/prep>4 the/DT/det>7 sidewalk/NN/pobj>5 and/CC/cc>3 a/DT/det>10 dog/NN/conj>3"
    " ././punct>1"
)
NOBODY = (
    "Nobody/NN/nsubj>1 is=be/VBZ/ccomp>8 in/IN/prep>1 the/DT/det>4 yard/NN/pobj>2 ;/:/punct>8"
    " no/DT/det>7 one/NN/nsubj>8 is=be/VBZ/ROOT>8 there/RB/advmod>8 ././punct>8"
)
WORN = (
    "A/DT/det>1 woman/NN/nsubj>9 wearing=wear/VBG/acl>1 a/DT/det>5 blue/JJ/amod>5 hat/NN/dobj>2"
    " and/CC/cc>5 a/DT/det>8 backpack/NN/conj>5 rides=rid/VBZ/ROOT>9 a/DT/det>11 bicycle/NN/dobj>9"
    " ././punct>9"
)
COURIER = (
    "A/DT/det>1 courier/NN/nsubj>2 gets=get/VBZ/ROOT>2 out/IN/prep>2 of/IN/prep>3 the/DT/det>6"
    " truck/NN/pobj>4 and/CC/cc>2 picks=pick/VBZ/conj>2 up/RP/prt>8 a/DT/det>11 parcel/NN/dobj>8"
    " ././punct>2"
)
UNSEEN = (
    "A/DT/det>1 person/NN/nsubjpass>5 can/MD/aux>5 not/RB/neg>5 be/VB/auxpass>5 seen=see/VBN/ROOT>5"
    " ././punct>5"
)
NO_SIGN = (
    "There/EX/expl>1 is=be/VBZ/ROOT>1 no/DT/det>3 sign/NN/attr>1 of/IN/prep>3 people/NNS/pobj>4"
    " ././punct>1"
)
WITHOUT = (
    "A/DT/det>1 man/NN/nsubj>7 without/IN/prep>1 a/DT/det>4 dog/NN/pobj>2 is=be/VBZ/aux>7"
    " not/RB/neg>7 carrying=carry/VBG/ROOT>7 a/DT/det>9 box/NN/dobj>7 near/IN/prep>7 the/DT/det>12"
    " car/NN/pobj>10 ././punct>7"
)
NEITHER_SEEN = (
    "No/DT/det>1 people/NNS/nsubj>4 or/CC/cc>1 cars=car/NNS/conj>1 are=be/VBP/ROOT>4"
    " visible/JJ/acomp>4 ,/,/punct>4 but/CC/cc>4 a/DT/det>9 cat/NN/nsubj>10 sits=sit/VBZ/conj>4"
    " on/IN/prep>10 the/DT/det>13 bench/NN/pobj>11 ././punct>10"
)
WILL_ENTER = (
    "The/DT/det>1 courier/NN/nsubj>3 will/MD/aux>3 enter/VB/ROOT>3 the/DT/det>5 step/NN/dobj>3"
    " soon/RB/advmod>3 ././punct>3"
)
ABOUT_TO_LEAVE = (
    "The/DT/det>1 man/NN/nsubj>2 is=be/VBZ/ROOT>2 about/JJ/acomp>2 to/TO/aux>5 leave/VB/xcomp>3"
    " ././punct>2"
)
FOLLOWED = (
    "The/DT/det>1 dog/NN/nsubj>2 follows=follow/VBZ/ROOT>2 the/DT/det>4 man/NN/dobj>2 ././punct>2"
    " The/DT/det>7 dog/NN/nsubj>8 is=be/VBZ/ROOT>8 brown/JJ/acomp>8 ././punct>8"
)
NEITHER = (
    "There/EX/expl>1 is=be/VBZ/ROOT>1 neither/CC/preconj>4 a/DT/det>4 car/NN/attr>1 nor/CC/cc>4"
    " a/DT/det>7 bicycle/NN/conj>4 ././punct>1"
)
SUFFERED = (
    "A/DT/det>1 box/NN/nsubjpass>3 is=be/VBZ/auxpass>3 carried=carry/VBN/ROOT>3 by/IN/agent>3"
    " a/DT/det>6 man/NN/pobj>4 who/WP/nsubjpass>9 is=be/VBZ/auxpass>9 followed=follow/VBN/relcl>6"
    " by/IN/agent>9 a/DT/det>12 dog/NN/pobj>10 ././punct>3"
)
HE = (
    "The/DT/det>1 man/NN/nsubj>2 is=be/VBZ/ROOT>2 a/DT/det>4 courier/NN/attr>2 ././punct>2"
    " He/PRP/nsubj>7 opens=open/VBZ/ROOT>7 the/DT/det>9 truck/NN/dobj>7 ././punct>7"
)
TWO_AND_ONE = (
    "Two/CD/nummod>1 men=man/NNS/nsubj>8 and/CC/cc>1 a/DT/det>4 woman/NN/conj>1 in/IN/prep>4"
    " red/JJ/amod>7 jackets=jacket/NNS/pobj>5 stand/VBP/ROOT>8 beside/IN/prep>8 a/DT/det>13"
    " dark/JJ/amod>13 blue/JJ/amod>13 car/NN/pobj>9 ././punct>8"
)
FORKLIFT = (
    "A/DT/det>1 forklift/NN/nsubj>2 lifts=lift/VBZ/ROOT>2 a/DT/det>5 wooden/JJ/amod>5"
    " pallet/NN/dobj>2 ././punct>2"
)
EMPTY = "The/DT/det>1 street/NN/nsubj>2 is=be/VBZ/ROOT>2 empty/JJ/acomp>2 ././punct>2"

EVERY = (
    *(CARRIED, PARKED, SEVERAL, NOBODY, WORN, COURIER, UNSEEN, NO_SIGN, WITHOUT, NEITHER_SEEN),
    *(WILL_ENTER, ABOUT_TO_LEAVE, FOLLOWED, NEITHER, SUFFERED, HE, TWO_AND_ONE, FORKLIFT, EMPTY),
)
