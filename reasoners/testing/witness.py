"""Who looks at the pictures and tells the truth, in other words than the detector's."""

from collections.abc import Sequence
from random import Random
from typing import Any

from reasoners.keyframe import Keyframe
from reasoners.scene.zone import Zone
from reasoners.testing.yard import ASPECT, HALF, HIDDEN, WORDS, ZONES, Player, chance, hidden
from reasoners.verdict import Job


def truth(job: Job, players: Sequence[Player], random: Random) -> dict[str, Any]:
    """Say what the keyframes show, in other words than the detector's."""
    tracks = {sighting.track for sighting in job.sightings}
    shown = [
        player
        for player in players
        if any(hidden(player, k.captured_at, players) < HALF for k in job.keyframes)
        and not (player.doubtful and chance(random, 0.3))
    ]
    things = [_thing(player, job, players, tracks, random) for player in shown]
    if chance(random, 0.3):
        things.append(loose(random.choice(("brown parcel", "gate", "tree", "Briefkasten"))))
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


def loose(text: str) -> dict[str, Any]:
    """Tell of a thing, and nothing else of it."""
    thing: dict[str, Any] = {"text": text, "kind": text, "track": None, "attributes": []}
    return thing | {"motion": "cannot_tell", "zone": "cannot_tell"}


def _thing(
    player: Player, job: Job, players: Sequence[Player], tracks: set[str], random: Random
) -> dict[str, Any]:
    moments = [
        k.captured_at for k in job.keyframes if hidden(player, k.captured_at, players) < HALF
    ]
    kind = random.choice(WORDS[player.label])
    linked = player.track in tracks and chance(random, 0.93)
    zone: str | None = "cannot_tell"
    if chance(random, 0.8):
        zone = _zone(player, random.choice(moments))
    # Whoever only ever stood still or went on is told so; in between one cannot say.
    motion = "moving" if player.moving else "still"
    return {
        "text": kind,
        "kind": kind,
        "track": player.track if linked else None,
        "attributes": [],
        "motion": motion if chance(random, 0.7) else "cannot_tell",
        "zone": zone,
    }


def _zone(player: Player, at: float) -> str | None:
    for name, config in ZONES.items():
        if Zone(name, config).depth(player.foot(at), ASPECT) >= 0:
            return name
    return None


def _counted(player: Player, keyframe: Keyframe, players: Sequence[Player], random: Random) -> bool:
    share = hidden(player, keyframe.captured_at, players)
    return share < HALF or (share < HIDDEN and chance(random, 0.5))
