"""How well a scene tells a play: its changes and relations against the truth."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reasoners.scene.change import (
    KINDS,
    Change,
    Counted,
    Crossed,
    Dwelt,
    Relabelled,
    Related,
    Unrelated,
    WrongWay,
)
from reasoners.scene.relation import Relation
from reasoners.scene.scene import Scene
from reasoners.scene.view import View
from reasoners.testing.plays import Fact
from reasoners.testing.stage import Sight
from reasoners.testing.truth import SYMMETRIC, Key, Truth

TOLERANCE = 2.0
"""Seconds between a fact and the change that tells it."""

LOOKS = 0.5
"""Seconds between two comparisons of relations."""

_WORDS = {kind: word for word, kind in KINDS.items()}
_JUDGED = frozenset(
    {"near", "left_of", "above", "overlaps", "in_front_of", "approaches", "moves_away", "follows"}
    | {"accompanies", "carries", "on", "blocks", "leaves_behind", "inside"}
)


@dataclass(slots=True)
class Marks:
    """Counts of what was right, wrong and missing, by word."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    silent: int = 0
    """Comparisons in which truth was silent."""

    notes: list[str] = field(default_factory=list)
    """What was wrong or missing, one line each."""

    def add(self, other: "Marks") -> None:
        """Add up two counts."""
        self.right += other.right
        self.wrong += other.wrong
        self.missing += other.missing
        self.silent += other.silent
        self.notes += other.notes

    @property
    def silent_share(self) -> float:
        """Share of what holds, or was said, of which truth is silent: 0 to 1."""
        judged = _sum(self.right, None) + _sum(self.wrong, None) + _sum(self.missing, None)
        return self.silent / (self.silent + judged) if self.silent else 0.0

    def precision(self, word: str | None = None) -> float:
        """Return the share of what was told that is true; 1 where nothing was told."""
        right, wrong = _sum(self.right, word), _sum(self.wrong, word)
        return right / (right + wrong) if right + wrong else 1.0

    def recall(self, word: str | None = None) -> float:
        """Return the share of what is true that was told; 1 where there is nothing to tell."""
        right, missing = _sum(self.right, word), _sum(self.missing, word)
        return right / (right + missing) if right + missing else 1.0

    def f1(self, word: str | None = None) -> float:
        """Return the harmonic mean of both."""
        precision, recall = self.precision(word), self.recall(word)
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


