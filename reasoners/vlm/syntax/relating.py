"""Who does what to whom, and where: relations between things that a caption claims."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reasoners.vlm.lexicon import labels_of
from reasoners.vlm.syntax.clause import (
    actors,
    existential,
    negated,
    objects,
    passive,
    subjects,
    to_come,
    ways,
)
from reasoners.vlm.syntax.mentions import PERSON, Mentions
from reasoners.vlm.syntax.phrase import Mention
from reasoners.vlm.syntax.tree import Node
from reasoners.vlm.syntax.words import Words

VEHICLES: Final = frozenset(
    {"car", "truck", "bus", "train", "boat", "airplane", "bicycle", "motorcycle"}
)
BOARDED: Final = frozenset({"bus", "train", "boat", "airplane"})
ON: Final = frozenset({"on", "onto"})
ONTO: Final = frozenset({"bicycle", "motorcycle", "horse", "skateboard", "surfboard", "bench"})


@dataclass(frozen=True, slots=True)
class Claim:
    """One relation between two things of a caption."""

    subject: Mention
    predicate: str
    object: Mention
    verb: str = ""
    """As written with its particle, where the subject does it to the object; else empty."""


def claims(nodes: list[Node], found: Mentions, words: Words) -> list[Claim]:
    """Find what is claimed to hold; what is denied, or has yet to happen, is not."""
    told: list[Claim] = []
    for node in nodes:
        if node.verbal:
            if not negated(node, words) and not to_come(node, words):
                told += _done(node, found, words)
                told += _led(node, found, words)
        elif node.place in found.of:
            told += _placed(node, found, words)
    return list(dict.fromkeys(one for one in told if one.subject is not one.object))


def _done(verb: Node, found: Mentions, words: Words) -> Iterator[Claim]:
    """Walk what a verb claims of who does it and whom it is done to."""
    predicate = next(filter(None, map(words.claimed, _names(verb))), None)
    written = "" if passive(verb) else " ".join((verb.text, *(one.text for one in verb.of("prt"))))
    for subject in found.meant(actors(verb)):
        for thing in found.meant(objects(verb)):
            if predicate is not None and _sensible(predicate, thing):
                yield Claim(subject, predicate, thing, written)
        for receiver in found.meant(_receivers(verb, words)):
            yield Claim(subject, "hands_over", receiver)


def _names(verb: Node) -> tuple[str, ...]:
    """Return what a verb may be listed as, with its particle first: `pick_up`."""
    parts = [child.text for child in verb.of("prt")]
    parted = [f"{name}_{part}" for part in parts for name in (verb.base, verb.text)]
    return (*parted, verb.base, verb.text)


def _sensible(predicate: str, thing: Mention) -> bool:
    """Tell whether a verb means its relation here: who leaves a car, leaves it not behind."""
    labels = set(labels_of(thing.kind))
    match predicate:
        case "leaves_behind" | "takes" | "carries":
            return not labels & (VEHICLES | {PERSON}) or predicate == "carries"
        case "gets_into" | "gets_out_of" | "inside":
            return bool(labels & VEHICLES)
        case "on":
            return bool(labels & ONTO)
        case _:
            return True


def _receivers(verb: Node, words: Words) -> list[Node]:
    handing = words.verbs["handing"]
    if not any(name in handing for name in _names(verb)):
        return []
    straight = [one for one in verb.of("dative") if one.nominal]
    by_prep = [
        noun
        for child in verb.of("dative", "prep")
        if child.text == "to"
        for noun in child.of("pobj")
    ]
    return straight or by_prep


def _led(verb: Node, found: Mentions, words: Words) -> Iterator[Claim]:
    """Walk where a verb leads: `walks to the car`, `climbs out of it`, `stands beside it`."""
    names = _names(verb)
    there = existential(verb)  # `there is a man next to the car`
    whose = list(found.meant(verb.of("attr") if there else subjects(verb)))
    for path, noun in ways(verb, words):
        thing = found.of.get(noun.place)
        if thing is None:
            continue
        predicate = _direction(names, path, thing, words)
        for subject in whose:
            if predicate is not None:
                yield Claim(subject, predicate, thing)


def _direction(names: tuple[str, ...], path: str, thing: Mention, words: Words) -> str | None:
    verbs, prepositions = words.verbs, words.prepositions
    labels = set(labels_of(thing.kind))
    if any(name in verbs["boarding"] for name in names) and labels & VEHICLES:
        if path in prepositions["gets_out_of"]:
            return "gets_out_of"
        # Who jumps on a car is not in it.
        if path in prepositions["gets_into"] and (path not in ON or labels & BOARDED):
            return "gets_into"
    if path in prepositions["approaches"]:
        return "approaches" if any(name in verbs["moving"] for name in names) else None
    if any(name in verbs["far"] for name in names) and path not in prepositions["inside"]:
        return "near" if path in {"next_to", "beside", "near"} else None
    return _position(path, words)


def _position(path: str, words: Words) -> str | None:
    places = words.prepositions
    return next((name for name in ("near", "on", "inside") if path in places[name]), None)


def _placed(node: Node, found: Mentions, words: Words) -> Iterator[Claim]:
    """Walk where a noun is: `a man beside a van`; what is carried is where its carrier is."""
    subject = found.of[node.place]
    holders = []
    if node.dep == "dobj" and node.head is not None:
        verb = node.head
        if any(words.claimed(name) == "carries" for name in _names(verb)):
            holders = list(found.meant(actors(verb)))
    for path, noun in ways(node, words):
        thing = found.of.get(noun.place)
        predicate = _position(path, words)
        if thing is None or predicate is None:
            continue
        yield Claim(subject, predicate, thing)
        if predicate == "near":
            for holder in holders:
                yield Claim(holder, predicate, thing)
