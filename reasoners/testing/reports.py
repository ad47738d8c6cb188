"""Generated scenes with truth, and what a model may say about them: rightly, or with one lie.

A detector with the usual faults sees the scene: it misses, jitters, doubts, confuses labels. The
model sees the truth, as far as the keyframes show it, and tells it in its own words. Every scene
follows from a seed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final, Literal

from detectors import Box
from reasoners.event import Event, EventObject
from reasoners.keyframe import Keyframe, Shot, Sighting
from reasoners.question import Question
from reasoners.scene.zone import Zone, ZoneConfig
from reasoners.verdict import Job
from reasoners.vlm.choosing import picks
from reasoners.vlm.gallery import Gallery

Lie = Literal["count", "label", "zone", "order", "invented", "missed"]
LIES: Final[tuple[Lie, ...]] = ("count", "label", "zone", "order", "invented", "missed")

SIZE: Final = (1280, 720)
ASPECT: Final = SIZE[0] / SIZE[1]
FPS: Final = 5
HIDDEN: Final = 0.65
"""Share of a box from which on nobody finds what is behind; from 0.3 on one may or may not."""

HALF: Final = 0.3

UNCLEAR: Final = 0.15
LEVEL: Final = 0.07
"""From here on, and this near to each other, boxes that jitter leave open who hides whom."""

SURE: Final = 0.5
BRIEFLY: Final = 0.5
PLAINLY: Final = 1.6
"""Seconds by which one comes plainly before another."""

STILL: Final = 0.05
EDGE: Final = 0.01
JPEG: Final = b"\xff\xd8\xff\xe0 nothing is looked at here \xff\xd9"

ZONES: Final = {
    "path": ZoneConfig(points=((0.05, 0.55), (0.35, 0.55), (0.35, 1.0), (0.05, 1.0))),
    "step": ZoneConfig(points=((0.42, 0.5), (0.66, 0.5), (0.66, 1.0), (0.42, 1.0))),
    "lane": ZoneConfig(points=((0.74, 0.45), (0.98, 0.45), (0.98, 1.0), (0.74, 1.0))),
}

WORDS: Final[dict[str, tuple[str, ...]]] = {
    "person": ("person", "man", "woman", "courier", "Mann", "Frau", "行人", "pedestrian", "男子"),
    "car": ("car", "vehicle", "sedan", "Auto", "汽车", "SUV", "parked car", "Fahrzeug"),
    "truck": ("truck", "van", "vehicle", "Lastwagen", "卡车", "delivery van"),
    "dog": ("dog", "puppy", "Hund", "狗", "animal"),
    "bicycle": ("bicycle", "bike", "Fahrrad", "自行车"),
}
SHAPES: Final[dict[str, tuple[float, float]]] = {
    "person": (0.07, 0.3),
    "car": (0.24, 0.22),
    "truck": (0.3, 0.32),
    "dog": (0.09, 0.1),
    "bicycle": (0.12, 0.18),
}
ELSE: Final[dict[str, tuple[str, ...]]] = {
    "person": ("dog", "car", "bicycle"),
    "car": ("person", "dog"),
    "truck": ("person", "dog", "bicycle"),
    "dog": ("person", "car"),
    "bicycle": ("person", "dog"),
}
"""What nobody with eyes confuses."""


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody or something in truth."""

    track: str
    label: str
    comes: float
    goes: float
    start: tuple[float, float]
    """Middle of its feet, relative."""

    end: tuple[float, float]
    size: float
    doubtful: bool

    @property
    def moving(self) -> bool:
        """Whether it walks or drives at all."""
        return abs(self.start[0] - self.end[0]) + abs(self.start[1] - self.end[1]) > STILL

    def foot(self, at: float) -> tuple[float, float]:
        """Return where its feet are."""
        share = min(max((at - self.comes) / max(self.goes - self.comes, 0.1), 0.0), 1.0)
        x = self.start[0] + share * (self.end[0] - self.start[0])
        return x, self.start[1] + share * (self.end[1] - self.start[1])

    def box(self, at: float) -> Box | None:
        """Return its box; None when it is not there."""
        if not self.comes <= at <= self.goes:
            return None
        x, y = self.foot(at)
        wide, high = (side * self.size for side in SHAPES[self.label])
        left, right = max(0.0, x - wide / 2), min(1.0, x + wide / 2)
        return (left, max(0.0, y - high), right, min(1.0, y)) if right - left > EDGE else None


