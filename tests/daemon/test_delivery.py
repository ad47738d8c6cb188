"""From the journal to one sink: in order, at least once, from the sink's own cursor."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import pytest
from pydantic import BaseModel
from rig.revisions import revision
from rig.waiting import running, until

from daemon.board import ATTEMPTS, Board
from daemon.clock import Clock
from daemon.delivery import REFUSALS, Delivery
from daemon.recorder import Recorder
from daemon.supervisor import Failure, Retry, keep_alive
from daemon.window import WINDOW
from reasoners import Event
from sinks import (
    Arrangement,
    CameraStatus,
    Credential,
    EventRejected,
    Message,
    Notice,
    Place,
    Sink,
    SinkRejected,
    SinkUnavailable,
    Site,
)
from sinks.journal import Journal, Limits
from sinks.testing import ScriptedConfig, ScriptedSink

QUICK = Retry((SinkUnavailable,), (SinkRejected,), first=0.01, most=0.02, parked=0.05)


@dataclass
class Corridor:
    """One journal, one sink, and what lies between."""

    recorder: Recorder
    board: Board
    path: Path
    site: Site
    beats: list[None] = field(default_factory=list)

    def delivery(
        self, open_sink: Callable[[], Sink], cursor: int = 0, name: str = "out"
    ) -> Delivery:
        """Connect a sink."""
        return Delivery(
            name,
            "box1",
            open_sink,
            cursor=cursor,
            recorder=self.recorder,
            board=self.board,
            clock=Clock(),
            beat=lambda: self.beats.append(None),
            refusal_delay=0.01,
        )

    def scripted(self, cursor: int = 0, name: str = "out", **script: Any) -> Delivery:
        """Connect the scripted sink."""
        config = ScriptedConfig(path=self.path, **script)
        return self.delivery(lambda: ScriptedSink(name, config, self.site), cursor, name)

    def lines(self) -> list[dict[str, Any]]:
        """Return every line that the scripted sink wrote."""
        text = self.path.read_text() if self.path.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def got(self, camera: str | None = None) -> list[str]:
        """Return the ids of the events that arrived, in order."""
        events = [line for line in self.lines() if "id" in line]
        return [event["id"] for event in events if camera in (None, event["camera"])]

    def shown(self, kind: str) -> list[dict[str, Any]]:
        """Return the messages of a kind that were shown."""
        return [line["message"] for line in self.lines() if line.get("shown") == kind]

    async def commit(self, *numbers: int, camera: str = "porch") -> None:
        """Commit events."""
        for number in numbers:
            await self.recorder.commit(revision(number, camera=camera))


@asynccontextmanager
async def made(folder: Path, **limits: int) -> AsyncIterator[Corridor]:
    """Make a journal in memory and a place for a sink."""
    site = Site("box1", "1", folder / "media", _no_credential, lambda: 0.0)
    async with Recorder(Journal(None, Limits(**limits)), None) as recorder:
        await recorder.prepare(["out"])
        yield Corridor(recorder, Board(), folder / "out.jsonl", site)


@pytest.fixture
async def corridor(tmp_path: Path) -> AsyncIterator[Corridor]:
    """Make a journal and a place for a sink."""
    async with made(tmp_path) as corridor:
        yield corridor


def alive(delivery: Delivery) -> Any:
    """Keep a delivery going as the daemon does."""
    return running(keep_alive("out", delivery.once, QUICK, told=delivery.failed))


async def test_events_arrive_in_order_and_the_cursor_follows(corridor: Corridor) -> None:
    """What is there and what comes later is delivered; the journal learns how far it is."""
    await corridor.commit(1, 2, 3)
    delivery = corridor.scripted()
    async with alive(delivery):
        await until(lambda: len(corridor.got()) == 3)
        await corridor.commit(4)
        await delivery.drained()
        await delivery.save()
    assert corridor.got() == ["e1", "e2", "e3", "e4"]
    figures = (await corridor.recorder.figures())["sinks"]["out"]
    assert (figures["cursor"], figures["delivered"], figures["waiting"]) == (4, 4, 0)
    assert figures["deliveries"] == delivery.figures.delivered == 4


class Arranging(ScriptedSink):
    """The scripted sink, which also notes what it is told to be configured, and when."""

    def __init__(self, config: ScriptedConfig, site: Site) -> None:
        super().__init__("out", config, site)
        self.told: list[str] = []

    async def arrange(self, arrangement: Arrangement) -> None:
        """Note it."""
        self.told.append(f"arranged {' '.join(place.name for place in arrangement.cameras)}")

    async def show(self, message: Message) -> None:
        """Note of which camera something is shown."""
        if isinstance(message, CameraStatus):
            self.told.append(f"shown {message.camera}")
        await super().show(message)


async def test_a_sink_hears_what_is_configured_between_two_states(corridor: Corridor) -> None:
    """While it is away it is told before it connects; who cannot use it is not told."""
    sink = Arranging(ScriptedConfig(path=corridor.path, unavailable_connects=3), corridor.site)
    delivery = corridor.delivery(lambda: sink)
    other = ScriptedConfig(path=corridor.path.with_suffix(".other"))
    plain = corridor.delivery(lambda: ScriptedSink("plain", other, corridor.site))
    corridor.board.arrange(Arrangement((Place("porch", "Porch"),)))
    async with alive(delivery), alive(plain):
        await until(lambda: delivery.figures.state == plain.figures.state == "online")
        for name in ("porch", "yard"):
            corridor.board.arrange(Arrangement((Place(name, name.title()),)))
            corridor.board.show(CameraStatus(camera=name, state="online", since=1))
            await until(lambda name=name: sink.told[-1] == f"shown {name}")  # type: ignore[misc]
    assert sink.told == [
        "arranged porch",
        *("arranged porch", "shown porch"),
        *("arranged yard", "shown yard"),
    ]


class Slow:
    """A sink that takes nothing until it is told to, and notes what is in flight together."""

    Config: ClassVar[type[BaseModel]] = ScriptedConfig

    def __init__(self) -> None:
        self.flying: list[Event] = []
        self.most = 0
        self.together: Counter[str] = Counter()
        self.taken: list[str] = []
        self.open = asyncio.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        pass

    async def deliver(self, event: Event) -> None:
        """Take the event once the sink is open."""
        self.flying.append(event)
        self.most = max(self.most, len(self.flying))
        for camera, count in Counter(event.camera for event in self.flying).items():
            self.together[camera] = max(self.together[camera], count)
        try:
            await self.open.wait()
        finally:
            self.flying.remove(event)
        self.taken.append(event.id)

    async def show(self, message: Message) -> None:
        """Show nothing."""

    def wants(self, kind: type[BaseModel]) -> bool:
        """Want nothing."""
        del kind
        return False


async def test_window_is_bounded_and_never_holds_two_of_one_camera(corridor: Corridor) -> None:
    """Many cameras are delivered side by side, one revision of each; the rest waits its turn."""
    sink = Slow()
    cameras = [f"cam{number}" for number in range(WINDOW + 5)]
    for number, camera in enumerate(cameras):
        await corridor.commit(number, camera=camera)
    await corridor.commit(*range(100, 110), camera="cam0")
    delivery = corridor.delivery(lambda: sink)
    async with running(delivery.once()):
        await until(lambda: len(sink.flying) == WINDOW)
        assert delivery.cursor == 0
        sink.open.set()
        await delivery.drained()
    assert sink.most == WINDOW
    assert max(sink.together.values()) == 1
    assert [found for found in sink.taken if found in {f"e{n}" for n in range(100, 110)}] == [
        f"e{number}" for number in range(100, 110)
    ]


class Swift(Slow):
    """A sink with one ordered connection, whose other side answers late and refuses some."""

    ahead = 4

    def __init__(self, refusals: dict[str, int]) -> None:
        super().__init__()
        self.refusals = refusals
        self.open.set()

    async def deliver(self, event: Event) -> None:
        """Let it arrive at once, unless it is refused; say so later."""
        left = self.refusals.get(event.id, 0)
        self.refusals[event.id] = left - 1
        if left <= 0:
            self.taken.append(event.id)
        self.flying.append(event)
        self.most = max(self.most, len(self.flying))
        await asyncio.sleep(0.01)
        self.flying.remove(event)
        if left > 0:
            raise EventRejected("not now")


async def test_pipelined_sink_gets_several_of_one_camera(corridor: Corridor) -> None:
    """So many follow each other without waiting for answers, in order, and no more."""
    sink = Swift({})
    await corridor.commit(*range(1, 31))
    delivery = corridor.delivery(lambda: sink)
    async with running(delivery.once()):
        await delivery.drained()
    assert sink.taken == [f"e{number}" for number in range(1, 31)]
    assert sink.most == Swift.ahead
    assert delivery.figures.delivered == delivery.cursor == 30


async def test_refused_midway_and_taken_later_brings_the_later_ones_again(
    corridor: Corridor,
) -> None:
    """What overtook it comes once more behind it: the last word of each is in order."""
    sink = Swift({"e2": 2, "e4": 1})
    await corridor.commit(*range(1, 9))
    delivery = corridor.delivery(lambda: sink)
    async with running(delivery.once()):
        await delivery.drained()
    assert sink.taken[:6] == ["e1", "e3", "e2", "e3", "e4", "e5"]
    last = {found: place for place, found in enumerate(sink.taken)}
    assert sorted(last, key=last.__getitem__) == [f"e{number}" for number in range(1, 9)]
    assert (delivery.figures.refused, delivery.figures.dead_lettered) == (3, 0)
    assert delivery.cursor == 8


async def test_refused_midway_for_good_is_set_aside_and_nothing_comes_twice(
    corridor: Corridor,
) -> None:
    """A dead letter overtakes nobody; afterwards that camera goes one at a time."""
    sink = Swift({"e2": REFUSALS})
    await corridor.commit(*range(1, 9))
    delivery = corridor.delivery(lambda: sink)
    async with running(delivery.once()):
        await until(lambda: delivery.figures.dead_lettered == 1)
        sink.most = 0
        await delivery.drained()
        await delivery.save()
    assert sink.taken == ["e1", "e3", "e4", "e5", "e6", "e7", "e8"]
    assert sink.most == 1
    figures = (await corridor.recorder.figures())["sinks"]["out"]
    assert (figures["delivered"], figures["dead_lettered"], figures["waiting"]) == (7, 1, 0)


async def test_slow_camera_holds_the_cursor_back(corridor: Corridor) -> None:
    """The cursor passes nothing that is still in flight: after a crash it comes again."""
    sink = Slow()
    await corridor.commit(1, camera="slow")
    await corridor.commit(2, camera="fast")
    delivery = corridor.delivery(lambda: sink)
    async with running(delivery.once()):
        await until(lambda: len(sink.flying) == 2)
    assert delivery.cursor == 0
    assert delivery.behind == 2
    sink.open.set()
    async with running(delivery.once()):
        await delivery.drained()
    assert sorted(sink.taken) == ["e1", "e2"]


async def test_refused_event_is_set_aside_after_three_refusals(corridor: Corridor) -> None:
    """A poisoned event delays its camera for three tries, then the next one passes; it is told."""
    await corridor.commit(1, 2, 3)
    delivery = corridor.scripted(refuse_ids=["e2"])
    async with alive(delivery):
        await delivery.drained()
        await until(lambda: corridor.shown("Notice"))
        await delivery.save()
    assert corridor.got() == ["e1", "e3"]
    assert (delivery.figures.refused, delivery.figures.dead_lettered) == (REFUSALS, 1)
    (notice,) = corridor.shown("Notice")
    assert notice["kind"] == "dead_letter"
    assert "e2" in notice["text"]
    figures = (await corridor.recorder.figures())["sinks"]["out"]
    assert (figures["delivered"], figures["dead_lettered"], figures["waiting"]) == (2, 1, 0)
    assert not delivery._refusals  # noqa: SLF001 (that nothing is kept is what holds)


async def test_refused_once_is_delivered_at_the_next_try(corridor: Corridor) -> None:
    """One refusal is no dead letter, and nothing overtakes the event meanwhile."""
    await corridor.commit(1, 2, 3)
    delivery = corridor.scripted(faults={2: "event_rejected"})
    async with alive(delivery):
        await delivery.drained()
    assert corridor.got() == ["e1", "e2", "e3"]
    assert (delivery.figures.refused, delivery.figures.dead_lettered) == (1, 0)


async def test_refusals_are_counted_over_reconnects(corridor: Corridor) -> None:
    """A connection that breaks between two refusals does not give an event three new tries."""
    await corridor.commit(1)
    faults = {1: "event_rejected", 2: "gone", 3: "event_rejected", 4: "event_rejected"}
    delivery = corridor.scripted(faults=faults)
    async with alive(delivery):
        await delivery.drained()
    assert delivery.figures.dead_lettered == 1
    assert delivery.figures.connects == 2


async def test_lost_connection_is_delivered_from_the_cursor_again(corridor: Corridor) -> None:
    """What was not acknowledged comes again, states are shown anew, order holds."""
    delivery = corridor.scripted(faults={3: "gone"}, unavailable_connects=2)
    await corridor.commit(1, 2, 3, 4)
    async with alive(delivery):
        await delivery.drained()
        await corridor.commit(5)
        await delivery.drained()
    assert corridor.got() == ["e1", "e2", "e3", "e4", "e5"]
    assert delivery.figures.connects == 4


async def test_idle_connection_that_is_lost_is_noticed(corridor: Corridor) -> None:
    """A sink that says `lost` is entered anew though no event is due, and shown every state."""
    delivery = corridor.scripted(faults={1: "gone"})
    await corridor.commit(1)
    async with alive(delivery):
        await delivery.drained()
    assert delivery.figures.connects == 2
    assert delivery.figures.state == "away"


async def test_cancelled_midway_loses_nothing(corridor: Corridor) -> None:
    """A delivery ended in the middle goes on from its cursor; duplicates, but no holes."""
    await corridor.commit(*range(1, 40))
    first = corridor.scripted(delay=0.01)
    async with alive(first):
        await until(lambda: len(corridor.got()) >= 5)
    await first.save()
    second = corridor.scripted(cursor=(await corridor.recorder.cursors(["out"]))["out"])
    async with alive(second):
        await second.drained()
    got = corridor.got()
    assert list(dict.fromkeys(got)) == [f"e{number}" for number in range(1, 40)]
    assert len(got) <= 39 + WINDOW


async def test_sink_that_refuses_us_is_told_once(corridor: Corridor, tmp_path: Path) -> None:
    """A refusal at connecting parks the sink; the others hear of it once, until it works again."""
    other = corridor.board.listen()
    corridor.path.mkdir()
    delivery = corridor.scripted()
    async with alive(delivery):
        await until(lambda: delivery.figures.connects >= 3)
        assert delivery.figures.state == "away"
        assert "out.jsonl" in delivery.figures.reason
        corridor.path.rmdir()
        await corridor.commit(1)
        await delivery.drained()
        assert delivery.figures.state == "online"
    notices = [await other.next()]
    assert isinstance(notices[0], Notice)
    assert (notices[0].kind, notices[0].details) == ("degraded", {"sink": "out"})
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await other.next()


async def test_broker_that_denies_has_its_own_notice(corridor: Corridor) -> None:
    """What a broker's rights forbid is `mqtt_denied`, told even after earlier outages."""
    other = corridor.board.listen()
    delivery = corridor.scripted()
    await delivery.failed(Failure("gone", parked=False, attempt=1, delay=1))
    await delivery.failed(Failure("mqtt_denied: lookout/#", parked=True, attempt=2, delay=1))
    await delivery.failed(Failure("mqtt_denied: lookout/#", parked=True, attempt=3, delay=1))
    told = await other.next()
    assert isinstance(told, Notice)
    assert told.kind == "mqtt_denied"


