"""Short plays with known endings: people, vehicles and things, and what happens between them.

Every play is told from a seed alone: who starts where, how fast and which way round. What it says
in `facts` and `ties` is what no geometry could tell; `reasoners.testing.truth` adds the rest.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from types import MappingProxyType
from typing import Final

from reasoners.scene.config import SceneConfig
from reasoners.scene.line import LineConfig
from reasoners.scene.relation import Predicate
from reasoners.scene.zone import ZoneConfig
from reasoners.testing.stage import BAG, BICYCLE, CAR, LYING, PERSON, Actor, Camera, Shape, Step

CAMERA: Final = Camera()
YARD: Final = ((-3.0, 6.0), (3.0, 6.0), (3.0, 9.0), (-3.0, 9.0))
LANE: Final = ((-7.5, 9.5), (7.5, 9.5), (8.5, 12.8), (-8.5, 12.8))
GATE: Final = ((4.0, 5.4), (4.0, 9.6))
"""Zones and a line, x and z in metres on the ground."""

LOITER, KEEP_CLEAR, CROWD, DWELL = 8.0, 4.0, 4, (3.0, 10.0)

CONFIG: Final = SceneConfig(
    zones={
        "yard": ZoneConfig(
            points=tuple(CAMERA.project(x, 0, z) for x, z in YARD), loiter=LOITER, crowd=CROWD
        ),
        "lane": ZoneConfig(
            points=tuple(CAMERA.project(x, 0, z) for x, z in LANE), way=90, keep_clear=KEEP_CLEAR
        ),
    },
    lines={"gate": LineConfig(points=tuple(CAMERA.project(x, 0, z) for x, z in GATE))},
    dwell=DWELL,
)
"""What is watched for in every play. The lane leads to the right; who goes to the right through the
gate goes forward."""

EDGE: Final = 16.0
"""Metres from the middle at which nobody is on the picture any more."""

VAN: Final = Shape(2.0, 2.4, 1.8)


@dataclass(frozen=True, slots=True)
class Fact:
    """A change that takes place."""

    kind: str
    """A key of `reasoners.scene.change.KINDS`."""

    who: tuple[str, ...]
    """Names of the actors, as the change names its things; sorted for a group."""

    at: float
    detail: str = ""
    """Zone, line and way, or what else tells two such changes apart."""

    optional: bool = False
    """It may be told or not: it lies on the border of what the word means."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A relation that holds, which only the script knows."""

    subject: str
    predicate: Predicate
    object: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Play:
    """One scene with its truth."""

    name: str
    actors: tuple[Actor, ...]
    facts: tuple[Fact, ...] = ()
    ties: tuple[Tie, ...] = ()
    causes: tuple[tuple[str, str, str], ...] = ()
    """Pattern, actor of the cause, actor of the effect."""

    ends: float = field(default=0.0)

    @property
    def seconds(self) -> float:
        """How long it is to be watched."""
        return self.ends or max(actor.ends for actor in self.actors) + 4.0


def walk(
    name: str,
    begin: float,
    stops: list[tuple[float, float, float]],
    speed: float,
    label: str = "person",
    shape: Shape = PERSON,
) -> Actor:
    """Let an actor go from place to place, (x, z, seconds it stays there), at one speed."""
    at, steps = begin, list[Step]()
    for x, z, stays in stops:
        if steps:
            last = steps[-1]
            at += max(((x - last.x) ** 2 + (z - last.z) ** 2) ** 0.5 / speed, 0.01)
        steps.append(Step(at, x, z))
        if stays:
            at += stays
            steps.append(Step(at, x, z))
    return Actor(name, label, shape, steps)


def passers(random: Random) -> Play:
    """Two people go through the yard, one after the other, from both sides."""
    near, far = random.uniform(6.6, 7.2), random.uniform(7.6, 8.4)
    speed = random.uniform(1.2, 1.7)
    one = walk("one", 0.5, [(-EDGE, near, 0), (EDGE, near, 0)], speed)
    two = walk("two", 12.0, [(EDGE, far, 0), (-EDGE, far, 0)], random.uniform(1.2, 1.7))
    return Play("passers", (one, two))


