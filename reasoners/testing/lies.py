"""Reports with one lie, as no witness with eyes would tell it, of each kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final, Literal

from reasoners.keyframe import Keyframe, Sighting
from reasoners.testing.witness import loose
from reasoners.testing.yard import WORDS, ZONES, Player, chance, hidden
from reasoners.verdict import Job

Lie = Literal["count", "label", "zone", "order", "invented", "missed"]
LIES: Final[tuple[Lie, ...]] = ("count", "label", "zone", "order", "invented", "missed")

UNCLEAR: Final = 0.15
LEVEL: Final = 0.07
"""From here on, and this near to each other, boxes that jitter leave open who hides whom."""

SURE: Final = 0.5
BRIEFLY: Final = 0.5
PLAINLY: Final = 1.6
"""Seconds by which one comes plainly before another."""

ELSE: Final[dict[str, tuple[str, ...]]] = {
    "person": ("dog", "car", "bicycle"),
    "car": ("person", "dog"),
    "truck": ("person", "dog", "bicycle"),
    "dog": ("person", "car"),
    "bicycle": ("person", "dog"),
}
"""What nobody with eyes confuses."""


def lie(
    kind: Lie, report: dict[str, Any], job: Job, players: Sequence[Player], random: Random
) -> bool:
    """Put one lie into a report; tell whether the scene gives room for it.

    Args:
        kind: Which.
        report: A true one, which is changed.
        job: What was asked about.
        players: Who was there in truth.
        random: Chooses.
    """
    return _LIE[kind](_Scene(report, job, players, random))


@dataclass(frozen=True, slots=True)
class _Scene:
    """What a lie is made of."""

    report: dict[str, Any]
    job: Job
    players: Sequence[Player]
    random: Random

    @property
    def known(self) -> dict[str, Player]:
        return {player.track: player for player in self.players}

    @property
    def sure(self) -> dict[str, Sighting]:
        return {sighting.track: sighting for sighting in self.job.sightings if sighting.sure}

    @property
    def linked(self) -> list[dict[str, Any]]:
        return [thing for thing in self.report["things"] if thing["track"] in self.sure]

    @property
    def untracked(self) -> int:
        """People in the report without a track."""
        return sum(
            thing["track"] is None and thing["kind"] in WORDS["person"]
            for thing in self.report["things"]
        )


def _count(scene: _Scene) -> bool:
    """Count people wrongly, beyond those whom one may see or not."""
    count = scene.random.choice(scene.report["counts"])
    keyframe = next(k for k in scene.job.keyframes if k.name == count["keyframe"])
    seen = {thing.track for thing in keyframe.objects}
    at = keyframe.captured_at
    unclear = sum(
        (
            player.box(at) is not None
            and (player.doubtful or player.track not in seen or _behind(player, keyframe, scene))
        )
        # Just come, or just gone.
        or min(abs(at - player.comes), abs(at - player.goes)) < BRIEFLY
        for player in scene.players
        if player.label == "person"
    )
    true = count["count"]
    wrong = [n for n in range(true + 4) if not true - unclear <= n <= true + unclear]
    if wrong:
        count["count"] = scene.random.choice(wrong)
    return bool(wrong)


def _label(scene: _Scene) -> bool:
    """Call something what nobody with eyes takes it for."""
    if not scene.linked:
        return False
    thing = scene.random.choice(scene.linked)
    other = scene.random.choice(ELSE[scene.known[thing["track"]].label])
    thing["kind"] = thing["text"] = WORDS[other][0]
    return True


def _elsewhere(scene: _Scene) -> bool:
    """Put something into a zone where it never was."""
    if not scene.linked:
        return False
    thing = scene.random.choice(scene.linked)
    sighting = scene.sure[thing["track"]]
    far = [zone for zone in ZONES if zone not in (*sighting.zones, *sighting.near_zones)]
    if far:
        thing["zone"] = scene.random.choice(far)
    return bool(far)


def _order(scene: _Scene) -> bool:
    """Let two come in the wrong order, though one came plainly before the other."""
    order, known = scene.report["order"], scene.known
    start = min(keyframe.captured_at for keyframe in scene.job.keyframes)
    came = {track: max(known[track].comes, start) for track in order}
    pairs = [
        (one, other)
        for one in order
        for other in order
        if came[other] - came[one] > PLAINLY and one in scene.sure and other in scene.sure
    ]
    if not pairs:
        return False
    one, other = scene.random.choice(pairs)
    swap = {one: other, other: one}
    scene.report["order"] = [swap.get(track, track) for track in order]
    return True


def _invented(scene: _Scene) -> bool:
    """Tell of somebody who is not there, whom no track could be."""
    named = {thing["track"] for thing in scene.report["things"]}
    people = {sighting.track for sighting in scene.job.sightings if sighting.label == "person"}
    if len(people - named) > scene.untracked:
        return False
    extra = loose(scene.random.choice(WORDS["person"]))
    if chance(scene.random, 0.3):
        extra["track"] = "t99"
    scene.report["things"].append(extra)
    return True


def _missed(scene: _Scene) -> bool:
    """Do not tell of somebody who is plainly there, nor count them."""
    people = [
        thing
        for thing in scene.linked
        if scene.known[thing["track"]].label == "person" and _clear(thing["track"], scene)
    ]
    if not people or scene.untracked:
        return False
    gone = scene.random.choice(people)
    scene.report["things"].remove(gone)
    scene.report["order"] = [t for t in scene.report["order"] if t != gone["track"]]
    for count in scene.report["counts"]:
        count["count"] = max(0, count["count"] - 1)
    return True


_LIE: Final[dict[Lie, Callable[[_Scene], bool]]] = {
    "count": _count,
    "label": _label,
    "zone": _elsewhere,
    "order": _order,
    "invented": _invented,
    "missed": _missed,
}


def _behind(player: Player, keyframe: Keyframe, scene: _Scene) -> bool:
    """Tell whether one may not see a player well, behind another or beside it."""
    return hidden(player, keyframe.captured_at, scene.players, LEVEL) >= UNCLEAR


def _clear(track: str, scene: _Scene) -> bool:
    """Tell whether a track is plainly to be seen on a keyframe."""
    return any(
        seen.track == track
        and seen.score >= SURE
        and not _behind(scene.known[track], keyframe, scene)
        for keyframe in scene.job.keyframes
        for seen in keyframe.objects
    )
