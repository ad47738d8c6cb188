"""From a parsed caption to a report such as the dictionary makes: nobody after it need know which.

Attributes, counts, negation and relations come from the grammar of the sentences, so that words
which no dictionary lists are things as well. What is no sentence gives little, and invents nothing.
"""

from collections.abc import Iterator
from typing import Final

from reasoners.syntax import Parsed
from reasoners.vlm.call import Call
from reasoners.vlm.caption import counts, expectations, linked
from reasoners.vlm.form import ATTRIBUTES, COUNTS, KIND, NEXT, RELATIONS, TEXT, THINGS
from reasoners.vlm.lexicon import labels_of
from reasoners.vlm.reply import ReplyNext, ReplyRelation, ReplyThing, Report
from reasoners.vlm.syntax.clause import negated, subjects, to_come
from reasoners.vlm.syntax.mentions import Mentions, mentions
from reasoners.vlm.syntax.naming import Spoken
from reasoners.vlm.syntax.phrase import Mention, first
from reasoners.vlm.syntax.relating import Claim, claims
from reasoners.vlm.syntax.tree import Node, tree
from reasoners.vlm.syntax.words import Language, Words, words

CERTAIN: Final = frozenset({"will", "'ll", "wo"})
"""Auxiliaries that foretell; `may` and `could` only muse."""


def read(caption: str, said: Spoken, parsed: Parsed, language: Language, call: Call) -> Report:
    """Find what a caption names.

    Args:
        caption: As the model wrote it.
        said: What the parser was given of it.
        parsed: What the parser made of that.
        language: Of both.
        call: What the model was shown.
    """
    known = words(language)
    nodes = tree(parsed, said.text)
    found = mentions(nodes, known)
    for mention in found.things:
        mention.track = _track(mention, said, call)
    claimed = claims(nodes, found, known)
    for claim in claimed:
        _kept_in_words(claim)
    numbers = _numbers(found, call)
    return Report(
        description=caption,
        things=[_thing(mention) for mention in found.things[:THINGS]],
        counts=counts(_absent(found, call), numbers, call)[:COUNTS],
        written=[],
        why="",
        relations=list(_relations(claimed))[:RELATIONS],
        next=list(_expected(nodes, found, said, known, call))[:NEXT],
    )


def _track(mention: Mention, said: Spoken, call: Call) -> str | None:
    """Return the track a thing is said to be, or the only one it can be."""
    named = said.tracks.get(mention.node.end)
    if named is not None:
        return named
    return linked({*labels_of(mention.kind), mention.kind, mention.node.base}, call)


def _thing(mention: Mention) -> ReplyThing:
    attributes = [one[:KIND] for one in mention.attributes if one]
    return ReplyThing(
        text=mention.text[:TEXT],
        kind=mention.kind[:KIND],
        track=mention.track,
        attributes=attributes[:ATTRIBUTES],
        motion="cannot_tell",
    )


def _kept_in_words(claim: Claim) -> None:
    """What somebody does to a thing without a track is said of them: no relation could name it."""
    told = f"{claim.verb} {claim.object.text}"
    if claim.verb and claim.object.track is None and len(told) <= KIND:
        claim.subject.attributes.append(told)


def _relations(claimed: list[Claim]) -> Iterator[ReplyRelation]:
    told = set[tuple[str, str, str]]()
    for claim in claimed:
        subject, thing = claim.subject.track, claim.object.track
        if subject is None or thing is None or subject == thing:
            continue
        if (subject, claim.predicate, thing) not in told:
            told.add((subject, claim.predicate, thing))
            yield ReplyRelation(subject=subject, predicate=claim.predicate, object=thing)


def _absent(found: Mentions, call: Call) -> set[str]:
    """Return what is not there: kinds that the detector knows, and of which no thing is named."""
    seen = {sighting.label for sighting in call.sightings}
    there = {label for mention in found.things for label in labels_of(mention.kind)[:1]}
    there |= {mention.kind for mention in found.things}
    return {
        kind
        for kind in found.denied
        if (labels_of(kind) or kind in seen) and not {kind, *labels_of(kind)} & there
    }


def _numbers(found: Mentions, call: Call) -> dict[str, int]:
    """Add up what is joined by `and`; of several sentences the largest number counts.

    `Several` and a bare plural say how many there are at least: that is the number they claim,
    unless more are to be seen.
    """
    sums: dict[tuple[int, str], int] = {}
    loose: set[str] = set()
    for mention in found.things:
        label = next(iter(labels_of(mention.kind)), None)
        if label is not None:
            key = (first(mention.node).place, label)
            sums[key] = sums.get(key, 0) + mention.number
            if mention.least:
                loose.add(label)
    numbers: dict[str, int] = {}
    for (_, label), number in sums.items():
        numbers[label] = max(numbers.get(label, 0), number)
    for label in loose:
        numbers[label] = max(numbers[label], _shown(label, call))
    return numbers


def _shown(label: str, call: Call) -> int:
    """Count what the only picture shows of a label, where there is only one."""
    if len(call.keyframes) != 1:
        return 0
    return sum(1 for thing in call.keyframes[0].objects if thing.label == label)


def _expected(
    nodes: list[Node], found: Mentions, said: Spoken, known: Words, call: Call
) -> Iterator[ReplyNext]:
    """Walk what is said to happen next, where tracks can prove it."""
    for verb in nodes:
        if not verb.verbal or not to_come(verb, known) or _doubted(verb, known):
            continue
        subject = next((one.track for one in found.meant(subjects(verb)) if one.track), None)
        if subject is None:
            continue
        will = said.text[verb.end - len(verb.written) : verb.last].lower()
        yield from expectations(will, will, subject, call)


def _doubted(verb: Node, known: Words) -> bool:
    auxiliaries = {aux.text for aux in verb.of("aux")} - {"to", "be"}
    denied = negated(verb, known) or any(negated(one, known) for one in verb.up() if one.verbal)
    return denied or bool(auxiliaries - CERTAIN)
