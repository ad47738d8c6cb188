"""A real pipeline of spaCy, trained in seconds on sentences that are made here with their grammar.

It has what spaCy's own English pipelines have (a tagger, a parser with their dependencies, parts of
speech by rule) but a lemmatizer, and it knows nothing but the sentences of this file: enough to
show that everything between a caption and an event works, not how well real captions are read.
"""

import random
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

POS: Final = {
    **dict.fromkeys(("NN", "NNS"), "NOUN"),
    **dict.fromkeys(("VB", "VBZ", "VBP", "VBG", "VBN"), "VERB"),
    **dict.fromkeys(("WP", "EX"), "PRON"),
    "MD": "AUX",
    "JJ": "ADJ",
    "DT": "DET",
    "CD": "NUM",
    "IN": "ADP",
    "CC": "CCONJ",
    "RB": "ADV",
    ".": "PUNCT",
    "TO": "PART",
}
TRAINED: Final = 900
"""Sentences it is trained on."""

EPOCHS: Final = 6


@dataclass(frozen=True)
class Vocabulary:
    """Words that sentences are made of."""

    people: tuple[str, ...]
    things: tuple[str, ...]
    vehicles: tuple[str, ...]
    places: tuple[str, ...]
    adjectives: tuple[str, ...]


KNOWN: Final = Vocabulary(
    ("man", "woman", "courier", "child", "worker", "boy", "nurse"),
    ("box", "parcel", "bag", "bottle", "umbrella", "crate", "basket"),
    ("car", "truck", "bus", "bicycle"),
    ("bench", "gate", "fence", "shelf", "door", "wall"),
    ("red", "blue", "white", "old", "small", "large", "black", "green"),
)
UNKNOWN: Final = Vocabulary(
    ("guard", "girl", "driver"),
    ("suitcase", "toolbox", "ladder", "backpack"),
    ("boat", "motorcycle"),
    ("counter", "pallet"),
    ("yellow", "wooden", "dirty", "silver"),
)
"""Words that none of the sentences it is trained on has."""


@dataclass
class Sentence:
    """Words with their grammar, and what is to be read out of them."""

    words: list[list[Any]] = field(default_factory=list)
    """Text, tag, dependency, place of the head."""

    things: dict[str, set[str]] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    claims: set[tuple[str, str, str]] = field(default_factory=set)

    @property
    def text(self) -> str:
        """The sentence."""
        return " ".join(word[0] for word in self.words)

    def add(self, text: str, tag: str, dep: str, head: int = -1) -> int:
        """Add a word; without a head it hangs on itself until it is hung."""
        place = len(self.words)
        self.words.append([text, tag, dep, place if head < 0 else head])
        return place

    def hang(self, place: int, head: int) -> None:
        """Hang a word on one that came later."""
        self.words[place][3] = head

    def noun(
        self,
        noun: str,
        dep: str,
        head: int = -1,
        *,
        det: str = "a",
        adjective: str = "",
        tag: str = "NN",
        told: bool = True,
    ) -> int:
        """Add a noun with what stands before it; say whether it names something there is."""
        number = {"two": "CD", "three": "CD", "several": "JJ"}.get(det)
        before = [(det, number or "DT", {"CD": "nummod", "JJ": "amod"}.get(number or "", "det"))]
        before = before if det else []
        if adjective:
            before.append((adjective, "JJ", "amod"))
        place = len(self.words) + len(before)
        for text, kind, hangs in before:
            self.add(text, kind, hangs, place)
        self.add(noun, tag, dep, head)
        if told:
            self.things.setdefault(noun, set()).update({adjective} - {""})
        return place

    def beside(
        self, rng: random.Random, words: Vocabulary, head: int, whose: Iterable[str]
    ) -> None:
        """Add a place: a preposition and a noun."""
        path, relation = rng.choice(
            [("near", "near"), ("beside", "near"), ("behind", "near"), ("next to", "near")]
        )
        where = rng.choice(words.places + words.vehicles)
        step = head
        for part in path.split():
            step = self.add(part, *(("RB", "advmod") if part == "next" else ("IN", "prep")), step)
        self.noun(where, "pobj", step, det=rng.choice(("the", "a")), adjective=_maybe(rng, words))
        self.claims |= {(who, relation, where) for who in whose}

    def stop(self, root: int) -> None:
        """End it."""
        self.add(".", ".", "punct", root)