def loiterer(random: Random) -> Play:
    """Somebody comes into the yard, stays, goes to and fro and leaves."""
    z, side = random.uniform(7.0, 8.0), random.choice((-1, 1))
    stays = random.uniform(5.0, 6.0)
    stops = [(-EDGE * side, z, 0.0), (-1.5 * side, z, stays), (1.2 * side, z, stays)]
    one = walk("one", 0.5, [*stops, (EDGE * side, z, 0)], random.uniform(1.2, 1.6))
    return Play("loiterer", (one,))


def bag(random: Random) -> Play:
    """Somebody puts a bag down and goes; somebody else comes and takes it."""
    side, z = random.choice((-1, 1)), random.uniform(7.0, 8.0)
    spot, speed = random.uniform(-1.0, 1.0), random.uniform(1.2, 1.6)
    owner = walk("owner", 0.5, [(-EDGE * side, z, 0), (spot, z, 2.4), (-EDGE * side, z, 0)], speed)
    arrives = owner.steps[1].at
    put = arrives + 1.0
    lies = put + random.uniform(14.0, 18.0)
    back = random.uniform(1.2, 1.6)
    comes = (EDGE - 0.3 - spot * side) / back
    taker = walk(
        "taker",
        lies - 1.0 - comes,
        [(EDGE * side, z, 0), (spot + 0.3 * side, z, 2.0), (EDGE * side, z, 0)],
        back,
    )
    lying = spot + 0.35 * side
    steps = [
        *(Step(step.at, step.x + 0.2 * side, step.z - 0.05, up=0.55) for step in owner.steps[:2]),
        Step(put, spot + 0.2 * side, z - 0.05, up=0.55),
        Step(put + 0.3, lying, z, up=0.0),
        Step(lies, lying, z, up=0.0),
    ]
    seen = random.random() < 0.5  # noqa: PLR2004  half of the takers carry it openly
    leaves, gone = taker.steps[2], taker.steps[3]
    if seen:
        steps += [
            Step(lies + 0.3, leaves.x - 0.2 * side, z - 0.05, up=0.55),
            Step(leaves.at, leaves.x - 0.2 * side, z - 0.05, up=0.55),
            Step(gone.at, gone.x - 0.2 * side, z - 0.05, up=0.55),
        ]
    went = owner.steps[2].at + 3.0 / speed
    ties = [
        Tie("owner", "carries", "bag", 0.5, put),
        Tie("owner", "leaves_behind", "bag", went, lies),
    ]
    if seen:
        ties.append(Tie("taker", "carries", "bag", leaves.at, gone.at))
    return Play(
        "bag",
        (owner, taker, Actor("bag", "backpack", BAG, steps)),
        (
            Fact("left_behind", ("bag", "owner"), went + 0.5),
            Fact("taken", ("bag", "taker"), leaves.at + 1.0),
            # While it is in the hand it goes where its owner goes.
            *(
                Fact(kind, ("bag",), at, optional=True)
                for kind in ("stopped", "moved_off", "reappeared", "vanished")
                for at in (arrives, put, lies, leaves.at)
            ),
            Fact("hidden", ("bag", "taker"), lies, optional=True),
        ),
        tuple(ties),
        (("put_down", "owner", "bag"), ("carried_off", "taker", "bag")),
    )


def follower(random: Random) -> Play:
    """One goes through the yard, another behind, step by step."""
    side, z = random.choice((-1, 1)), random.uniform(7.0, 8.0)
    speed, behind = random.uniform(1.2, 1.5), random.uniform(2.6, 3.6)
    lead = walk("lead", 0.5, [(-EDGE * side, z, 0), (EDGE * side, z, 0)], speed)
    tail = walk("tail", 0.5 + behind / speed, [(-EDGE * side, z, 0), (EDGE * side, z, 0)], speed)
    return Play(
        "follower",
        (lead, tail),
        ties=(Tie("tail", "follows", "lead", tail.begins, lead.ends),),
        causes=(("followed_in", "lead", "tail"),),
    )