@dataclass(frozen=True, slots=True)
class Told:
    """A job about a scene, and a reply to it."""

    job: Job
    reply: dict[str, Any]
    """On form; true but for the lie, if there is one."""


def told(seed: int, lie: Lie | None = None) -> Told | None:
    """Generate a scene and what a model says of it; None where it gives no room for that lie."""
    random = Random(seed)  # noqa: S311 (a seeded play)
    players = _players(random)
    job = _watched(players, random)
    if job is None:
        return None
    reply = _truth(job, players, random)
    if lie is not None and not _LIE[lie](_Scene(reply["report"], job, players, random)):
        return None
    return Told(job, reply)


def _players(random: Random) -> list[Player]:
    players = []
    labels = ["person", *random.choices(list(WORDS), (5, 3, 1, 1, 1), k=random.randint(0, 4))]
    for number, label in enumerate(labels, 1):
        y = random.uniform(0.6, 0.98)
        start = (random.uniform(0.1, 0.9), y)
        rests = _chance(random, 0.7 if label in {"car", "truck"} else 0.3)
        end = start if rests else (random.uniform(0.1, 0.9), random.uniform(0.6, 0.98))
        comes = 0.0 if _chance(random, 0.4) else random.uniform(0.5, 5.0)
        players.append(
            Player(
                f"t{number}",
                label,
                comes,
                9.0 if _chance(random, 0.6) else random.uniform(comes + 2.5, 9.0),
                start,
                end,
                random.uniform(0.7, 1.3),
                _chance(random, 0.1),
            )
        )
    return players


def _watched(players: Sequence[Player], random: Random) -> Job | None:
    """Let a detector watch, choose keyframes, and ask about the first player."""
    gallery = Gallery(ZONES)
    zones = [Zone(name, config) for name, config in ZONES.items()]
    last: tuple[EventObject, ...] = ()
    for number in range(9 * FPS):
        at = number / FPS
        last = tuple(
            _seen(player, box, at, zones, random)
            for player in players
            if (box := player.box(at)) is not None
            and _hidden(player, at, players) < HIDDEN
            and _chance(random, 0.7 if player.doubtful else 0.96)
        )
        gallery.observe(number, at, SIZE, last)
    chosen = picks(gallery, ("t1",))[:4]
    course = gallery.course("t1")
    if not chosen or course is None:
        return None
    frames = sorted(chosen, key=lambda pick: pick.look.at)
    about = course.latest.shows("t1")
    event = Event.model_validate(
        {
            "id": "e1",
            "node": "box1",
            "camera": "yard",
            "revision": 1,
            "type": "new",
            "rule": "presence",
            "started_at": course.first_seen,
            "updated_at": course.first_seen,
            "objects": [about],
            "explanation": "Somebody came.",
            "frame": {"index": 1, "captured_at": course.first_seen, "received_at": 9.0},
        }
    )
    return Job(
        event=event,
        question="",
        images=(),
        deadline=5.0,
        questions=(Question("presence", "Is somebody there?"),),
        keyframes=tuple(
            Keyframe(
                f"k{number}",
                pick.look.index,
                pick.look.at,
                pick.reason,
                (Shot("whole", JPEG),),
                pick.look.objects,
            )
            for number, pick in enumerate(frames, 1)
        ),
        sightings=gallery.sightings([pick.look for pick in chosen], ("t1",)),
        zones=gallery.zones,
    )


def _seen(
    player: Player, box: Box, at: float, zones: Sequence[Zone], random: Random
) -> EventObject:
    wide, high = box[2] - box[0], box[3] - box[1]
    jittered = tuple(
        min(1.0, max(0.0, side + random.gauss(0, 0.03) * span))
        for side, span in zip(box, (wide, high, wide, high), strict=True)
    )
    left, top, right, bottom = jittered
    foot = ((left + right) / 2, bottom)
    label = player.label
    # Vans and pickups are now one, now the other.
    if label == "truck" and _chance(random, 0.1):
        label = "car"
    moving = player.moving and player.comes + 0.4 < at
    return EventObject.model_validate(
        {
            "track": player.track,
            "label": label,
            "score": min(0.99, max(0.2, random.gauss(0.42 if player.doubtful else 0.82, 0.07))),
            "box": (min(left, right), min(top, bottom), max(left, right), max(top, bottom)),
            "zones": [zone.name for zone in zones if zone.depth(foot, ASPECT) >= 0],
            "motion": {
                "speed": 0.05 if moving else 0.0,
                "heading": 90 if moving else None,
                "state": "moving" if moving else "stationary",
            },
        }
    )