ACTS: Final = (
    ("carries", "carrying", "carried", "carries"),
    ("holds", "holding", "held", "carries"),
    ("takes", "taking", "taken", "takes"),
)
"""What one does to a thing: present, participles, and the relation it claims."""


def _maybe(rng: random.Random, words: Vocabulary) -> str:
    return rng.choice(words.adjectives) if rng.random() < 0.4 else ""


def _act(s: Sentence, rng: random.Random, words: Vocabulary) -> None:
    """Write `A man carries a red box near the gate`."""
    act, who, what = rng.choice(ACTS), rng.choice(words.people), rng.choice(words.things)
    subject = s.noun(who, "nsubj", adjective=_maybe(rng, words), det=rng.choice(("a", "the")))
    verb = s.add(act[0], "VBZ", "ROOT")
    s.hang(subject, verb)
    s.noun(what, "dobj", verb, adjective=_maybe(rng, words))
    s.claims.add((who, act[3], what))
    if rng.random() < 0.4:
        s.beside(rng, words, verb, [who])
    s.stop(verb)


def _doing(s: Sentence, rng: random.Random, words: Vocabulary) -> None:
    """Write `A man carrying a box is near the car`."""
    act, who, what = rng.choice(ACTS), rng.choice(words.people), rng.choice(words.things)
    subject = s.noun(who, "nsubj", adjective=_maybe(rng, words))
    doing = s.add(act[1], "VBG", "acl", subject)
    s.noun(what, "dobj", doing, adjective=_maybe(rng, words))
    s.claims.add((who, act[3], what))
    verb = s.add(rng.choice(("is", "stands", "waits")), "VBZ", "ROOT")
    s.hang(subject, verb)
    s.beside(rng, words, verb, [who])
    s.stop(verb)


def _like(s: Sentence, rng: random.Random, words: Vocabulary) -> None:
    """Write `The car is red and dirty`."""
    what = rng.choice(words.vehicles + words.things)
    subject = s.noun(what, "nsubj", det="the")
    verb = s.add("is", "VBZ", "ROOT")
    s.hang(subject, verb)
    one, two = rng.sample(words.adjectives, 2)
    first = s.add(one, "JJ", "acomp", verb)
    s.things[what].add(one)
    if rng.random() < 0.4:
        s.add("and", "CC", "cc", first)
        s.add(two, "JJ", "conj", first)
        s.things[what].add(two)
    s.stop(verb)


def _there(s: Sentence, rng: random.Random, words: Vocabulary) -> None:
    """Write `There is a man beside the truck`."""
    who = rng.choice(words.people)
    verb = 1
    s.add("There", "EX", "expl", verb)
    s.add("is", "VBZ", "ROOT")
    person = s.noun(who, "attr", verb, adjective=_maybe(rng, words))
    if rng.random() < 0.6:
        s.beside(rng, words, person, [who])
    s.stop(verb)


def _none(s: Sentence, rng: random.Random, words: Vocabulary) -> None:
    """Write `There is no car` or `There is no man or car`."""
    what = rng.choice(words.vehicles + words.people)
    verb = 1
    s.add("There", "EX", "expl", verb)
    s.add("is", "VBZ", "ROOT")
    first = s.noun(what, "attr", verb, det="no", told=False)
    s.denied.add(what)
    if rng.random() < 0.4:
        other = rng.choice([one for one in words.vehicles if one != what])
        s.add("or", "CC", "cc", first)
        s.noun(other, "conj", first, det="", told=False)
        s.denied.add(other)
    s.stop(verb)


def _unseen(s: Sentence, rng: random.Random, words: Vocabulary) -> None:
    """Write `No car is visible` or `The man is not visible`."""
    what = rng.choice(words.vehicles + words.people)
    plain = rng.random() < 0.5
    subject = s.noun(what, "nsubj", det="No" if plain else "the", told=False)
    verb = s.add("is", "VBZ", "ROOT")
    s.hang(subject, verb)
    if not plain:
        s.add("not", "RB", "neg", verb)
    s.add("visible", "JJ", "acomp", verb)
    s.denied.add(what)
    s.stop(verb)


