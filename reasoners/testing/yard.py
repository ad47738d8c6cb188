"""A yard in truth: who comes and goes, where they stand, and who hides whom. From a seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from detectors import Box
from reasoners.scene.zone import ZoneConfig

SIZE: Final = (1280, 720)
ASPECT: Final = SIZE[0] / SIZE[1]

HIDDEN: Final = 0.65
"""Share of a box from which on nobody finds what is behind; from 0.3 on one may or may not."""

HALF: Final = 0.3

STILL: Final = 0.05
EDGE: Final = 0.01

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


def players(random: Random) -> list[Player]:
    """Let one to five of them come, the first of them somebody."""
    made = []
    labels = ["person", *random.choices(list(WORDS), (5, 3, 1, 1, 1), k=random.randint(0, 4))]
    for number, label in enumerate(labels, 1):
        y = random.uniform(0.6, 0.98)
        start = (random.uniform(0.1, 0.9), y)
        rests = chance(random, 0.7 if label in {"car", "truck"} else 0.3)
        end = start if rests else (random.uniform(0.1, 0.9), random.uniform(0.6, 0.98))
        comes = 0.0 if chance(random, 0.4) else random.uniform(0.5, 5.0)
        made.append(
            Player(
                f"t{number}",
                label,
                comes,
                9.0 if chance(random, 0.6) else random.uniform(comes + 2.5, 9.0),
                start,
                end,
                random.uniform(0.7, 1.3),
                chance(random, 0.1),
            )
        )
    return made


def hidden(player: Player, at: float, players: Sequence[Player], level: float = 0.0) -> float:
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


def chance(random: Random, probability: float) -> bool:
    """Toss a coin that falls so with a probability."""
    return random.random() < probability