@pytest.mark.fault("F68")
async def test_sink_behind_the_limits_goes_on_and_is_not_behind(tmp_path: Path) -> None:
    """What expired while a sink was away is skipped: nothing waits for what is not there."""
    async with made(tmp_path, count=2) as corridor:
        delivery = corridor.scripted(unavailable_connects=10**6)
        await corridor.commit(*range(1, 6))
        assert delivery.behind == 5
        (expired,) = await corridor.recorder.expire(0)
        delivery.skip((await corridor.recorder.cursors(["out"]))["out"])
        assert (expired.count, delivery.behind) == (3, 2)
        delivery = corridor.scripted(cursor=delivery.cursor)
        async with alive(delivery):
            await delivery.drained()
        assert corridor.got() == ["e4", "e5"]


@pytest.mark.fault("F66")
async def test_sinks_that_hang_or_refuse_hold_up_nobody_else(tmp_path: Path) -> None:
    """One sink hangs, one refuses us; the third gets everything, and each account holds."""
    site = Site("box1", "1", tmp_path / "media", _no_credential, lambda: 0.0)
    scripts: dict[str, dict[str, Any]] = {
        "good": {},
        "hangs": {"faults": {1: "hang"}},
        "refuses": {"faults": dict.fromkeys(range(1, 1000), "rejected")},
    }
    async with Recorder(Journal(tmp_path / "journal.sqlite"), None) as recorder:
        await recorder.prepare(list(scripts))
        sinks = {
            name: Corridor(recorder, Board(), tmp_path / f"{name}.jsonl", site).scripted(
                name=name, **script
            )
            for name, script in scripts.items()
        }
        async with alive(sinks["hangs"]), alive(sinks["refuses"]), alive(sinks["good"]):
            for number in range(1, 101):
                await recorder.commit(revision(number, camera=f"cam{number % 5}"))
            await sinks["good"].drained()
            await until(lambda: sinks["refuses"].figures.connects > 2)
        for sink in sinks.values():
            await sink.save()
        figures = (await recorder.figures())["sinks"]
    assert (figures["good"]["delivered"], figures["good"]["waiting"]) == (100, 0)
    for name in ("hangs", "refuses"):
        assert sinks[name].cursor < 100
        assert figures[name]["delivered"] + figures[name]["waiting"] == 100
    assert sinks["good"].figures.connects == 1