def _hidden(player: Player, at: float, players: Sequence[Player], level: float = 0.0) -> float:
    """Return which share of a player's box is behind others that stand nearer.

    Args:
        player: Whose box.
        at: When.
        players: All of them.
        level: Picture heights by which another may stand farther away and count all the same.
    """
    box = player.box(at)
    if box is None:
        return 1.0
    area, most = (box[2] - box[0]) * (box[3] - box[1]), 0.0
    for other in players:
        shade = other.box(at)
        if other is player or shade is None or other.foot(at)[1] <= player.foot(at)[1] - level:
            continue
        wide = max(0.0, min(box[2], shade[2]) - max(box[0], shade[0]))
        high = max(0.0, min(box[3], shade[3]) - max(box[1], shade[1]))
        most = max(most, wide * high / area)
    return most


def _truth(job: Job, players: Sequence[Player], random: Random) -> dict[str, Any]:
    """Say what the keyframes show, in other words than the detector's."""
    tracks = {sighting.track for sighting in job.sightings}
    shown = [
        player
        for player in players
        if any(_hidden(player, k.captured_at, players) < HALF for k in job.keyframes)
        and not (player.doubtful and _chance(random, 0.3))
    ]
    things = [_thing(player, job, players, tracks, random) for player in shown]
    if _chance(random, 0.3):
        things.append(_loose(random.choice(("brown parcel", "gate", "tree", "Briefkasten"))))
    counts = []
    for keyframe in random.sample(job.keyframes, k=min(2, len(job.keyframes))):
        count = sum(_counted(p, keyframe, players, random) for p in shown if p.label == "person")
        counts.append({"kind": "person", "keyframe": keyframe.name, "count": count})
    start = min(keyframe.captured_at for keyframe in job.keyframes)
    listed = [player for player in shown if player.track in tracks]
    random.shuffle(listed)
    order = [p.track for p in sorted(listed, key=lambda p: max(p.comes, start))]
    given = {"answer": "yes", "confidence": random.randint(60, 99), "evidence": ["k1", "t1"]}
    report = {
        "description": "It is as it is.",
        "things": things,
        "counts": counts,
        "written": [],
        "why": "",
        "relations": [],
        "next": [],
        "order": order,
    }
    return {"answers": {"q1": given}, "report": report}


def _thing(
    player: Player, job: Job, players: Sequence[Player], tracks: set[str], random: Random
) -> dict[str, Any]:
    moments = [
        k.captured_at for k in job.keyframes if _hidden(player, k.captured_at, players) < HALF
    ]
    kind = random.choice(WORDS[player.label])
    linked = player.track in tracks and _chance(random, 0.93)
    zone: str | None = "cannot_tell"
    if _chance(random, 0.8):
        zone = _zone(player, random.choice(moments))
    # Whoever only ever stood still or went on is told so; in between one cannot say.
    motion = "moving" if player.moving else "still"
    return {
        "text": kind,
        "kind": kind,
        "track": player.track if linked else None,
        "attributes": [],
        "motion": motion if _chance(random, 0.7) else "cannot_tell",
        "zone": zone,
    }


def _loose(text: str) -> dict[str, Any]:
    thing: dict[str, Any] = {"text": text, "kind": text, "track": None, "attributes": []}
    return thing | {"motion": "cannot_tell", "zone": "cannot_tell"}


def _zone(player: Player, at: float) -> str | None:
    for name, config in ZONES.items():
        if Zone(name, config).depth(player.foot(at), ASPECT) >= 0:
            return name
    return None


def _counted(player: Player, keyframe: Keyframe, players: Sequence[Player], random: Random) -> bool:
    hidden = _hidden(player, keyframe.captured_at, players)
    return hidden < HALF or (hidden < HIDDEN and _chance(random, 0.5))


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
    def loose(self) -> int:
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
    if len(people - named) > scene.loose:
        return False
    extra = _loose(scene.random.choice(WORDS["person"]))
    if _chance(scene.random, 0.3):
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
    if not people or scene.loose:
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
    return _hidden(player, keyframe.captured_at, scene.players, LEVEL) >= UNCLEAR


def _clear(track: str, scene: _Scene) -> bool:
    """Tell whether a track is plainly to be seen on a keyframe."""
    return any(
        seen.track == track
        and seen.score >= SURE
        and not _behind(scene.known[track], keyframe, scene)
        for keyframe in scene.job.keyframes
        for seen in keyframe.objects
    )


def _chance(random: Random, probability: float) -> bool:
    return random.random() < probability