class Watching:
    """Shows a scene one play, frame by frame, and keeps what it tells."""

    def __init__(self, truth: Truth, scene: Scene) -> None:
        self.scene = scene
        self.changes: list[Change] = []
        self.relations = Marks()
        self._truth = truth
        self._names: dict[int, Counter[str]] = {}
        self._next = LOOKS

    def show(self, view: View, sights: Iterable[Sight]) -> None:
        """Show one frame; the sights tell whom each box belongs to."""
        self.changes += self.scene.observe(view)
        boxes = [(sight.actor.name, sight.actor.label, sight.box) for sight in sights]
        for thing in self.scene.things.values():
            if thing.seen:
                best = max(
                    (
                        (_iou(thing.box, box), name)
                        for name, label, box in boxes
                        if label == thing.label
                    ),
                    default=(0.0, ""),
                )
                if best[0] > 0.3:  # noqa: PLR2004
                    self._names.setdefault(thing.id, Counter())[best[1]] += 1
        if view.captured_at >= self._next - 1e-6:
            self._next += LOOKS
            self._compare(view.captured_at)

    def events(self) -> Marks:
        """Compare all changes with the facts of the play."""
        told = [fact for change in self.changes if (fact := self.fact(change)) is not None]
        return compare(self._truth.facts(), told)

    def causes(self) -> set[tuple[str, str, str]]:
        """Return the causal links found: pattern, actor of the cause, actor of the effect."""
        return {
            (link.pattern, self.name(thing), self.name(link.effect.things[0]))
            for link in self.scene.causality.links
            for thing in link.cause.things
            if link.effect.things
        }

    def name(self, thing: int) -> str:
        """Name the actor an object is, by most of the boxes it had."""
        names = self._names.get(thing)
        return names.most_common(1)[0][0] if names else f"nobody{thing}"

    def fact(self, change: Change) -> Fact | None:
        """Say what a change tells, as the truth would; None for what has no single time."""
        if isinstance(change, Related | Unrelated | Relabelled):
            return None
        word = _WORDS[type(change)]
        who = tuple(self.name(thing) for thing in change.things)
        at, detail = change.at, str(getattr(change, "zone", ""))
        match change:
            case Counted():
                at, who = change.since, ()
                detail = f"{change.label} {change.zone or ''} {change.count}"
            case Dwelt():
                detail = f"{change.zone} {change.seconds:g}"
            case Crossed():
                detail = f"{change.line} {change.way}"
            case WrongWay():
                detail = change.place
            case _:
                pass
        if word in {"crowded", "uncrowded"}:
            who = ()
        if word.startswith("group"):
            who = tuple(sorted(who))
        return Fact(word, who, at, detail)

    def _compare(self, at: float) -> None:
        said = {
            key for relation in self.scene.relations() if (key := self._key(relation)) is not None
        }
        for key, holds in self._truth.holds(at).items():
            if key[1] not in _JUDGED:
                continue
            if holds is None:
                self.relations.silent += key in said
                continue
            if holds and key in said:
                self.relations.right[key[1]] += 1
            elif holds or key in said:
                kind = "missing" if holds else "wrong"
                (self.relations.missing if holds else self.relations.wrong)[key[1]] += 1
                note = f"{self._truth.play.name} {at:.1f} {kind} {' '.join(key)}"
                self.relations.notes.append(note)

    def _key(self, relation: Relation) -> Key | None:
        subject = self.name(relation.subject)
        other = relation.object if isinstance(relation.object, str) else self.name(relation.object)
        if relation.predicate == "blocks" and isinstance(relation.object, str):
            return None
        if relation.predicate in SYMMETRIC and other < subject:
            subject, other = other, subject
        return subject, relation.predicate, other


def compare(facts: Sequence[Fact], told: Sequence[Fact]) -> Marks:
    """Match what is true with what was told, nearest in time first, each at most once."""
    marks = Marks()
    pairs = sorted(
        (abs(fact.at - said.at), fact.optional, number, other)
        for number, fact in enumerate(facts)
        for other, said in enumerate(told)
        if (fact.kind, fact.who, fact.detail) == (said.kind, said.who, said.detail)
        and abs(fact.at - said.at) <= TOLERANCE
    )
    # What must be told comes first: an optional fact beside it must not take its place.
    pairs.sort(key=lambda pair: pair[1])
    used, matched = set[int](), set[int]()
    for _, _, number, other in pairs:
        if number not in used and other not in matched:
            used.add(number)
            matched.add(other)
            if not facts[number].optional:
                marks.right[facts[number].kind] += 1
    for number, fact in enumerate(facts):
        if number not in used and not fact.optional:
            marks.missing[fact.kind] += 1
            marks.notes.append(f"missing {fact.kind} {fact.who} {fact.detail} at {fact.at:.1f}")
    for other, said in enumerate(told):
        if other not in matched:
            marks.wrong[said.kind] += 1
            marks.notes.append(f"wrong {said.kind} {said.who} {said.detail} at {said.at:.1f}")
    return marks


def _sum(counts: Mapping[str, int], word: str | None) -> int:
    return sum(counts.values()) if word is None else counts.get(word, 0)


def _iou(one: Sequence[float], two: Sequence[float]) -> float:
    across, down = (
        min(one[2], two[2]) - max(one[0], two[0]),
        min(one[3], two[3]) - max(one[1], two[1]),
    )
    if across <= 0 or down <= 0:
        return 0.0
    area = (one[2] - one[0]) * (one[3] - one[1]) + (two[2] - two[0]) * (two[3] - two[1])
    return across * down / (area - across * down)