async def test_save_counts_each_delivery_once(corridor: Corridor) -> None:
    """Two savings at the same time do not count twice."""
    await corridor.commit(1, 2, 3)
    delivery = corridor.scripted()
    async with alive(delivery):
        await delivery.drained()
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(delivery.save())
    figures = (await corridor.recorder.figures())["sinks"]["out"]
    assert figures["deliveries"] == 3


class Deaf(ScriptedSink):
    """A sink whose connection is lost in the middle of the first messages it is shown."""

    def __init__(self, failures: int, *args: Any) -> None:
        super().__init__(*args)
        self.failures = failures

    async def show(self, message: Message) -> None:
        """Fail so many times, then take it."""
        if self.failures:
            self.failures -= 1
            raise SinkUnavailable("gone while it was shown something")
        await super().show(message)


@pytest.mark.parametrize(("failures", "arrive"), [(1, ["first", "second"]), (ATTEMPTS, ["second"])])
async def test_notice_is_not_lost_with_the_connection(
    corridor: Corridor, failures: int, arrive: list[str]
) -> None:
    """It comes again, in order; one that breaks every connection does not block the rest."""
    config = ScriptedConfig(path=corridor.path)
    delivery = corridor.delivery(lambda: Deaf(failures, "out", config, corridor.site))
    for text in ("first", "second"):
        corridor.board.tell(Notice(kind="gap", at=1.0, node="box1", text=text))
    async with alive(delivery):
        await until(lambda: len(corridor.shown("Notice")) == len(arrive))
    assert [notice["text"] for notice in corridor.shown("Notice")] == arrive
    assert delivery.figures.connects == failures + 1


async def test_sink_that_takes_long_to_connect_is_no_standstill(corridor: Corridor) -> None:
    """While somebody else is waited for, the watchdog hears that we are alive."""
    delivery = corridor.scripted(faults={1: "hang"})
    await corridor.commit(1, 2)
    async with running(delivery.once()):
        await until(lambda: delivery.figures.state == "online")
        before = len(corridor.beats)
        await until(lambda: len(corridor.beats) > before)


async def test_every_entry_leaves_the_window(corridor: Corridor) -> None:
    """Refused for good, delivered, or both at once: the cursor ends at the newest position."""
    for number in range(1, 31):
        await corridor.commit(number, camera=f"cam{number % 7}")
    refused = [f"e{number}" for number in range(3, 31, 9)]
    delivery = corridor.scripted(refuse_ids=refused)
    async with alive(delivery):
        await delivery.drained()
    assert delivery.cursor == corridor.recorder.position == 30
    assert set(corridor.got()) == {f"e{n}" for n in range(1, 31)} - set(refused)
    for camera in (f"cam{number}" for number in range(7)):
        order = [int(found[1:]) for found in corridor.got(camera)]
        assert order == sorted(order)


def _no_credential(name: str) -> Credential:
    pytest.fail(f"credential {name} is not needed")