def _nobody(s: Sentence, rng: random.Random, words: Vocabulary) -> None:
    """Write `Nobody is near the gate`."""
    subject = s.add("Nobody", "NN", "nsubj")
    verb = s.add(rng.choice(("is", "stands")), "VBZ", "ROOT")
    s.hang(subject, verb)
    s.beside(rng, words, verb, [])
    s.denied.add("person")
    s.stop(verb)


def _without(s: Sentence, rng: random.Random, words: Vocabulary) -> None:
    """Write `A man without a bag is not carrying a box near the car`."""
    who, (lacks, what) = rng.choice(words.people), rng.sample(words.things, 2)
    subject = s.noun(who, "nsubj")
    if rng.random() < 0.6:
        prep = s.add("without", "IN", "prep", subject)
        s.noun(lacks, "pobj", prep, told=False)
        s.things[who].add(f"without {lacks}")
    aux = s.add("is", "VBZ", "aux")
    no = s.add("not", "RB", "neg")
    verb = s.add(rng.choice(ACTS)[1], "VBG", "ROOT")
    for place in (subject, aux, no):
        s.hang(place, verb)
    s.noun(what, "dobj", verb, told=False)
    s.stop(verb)


def _suffered(s: Sentence, rng: random.Random, words: Vocabulary) -> None:
    """Write `A red box is carried by a man`."""
    act, who, what = rng.choice(ACTS), rng.choice(words.people), rng.choice(words.things)
    subject = s.noun(what, "nsubjpass", adjective=_maybe(rng, words))
    aux = s.add("is", "VBZ", "auxpass")
    verb = s.add(act[2], "VBN", "ROOT")
    s.hang(subject, verb)
    s.hang(aux, verb)
    by = s.add("by", "IN", "agent", verb)
    s.noun(who, "pobj", by, adjective=_maybe(rng, words))
    s.claims.add((who, act[3], what))
    s.stop(verb)


def _two(s: Sentence, rng: random.Random, words: Vocabulary) -> None:
    """Write `Two men and a woman stand beside a car`."""
    one, other = rng.sample(words.people, 2)
    many = {"man": "men", "woman": "women", "child": "children"}.get(one, f"{one}s")
    det = rng.choice(("two", "three", "several"))
    first = s.noun(many, "nsubj", det=det, tag="NNS", adjective=_maybe(rng, words))
    who = [many]
    if rng.random() < 0.5:
        s.add("and", "CC", "cc", first)
        s.noun(other, "conj", first)
        who.append(other)
    verb = s.add(rng.choice(("stand", "wait", "are")), "VBP", "ROOT")
    s.hang(first, verb)
    s.beside(rng, words, verb, who)
    s.stop(verb)


def _parked(s: Sentence, rng: random.Random, words: Vocabulary) -> None:
    """Write `A car is parked behind the truck`."""
    what = rng.choice(words.vehicles)
    subject = s.noun(what, "nsubjpass", adjective=_maybe(rng, words))
    aux = s.add("is", "VBZ", "auxpass")
    verb = s.add("parked", "VBN", "ROOT")
    s.hang(subject, verb)
    s.hang(aux, verb)
    s.things[what].add("parked")
    s.beside(rng, words.__class__(**{**vars(words), "vehicles": ()}), verb, [what])
    s.stop(verb)


def _worn(s: Sentence, rng: random.Random, words: Vocabulary) -> None:
    """Write `A woman in a red jacket follows a man`."""
    who, other = rng.sample(words.people, 2)
    colour, garment = rng.choice(words.adjectives), rng.choice(("jacket", "coat", "hat", "shirt"))
    subject = s.noun(who, "nsubj")
    if rng.random() < 0.5:
        step, hangs = s.add("in", "IN", "prep", subject), "pobj"
    else:
        step, hangs = s.add("wearing", "VBG", "acl", subject), "dobj"
    s.noun(garment, hangs, step, adjective=colour, told=False)
    s.things[who].add(f"{colour} {garment}")
    verb = s.add("follows", "VBZ", "ROOT")
    s.hang(subject, verb)
    s.noun(other, "dobj", verb, det=rng.choice(("a", "the")))
    s.claims.add((who, "follows", other))
    s.stop(verb)