def couple(random: Random) -> Play:
    """Two people go side by side."""
    side, z = random.choice((-1, 1)), random.uniform(6.8, 7.6)
    speed = random.uniform(1.2, 1.5)
    one = walk("one", 0.5, [(-EDGE * side, z, 0), (EDGE * side, z, 0)], speed)
    two = walk("two", 0.5, [((-EDGE + 0.4) * side, z + 0.9, 0), (EDGE * side, z + 0.9, 0)], speed)
    return Play("couple", (one, two), ties=(Tie("one", "accompanies", "two", 0.5, one.ends),))


def company(random: Random) -> Play:
    """Three people meet from three sides, stand together and part."""
    z, speed = random.uniform(7.2, 7.8), random.uniform(1.2, 1.5)
    x, stays = random.uniform(-1.0, 1.0), random.uniform(6.0, 8.0)
    places = ((x - 0.8, z, -EDGE), (x + 0.8, z, EDGE), (x, z - 0.9, EDGE))
    arrives = 0.5 + (EDGE + 2) / speed
    actors = []
    for number, (a, b, far) in enumerate(places):
        way = abs(far - a)
        waits = stays + (0.0, 1.5, 4.5)[number]
        begin = arrives - way / speed + (0.0, 0.6, 3.2)[number]
        # The last comes when the two are there, and goes last.
        waits -= (0.0, 0.6, 3.2)[number]
        actors.append(walk(f"p{number}", begin, [(far, b, 0), (a, b, waits), (far, b, 0)], speed))
    together = max(actor.steps[1].at for actor in actors)
    apart = min(actor.steps[2].at for actor in actors)
    names = tuple(actor.name for actor in actors)
    return Play(
        "company",
        tuple(actors),
        (
            Fact("group_formed", names, together + 2.0),
            Fact("group_dissolved", names, apart + 1.2 + 1.2 + 2.0),
        ),
    )


def lane(random: Random) -> Play:
    """A car drives along the lane, and later one against it."""
    z, speed = random.uniform(11.0, 11.8), random.uniform(5.0, 7.0)
    right = walk("right", 0.5, [(-EDGE, z, 0), (EDGE, z, 0)], speed, "car", CAR)
    wrong = walk("wrong", 10.0, [(EDGE, z, 0), (-EDGE, z, 0)], speed, "car", CAR)
    return Play("lane", (right, wrong))


def fall(random: Random) -> Play:
    """Somebody falls, lies for a while and gets up."""
    side, z = random.choice((-1, 1)), random.uniform(7.0, 8.5)
    x, speed = random.uniform(-2.0, 2.0), random.uniform(1.1, 1.5)
    walks = walk("one", 0.5, [(-EDGE * side, z, 0), (x, z, 0)], speed).steps
    down = walks[-1].at
    lies = random.uniform(5.0, 7.0)
    up = down + lies
    steps = [
        *walks,
        Step(down + 0.01, x + 0.2 * side, z, LYING),
        Step(up, x + 0.2 * side, z, PERSON),
        Step(up + 1.5, x + 0.2 * side, z),
        Step(up + 1.5 + EDGE / speed, x + EDGE * side, z),
    ]
    facts = (
        Fact("looks_fallen", ("one",), down + 1.5),
        Fact("got_up", ("one",), up + 1.0),
        Fact("stopped_suddenly", ("one",), down, optional=True),
    )
    return Play("fall", (Actor("one", "person", PERSON, steps),), facts)


def runner(random: Random) -> Play:
    """Somebody walks, runs, and walks on."""
    side, z = random.choice((-1, 1)), random.uniform(6.8, 8.2)
    walks, runs = random.uniform(1.2, 1.5), random.uniform(3.3, 4.2)
    one = (EDGE - 5) / walks
    three = 10 / runs
    steps = [
        Step(0.5, -EDGE * side, z),
        Step(0.5 + one, -5 * side, z),
        Step(0.5 + one + three, 5 * side, z),
        Step(0.5 + one + three + one, EDGE * side, z),
    ]
    return Play(
        "runner",
        (Actor("one", "person", PERSON, steps),),
        (
            Fact("started_running", ("one",), 0.5 + one + 0.9),
            Fact("stopped_running", ("one",), 0.5 + one + three + 1.3),
        ),
    )


