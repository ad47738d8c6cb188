"""No claim without evidence: every clause of every sentence traces to what the scene saw."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoners import Chronicle, Event, View
from reasoners.language.catalogue import catalogue, languages
from reasoners.language.phrase import Evidence, Phrase, Span
from reasoners.rules.engine import Rules
from reasoners.rules.rule import RuleConfig
from reasoners.scene.relation import Relation
from reasoners.scene.scene import Scene
from reasoners.telling import story
from reasoners.telling.explanation import FACTS, Known, explain, worded
from reasoners.telling.saying import Saying, cause_evidence, change_evidence, relation_evidence
from reasoners.testing import PLAYS, play
from reasoners.testing.plays import CONFIG
from reasoners.testing.showing import exact
from reasoners.words import DIRECTIONS

FPS = 5

CLAIMS = frozenset(
    {"arrival", "motion", "departure", "stay", "relation", "related", "change", "cause"}
    | {"prediction", "condition", "over"}
)
"""Groups of messages that state something; the others name, place or join."""

WRAPS = frozenset({"condition.for", "condition.ago", "condition.lasted", "condition.at"})
"""Messages of those groups that only hold a claim."""


@dataclass
class Witness:
    """A scene of its own that sees the same frames, and remembers all of it."""

    scene: Scene = field(default_factory=lambda: Scene(CONFIG))
    seen: set[Evidence] = field(default_factory=set)

    def observe(self, view: View) -> None:
        """Note every change, relation, cause and state of one frame."""
        scene = self.scene
        self.seen |= {change_evidence(change) for change in scene.observe(view)}
        relations = [*scene.relations(), *scene.graph.ended]
        self.seen |= {
            relation_evidence(one.seen_from(two)) for one in relations for two in _ends(one)
        }
        for link in scene.causality.links:
            self.seen |= set(cause_evidence(link))
        for thing in scene.things.values():
            for what in ("score", "box", "motion", "label", "track"):
                self.seen.add(Evidence("object", what, (thing.id,), thing.last_seen))
            self.seen.add(Evidence("object", "entry", (thing.id,), thing.first_seen))


def _ends(relation: Relation) -> tuple[int, ...]:
    other = relation.object
    return (relation.subject, other) if isinstance(other, int) else (relation.subject,)


@dataclass(frozen=True)
class Told:
    """One revision: what it says, and all that was seen until then."""

    event: Event
    sentences: list[Phrase]
    seen: frozenset[Evidence]


RULES: dict[str, dict[str, object]] = {
    "there": {"label": ["person", "car"], "inside": ["yard", "lane"]},
    "waits": {"label": "person", "dwells_in": "yard", "for": "2s"},
    "goes": {"crosses": "gate"},
    "many": {"count": "person", "where": "yard", "at_least": 2},
    "carries": {"label": "person", "carries": "backpack"},
    "left": {"label": "backpack", "change": "left_behind", "by": "person"},
    "together": {"all": [{"label": "person", "is": "moving"}, {"near": "any"}]},
    "in_turn": {"then": [{"label": "person", "enters": "yard"}, {"leaves": "yard"}], "within": 30},
    "calm": {"label": "person", "not": {"is": "running"}},
}


def told(name: str, seed: int, language: str = "en", *, ruled: bool = False) -> Iterator[Told]:
    """Tell a play, by the built-in rule or by others; yield every revision with what it says."""
    heard: list[list[Phrase]] = []

    def listen(known: Known, saying: Saying) -> list[Phrase]:
        heard.append(explain(known, saying))
        return heard[-1]

    witness = Witness()
    rules = {name: RuleConfig.model_validate({"when": when}) for name, when in RULES.items()}
    chronicle = Chronicle(
        node="box1",
        camera="porch",
        config=CONFIG,
        new_id=lambda camera, ordinal, _: f"{camera}-{ordinal}",
        clock="media",
        ask=None,
        language=language,
        engines=[Rules(rules, CONFIG)] if ruled else None,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(story, "explain", listen)
        views = list(exact(play(name, seed), FPS))
        for view in views:
            witness.observe(view)
            revisions = chronicle.observe(view)
            seen = frozenset(witness.seen)
            for revision, said in zip(revisions, heard, strict=True):
                yield Told(revision.event, said, seen)
            heard.clear()
        for revision in chronicle.close(views[-1].captured_at, "left"):
            yield Told(revision.event, heard.pop(0), frozenset(witness.seen))


def claims(sentences: list[Phrase]) -> Iterator[Phrase]:
    """Yield every phrase that states something."""
    for sentence in sentences:
        for phrase in sentence.within():
            if phrase.key.partition(".")[0] in CLAIMS and phrase.key not in WRAPS:
                yield phrase


def _foretold(event: Event, evidence: Evidence) -> bool:
    """Tell whether it is a prediction that the event carries, still open."""
    return evidence.kind == "prediction" and any(
        evidence == Evidence("prediction", one.what, (one.subject, *filter(None, (one.object,))))
        and one.outcome is None
        for one in event.predictions
    )


@settings(max_examples=30, derandomize=True, deadline=None)
@given(st.sampled_from(sorted(PLAYS)), st.integers(0, 50))
def test_every_claim_names_what_was_seen(name: str, seed: int) -> None:
    """Whatever is stated rests on a change, relation, cause or state that another witness saw."""
    for one in told(name, seed):
        for claim in claims(one.sentences):
            assert claim.evidence, claim.key
            for evidence in claim.evidence:
                seen = evidence in one.seen or _foretold(one.event, evidence)
                assert seen or evidence.kind == "end", (claim.key, evidence)
                assert evidence.kind != "end" or one.event.end_reason == evidence.what


@settings(max_examples=15, derandomize=True, deadline=None)
@given(st.sampled_from(sorted(PLAYS)), st.integers(0, 50))
def test_every_condition_that_is_told_is_in_the_record(name: str, seed: int) -> None:
    """Of whom, where and since when: as the event carries it; all else as the witness saw it."""
    for one in told(name, seed, ruled=True):
        conditions = {
            (held.kind, len(held.subjects), held.place, held.since) for held in one.event.conditions
        }
        for claim in claims(one.sentences):
            assert claim.evidence, claim.key
            for evidence in claim.evidence:
                if evidence.kind != "condition":
                    known = evidence in one.seen or _foretold(one.event, evidence)
                    assert known or one.event.end_reason == evidence.what, (claim.key, evidence)
                    continue
                who = sum(isinstance(part, int) for part in evidence.about)
                place = next((part for part in evidence.about if isinstance(part, str)), None)
                assert (evidence.what, who, place, round(evidence.at, 3)) in conditions, claim.key


@settings(max_examples=30, derandomize=True, deadline=None)
@given(st.sampled_from(sorted(PLAYS)), st.integers(0, 50))
def test_every_claim_is_in_the_record(name: str, seed: int) -> None:
    """Motion, zones, relations and causes that are told are those of the same revision."""
    for one in told(name, seed):
        event, thing = one.event, one.event.objects[0]
        for claim in claims(one.sentences):
            group, _, word = claim.key.partition(".")
            if group == "motion":
                assert thing.motion.state == ("moving" if word == "moves" else "stationary")
            if claim.key == "motion.moves":
                assert thing.motion.heading is not None
                assert claim.gaps["direction"] == DIRECTIONS[round(thing.motion.heading / 45) % 8]
            if group in {"relation", "related"}:
                over = group == "related"
                assert any(
                    relation.predicate == word and (relation.until is not None) == over
                    for relation in event.relations
                ), claim.key
            if group == "cause":
                assert word in {link.pattern for link in event.causes}
            if claim.key == "stay.lasting":
                zone = str(claim.evidence[0].about[1])
                assert zone.removeprefix("zone:") in thing.zones
                since = next(
                    relation.since
                    for relation in event.relations
                    if relation.object == zone and relation.until is None
                )
                span = claim.gaps["span"]
                assert isinstance(span, Span)
                assert span.seconds == pytest.approx(event.frame.captured_at - since, abs=0.01)


@pytest.mark.parametrize("name", ["bag", "queue", "crowd"])
def test_all_languages_say_the_same_and_nothing_in_another(name: str) -> None:
    """The same sentences stand in every language, each clause of it, in that language's words."""
    for one in told(name, 1):
        spoken = {code: worded(one.sentences, code, FACTS) for code in languages()}
        assert spoken["en"] == one.event.explanation
        for code, text in spoken.items():
            words = catalogue(code)
            position = 0
            for sentence in one.sentences:
                said = words.sentence(sentence)
                position = text.index(said, position) + len(said)
            assert position == len(text)
            assert "{" not in text
        plain = re.sub(r"\b(?:t\d+|yard|lane|gate)\b", "", spoken["zh"])
        assert not re.search("[A-Za-z]", plain), plain
        assert not _english() & set(re.findall(r"[A-Za-z]+", spoken["de"]))


def _english() -> set[str]:
    """Return words that English messages have and German ones have not."""
    found = {
        code: {
            word
            for forms in catalogue(code).messages.values()
            for template in forms.values()
            for text, _, _ in template
            for word in re.findall(r"\w+", text)
        }
        for code in ("en", "de")
    }
    nouns = {catalogue("de").noun(label, "bare") for label in catalogue("de").nouns}
    return {word for word in found["en"] - found["de"] - nouns if len(word) > 2 and word != "lane"}