def _who(s: Sentence, rng: random.Random, words: Vocabulary) -> None:
    """Write `A man who holds a bag opens the truck`."""
    act, who, what = rng.choice(ACTS), rng.choice(words.people), rng.choice(words.things)
    vehicle = rng.choice(words.vehicles)
    subject = s.noun(who, "nsubj", adjective=_maybe(rng, words))
    relative = s.add("who", "WP", "nsubj")
    holds = s.add(act[0], "VBZ", "relcl", subject)
    s.hang(relative, holds)
    s.noun(what, "dobj", holds, adjective=_maybe(rng, words))
    verb = s.add("opens", "VBZ", "ROOT")
    s.hang(subject, verb)
    s.noun(vehicle, "dobj", verb, det="the")
    s.claims |= {(who, act[3], what), (who, "opens", vehicle)}
    s.stop(verb)


FORMS: Final[tuple[Callable[[Sentence, random.Random, Vocabulary], None], ...]] = (
    *(_act, _doing, _like, _there, _none, _unseen, _nobody, _without, _suffered, _two, _parked),
    *(_worn, _who),
)


def sentences(seed: int, count: int, *, unknown: bool = False) -> list[Sentence]:
    """Make sentences, each form as often as the others.

    Args:
        seed: Chooses their words.
        count: How many.
        unknown: Whether they may have words that a pipeline was not trained on.
    """
    rng = random.Random(seed)
    words = KNOWN
    if unknown:
        both = {name: getattr(KNOWN, name) + getattr(UNKNOWN, name) for name in vars(KNOWN)}
        words = Vocabulary(**both)
    made = []
    for number in range(count):
        sentence = Sentence()
        FORMS[number % len(FORMS)](sentence, rng, words)
        made.append(sentence)
    return made


def train(folder: Path, *parts: str) -> Path:
    """Train a pipeline and write it.

    Args:
        folder: Where it goes.
        parts: What it has; default all that is needed.
    """
    import spacy  # noqa: PLC0415 (only where it is installed)
    from spacy.training import Example  # noqa: PLC0415
    from spacy.util import fix_random_seed, minibatch  # noqa: PLC0415

    parts = parts or ("tagger", "parser", "attribute_ruler")
    fix_random_seed(0)
    nlp: Any = spacy.blank("en")
    for part in parts:
        if part != "attribute_ruler":
            nlp.add_pipe(part, config={"model": _model(part)})
    examples = [Example.from_dict(*_taught(nlp, one)) for one in sentences(1, TRAINED)]
    optimizer = nlp.initialize(lambda: examples)
    rng = random.Random(0)
    for _ in range(EPOCHS):
        rng.shuffle(examples)
        for batch in minibatch(examples, size=32):
            nlp.update(batch, sgd=optimizer)
    if "attribute_ruler" in parts:
        # Not before: a pipeline that begins anew forgets its rules.
        ruler = nlp.add_pipe("attribute_ruler")
        for tag, pos in POS.items():
            ruler.add([[{"TAG": tag}]], {"POS": pos})
        ruler.add([[{"LOWER": "nobody"}]], {"POS": "PRON"})
    nlp.meta.update(name="tiny", version="0.0.1", license="CC0-1.0")
    nlp.to_disk(folder)
    return folder


def _taught(nlp: Any, sentence: Sentence) -> tuple[Any, dict[str, list[Any]]]:
    """Return what one sentence teaches."""
    import spacy  # noqa: PLC0415

    words = [word[0] for word in sentence.words]
    doc = spacy.tokens.Doc(nlp.vocab, words=words)
    taught = {
        "words": words,
        "tags": [word[1] for word in sentence.words],
        "deps": [word[2] for word in sentence.words],
        "heads": [word[3] for word in sentence.words],
    }
    return doc, taught


def _model(part: str) -> dict[str, Any]:
    """Return the network of one part: small, and its own."""
    embedding = {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        "width": 48,
        "depth": 3,
        "embed_size": 500,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
    }
    if part == "tagger":
        return {"@architectures": "spacy.Tagger.v2", "nO": None, "tok2vec": embedding}
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "parser",
        "extra_state_tokens": False,
        "hidden_width": 48,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
        "tok2vec": embedding,
    }


if __name__ == "__main__":
    train(Path(sys.argv[1]), *sys.argv[2:])
