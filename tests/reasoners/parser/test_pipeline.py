"""A real pipeline of spaCy, in its own process, on sentences whose meaning is known."""

import asyncio
import importlib.util
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from rig.asked import job, keyframe, seen, sighting
from rig.book import hosted
from rig.parses import shown
from rig.tiny_parser import Sentence, sentences

from daemon.thinking import Parsing
from reasoners import Limits, Prompt, ReasonerRejected, Said
from reasoners.vlm.extraction import report
from reasoners.vlm.judging import Grammar, judge
from reasoners.vlm.lexicon import labels_of
from reasoners.vlm.syntax.mentions import Mentions, mentions
from reasoners.vlm.syntax.relating import claims
from reasoners.vlm.syntax.tree import tree
from reasoners.vlm.syntax.words import words

pytestmark = pytest.mark.nlp

PARSER = "reasoners.parser"
COUNT = 390


def refused(path: Path | str, reason: str) -> None:
    """See that a pipeline is refused with a line that says why and what to do."""

    async def load() -> None:
        async with hosted(path, module=PARSER) as one:
            await one.settled()

    with pytest.raises(ReasonerRejected, match=reason):
        asyncio.run(load())


async def whole(one: Parsing, sentence: Sentence) -> bool:
    """Tell whether everything of a sentence is read as it is meant: things, denials, relations."""
    found, told = await read(one, sentence)
    denied = {(*labels_of(kind), kind)[0] for kind in sentence.denied}
    things = {node: set(attributes) for node, attributes in of(found).items()}
    return (things, found.denied, told) == (sentence.things, denied, sentence.claims)


async def read(one: Parsing, sentence: Sentence) -> tuple[Mentions, set[tuple[str, str, str]]]:
    """Parse a sentence and read it."""
    parsed = await one.parse(sentence.text, asyncio.get_running_loop().time() + 60)
    assert parsed is not None
    trees = tree(parsed, sentence.text)
    found = mentions(trees, words("en"))
    told = {
        (claim.subject.node.text, claim.predicate, claim.object.node.text)
        for claim in claims(trees, found, words("en"))
    }
    return found, told


def of(found: Mentions) -> dict[str, set[str]]:
    """Return what is said of each thing, by its noun."""
    things: dict[str, set[str]] = {}
    for mention in found.things:
        things.setdefault(mention.node.text, set()).update(mention.attributes)
    return things


def listed(things: dict[str, set[str]]) -> dict[str, set[str]]:
    """Keep what the dictionary lists, without what only the grammar tells."""
    return {
        noun: {one for one in attributes if not one.startswith("without")}
        for noun, attributes in things.items()
        if labels_of(noun)
    }


async def test_sentences_are_read_as_they_are_meant_and_better_than_by_the_dictionary(
    tiny_pipeline: Path,
) -> None:
    """Other sentences than it was trained on: nearly all whole, nine in ten with words unknown.

    On the ground of the dictionary (things it lists, their attributes, what is denied) it is right
    more often than the dictionary.
    """
    grammar, dictionary = 0, 0
    async with hosted(tiny_pipeline, module=PARSER) as one:
        known = [await whole(one, sentence) for sentence in sentences(77, COUNT)]
        strange = sentences(78, COUNT, unknown=True)
        unknown = [await whole(one, sentence) for sentence in strange]
        for sentence in strange:
            truth = listed(sentence.things), _labels(sentence.denied)
            found, _ = await read(one, sentence)
            grammar += (listed(of(found)), found.denied) == truth
            by_words = report(sentence.text, shown())
            told = {thing.kind: set(thing.attributes) for thing in by_words.things}
            nobody = {count.kind for count in by_words.counts if not count.count}
            dictionary += (told, nobody) == truth
        assert dict(one.left) == {}
    assert sum(known) >= 0.97 * COUNT
    assert sum(unknown) >= 0.88 * COUNT
    assert grammar >= dictionary + 0.15 * COUNT


def _labels(kinds: Iterable[str]) -> set[str]:
    return {label for kind in kinds for label in labels_of(kind)[:1]}


async def test_a_caption_becomes_entities_counts_and_relations_of_an_event(
    tiny_pipeline: Path,
) -> None:
    """From the model's sentences over the process to the verdict."""
    asked = job(
        sightings=(sighting(), sighting("t3", "car")),
        keyframes=(keyframe(1, seen(), seen("t3", "car", box=(0.5, 0.3, 0.7, 0.5))),),
    )
    caption = "A man carrying a red box is near the car. The car is white. There is no bus."

    async def ask(_: Prompt) -> Said:
        return Said(caption, "captioner", 100, 10, 0.01, 0.02, 1000)

    until = asyncio.get_running_loop().time() + 60
    async with hosted(tiny_pipeline, module=PARSER) as one:
        grammar = Grammar("en", lambda text: one.parse(text, until))
        (verdict,) = await judge(ask, (asked,), Limits(prose=True), lambda: False, grammar=grammar)
    assert [(e.text, e.kind, e.track, e.attributes) for e in verdict.entities] == [
        ("man", "man", "t17", ("carrying red box",)),
        ("red box", "box", None, ("red",)),
        ("car", "car", "t3", ("white",)),
    ]
    (near,) = verdict.relations
    assert (near.subject, near.predicate, near.object, near.source) == ("t17", "near", "t3", "vlm")
    assert verdict.description == caption
    assert ("count_bus_k1", 0, True) in [(c.name, c.claimed, c.ok) for c in verdict.checks]


@pytest.mark.skipif(
    importlib.util.find_spec("spacy") is None, reason="needs spaCy: make test-torch"
)
def test_what_cannot_be_used_is_refused_with_its_remedy(tmp_path: Path) -> None:
    """No such pipeline, another language, parts missing, a folder that holds something else."""
    refused("no_such_pipeline", r"no_such_pipeline: spaCy finds no pipeline .* download")
    refused(tmp_path, str(tmp_path))
    refused(_blank(tmp_path / "foreign", "de"), "reads the language 'de', not 'en'")
    plain = _blank(tmp_path / "plain", "en")
    refused(plain, "lacks a parser and a tagger and an attribute ruler")
    (plain / "config.cfg").write_text('[nlp]\nlang = "en"\npipeline = []\n')
    refused(plain, r"spaCy 3\.\S+ cannot load this pipeline: Config validation error")


def _blank(folder: Path, language: str) -> Path:
    """Write a pipeline that does nothing."""
    code = f"import spacy; spacy.blank({language!r}).to_disk({str(folder)!r})"
    subprocess.run([sys.executable, "-c", code], check=True)
    return folder