def braking(random: Random) -> Play:
    """A car brakes hard for somebody who crosses the lane, waits and drives on."""
    z, speed = random.uniform(11.0, 11.6), random.uniform(6.0, 7.5)
    x = random.uniform(1.0, 2.0)
    halt, brakes = x - 4.6, random.uniform(0.6, 0.8)
    slow = halt - speed * brakes / 2
    at = 6.0
    waits = random.uniform(5.0, 6.0)
    steps = [
        Step(at - (slow + EDGE) / speed, -EDGE, z),
        *(
            Step(at + brakes * part, slow + speed * brakes * (part - part * part / 2), z)
            for part in (0.0, 0.25, 0.5, 0.75, 1.0)
        ),
        Step(at + brakes + waits, halt, z),
        Step(at + brakes + waits + (EDGE - halt) / speed, EDGE, z),
    ]
    stood = at + brakes
    # Comes from the yard, is in the lane when the car brakes, and beyond it when it drives on.
    walks = 1.3
    person = walk("walker", at - 0.5 - (z - 1.2 - 5.2) / walks, [(x, 5.2, 0), (x, 15.5, 0)], walks)
    return Play(
        "braking",
        (Actor("car", "car", CAR, steps), person),
        (Fact("stopped_suddenly", ("car",), stood + 0.3), *_blocked("car", stood, waits)),
        (),
        (("gave_way", "walker", "car"),),
    )


def queue(random: Random) -> Play:
    """A car stands in the lane; one that comes up behind must wait until it drives on."""
    z, speed = random.uniform(11.0, 11.6), random.uniform(4.0, 5.0)
    front, gap = random.uniform(3.0, 4.0), random.uniform(1.5, 2.5)
    one, came = _car("front", 0.5, front, z, speed, random.uniform(11.0, 13.0))
    two, comes = _car("rear", 6.0, front - CAR.wide - gap, z, speed, 30.0)
    goes = one.steps[-2].at
    steps = [step for step in two.steps if step.at <= comes + 0.001]
    drives = goes + 1.5
    steps += [
        Step(drives, front - CAR.wide - gap, z),
        Step(drives + (EDGE + CAR.wide) / speed, front + EDGE, z),
    ]
    return Play(
        "queue",
        (one, Actor("rear", "car", CAR, steps)),
        (*_blocked("front", came, goes - came), *_blocked("rear", comes, drives - comes)),
        (Tie("front", "blocks", "rear", comes, goes),),
        (("held_up", "front", "rear"), ("freed", "front", "rear")),
    )


def _car(
    name: str, begin: float, halt: float, z: float, speed: float, waits: float
) -> tuple[Actor, float]:
    """Let a car come from the left, slow down gently, stand and drive on; also when it stood."""
    brakes = 3.0
    slow = halt - speed * brakes / 2
    at = begin + (slow + EDGE) / speed
    steps = [
        Step(begin, -EDGE, z),
        *(
            Step(at + brakes * part, slow + speed * brakes * (part - part * part / 2), z)
            for part in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
        ),
        Step(at + brakes + waits, halt, z),
        Step(at + brakes + waits + (EDGE - halt) / speed, EDGE, z),
    ]
    return Actor(name, "car", CAR, steps), at + brakes


def _blocked(name: str, stood: float, waits: float) -> tuple[Fact, ...]:
    """Say that it stands in the lane, which is to be kept clear, if it does so long enough."""
    margin = 1.5
    if waits < KEEP_CLEAR - margin:
        return ()
    sure = waits > KEEP_CLEAR + margin
    return (Fact("blocked", (name,), stood + KEEP_CLEAR, "lane", optional=not sure),)


def curtain(random: Random) -> Play:
    """Somebody goes behind a parked van and comes out on its other side."""
    side, z = random.choice((-1, 1)), random.uniform(6.4, 6.8)
    x = random.uniform(-1.5, 1.5)
    van = Actor("van", "truck", VAN, [Step(0.0, x, z), Step(30.0, x, z)])
    behind = z + 1.6
    one = walk("one", 0.5, [(-EDGE * side, behind, 0), (EDGE * side, behind, 0)], 1.6)
    return Play("curtain", (van, one), (), (), (("covered", "one", "one"),), ends=28.0)


def crowd(random: Random) -> Play:
    """Five people come into the yard, stand apart from each other, and go one by one."""
    speed, actors = random.uniform(1.3, 1.6), list[Actor]()
    places = ((-2.3, 6.6), (0.2, 8.4), (2.4, 6.7), (-2.2, 8.5))
    for number, (x, z) in enumerate(places):
        side = -1 if x < 0.1 else 1  # noqa: PLR2004
        begin = 0.5 + 2.2 * number + random.uniform(0, 0.4)
        stays = 14.0 + random.uniform(0, 0.5)
        stops = [(EDGE * side, z, 0.0), (x, z, stays), (EDGE * side, z, 0.0)]
        actors.append(walk(f"p{number}", begin, stops, speed))
    return Play("crowd", tuple(actors), causes=(("filled", "p3", "p0"),))


def still(random: Random) -> Play:
    """People stand about a parked van: before it, beside it, and one farther away."""
    x, stays = random.uniform(-0.5, 0.5), random.uniform(6.0, 8.0)
    van = Actor("van", "truck", VAN, [Step(0.0, x, 8.6), Step(40.0, x, 8.6)])
    actors = [van]
    for number, (a, z) in enumerate(((x + 0.2, 6.2), (x - 3.2, 6.6), (1.35 * (x - 3.2), 10.4))):
        side = 1 if number == 0 else -1
        stops = [(EDGE * side, z, 0.0), (a, z, stays), (EDGE * side, z, 0.0)]
        actors.append(walk(f"p{number}", 0.5 + 1.7 * number, stops, random.uniform(1.3, 1.5)))
    return Play("still", tuple(actors), ends=38.0)


def meeting(random: Random) -> Play:
    """Two people come towards each other, pass, and go on."""
    near = random.uniform(6.4, 6.8)
    far, speed = near + random.uniform(1.5, 2.0), random.uniform(1.2, 1.5)
    one = walk("one", 0.5, [(-EDGE, near, 0), (EDGE, near, 0)], speed)
    two = walk("two", 0.5, [(EDGE, far, 0), (-EDGE, far, 0)], random.uniform(1.2, 1.5))
    return Play("meeting", (one, two))


def busy(random: Random) -> Play:
    """Ten people go to and fro in four rows at once, and cover each other in passing."""
    actors = []
    for row, z in enumerate((6.2, 8.1, 10.6, 12.4)):
        side, speed = random.choice((-1, 1)), random.uniform(1.2, 1.6)
        begin = random.uniform(0.5, 3.0)
        for number in range(3 if row in {1, 2} else 2):
            way = [(-EDGE * side, z, 0.0), (EDGE * side, z, 0.0)]
            actors.append(walk(f"p{row}{number}", begin, way, speed))
            begin += random.uniform(8.5, 11.0) / speed
    return Play("busy", tuple(actors))


def cyclist(random: Random) -> Play:
    """Somebody rides by on a bicycle."""
    side, z = random.choice((-1, 1)), random.uniform(7.0, 8.5)
    speed = random.uniform(2.8, 3.6)
    ends = 0.5 + 2 * EDGE / speed
    way = (Step(0.5, -EDGE * side, z), Step(ends, EDGE * side, z))
    rider = [Step(step.at, step.x, step.z, up=0.35) for step in way]
    return Play(
        "cyclist",
        (Actor("bicycle", "bicycle", BICYCLE, way), Actor("rider", "person", PERSON, rider)),
        (),
        (Tie("rider", "on", "bicycle", 0.5, ends),),
    )


PLAYS: Final[Mapping[str, Callable[[Random], Play]]] = MappingProxyType(
    {
        play.__name__: play
        for play in (
            *(passers, loiterer, bag, follower, couple, company, lane),
            *(fall, runner, braking, queue, curtain, crowd, cyclist, still, meeting, busy),
        )
    }
)
"""Every play by its name."""


def play(name: str, seed: int) -> Play:
    """Tell one play; the same seed tells the same."""
    return PLAYS[name](Random(f"{name} {seed}"))  # noqa: S311  chance that is seeded
