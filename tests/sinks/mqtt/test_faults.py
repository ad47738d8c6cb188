"""The broker goes away, hangs, refuses, forgets, changes; committed events still arrive."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rig.broker import Amqtt, Mosquitto, free_port
from rig.checker import Run, violations
from rig.delivery import WINDOW, Delivery
from rig.old_door import OldDoor
from rig.revisions import revision
from rig.subscriber import Subscriber

from sinks import CameraStatus, Credential, EventRejected, SinkRejected, SinkUnavailable, Stats
from sinks.journal import Journal
from sinks.mqtt import MqttSink

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("clean_loop")]
Make = Callable[..., MqttSink]
Log = Callable[[str, str | None], Credential]
CAMERAS = [f"camera{n}" for n in range(10)]
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open a journal with the one sink."""
    journal = Journal(tmp_path / "journal.db")
    journal.open()
    journal.register(["mqtt"])
    yield journal
    journal.close()


def commit(journal: Journal, numbers: range, **changes: Any) -> int:
    """Commit events of ten cameras in turn; return the last position."""
    events = [revision(n, camera=CAMERAS[n % len(CAMERAS)], **changes) for n in numbers]
    return journal.commit(events)[-1].position


def account(journal: Journal, delivery: Delivery, subscriber: Subscriber, **more: Any) -> list[str]:
    """Return every broken account of this run."""
    run = Run(
        committed=[entry.event.model_dump(mode="json") for entry in journal.after(0, 100_000)],
        sinks={name: _numbers(figures) for name, figures in journal.figures()["sinks"].items()},
        collected={"mqtt": subscriber.events},
        reconnects={"mqtt": delivery.connects},
        window=WINDOW,
        **more,
    )
    return violations(run)


def _numbers(figures: Any) -> dict[str, int]:
    return dict(figures)


@pytest.mark.fault("F30")
async def test_events_of_an_outage_drain_in_order(
    tmp_path: Path, journal: Journal, make: Make
) -> None:
    """F30, scaled: what was committed while the broker was away arrives, once and in order."""
    broker = Mosquitto.shipped(tmp_path)
    delivery = Delivery(journal, make(broker))
    last = commit(journal, range(1, 501))
    async with asyncio.TaskGroup() as group:
        draining = group.create_task(delivery.drain(last))
        await asyncio.sleep(0.2)
        assert not draining.done()
        with broker, Subscriber(broker.port, tmp_path / "collected") as subscriber:
            await draining
            subscriber.wait(lambda s: len(s.events) >= 500)
            assert account(journal, delivery, subscriber) == []


@pytest.mark.fault("F31")
async def test_events_survive_a_broker_that_keeps_crashing(
    tmp_path: Path, journal: Journal, make: Make
) -> None:
    """F31, scaled: nothing the broker had not acknowledged is lost, and states come back."""
    broker = Mosquitto.shipped(tmp_path)
    sink = make(broker)
    delivery = Delivery(journal, sink)
    loop = asyncio.get_running_loop()
    kills: list[float] = []
    with broker, Subscriber(broker.port, tmp_path / "collected") as subscriber:
        for round_ in range(5):
            last = commit(journal, range(round_ * 200 + 1, round_ * 200 + 201))
            async with asyncio.TaskGroup() as group:
                group.create_task(delivery.drain(last))
                reached = len(delivery.acknowledged) + 60
                async with asyncio.timeout(20):
                    await delivery.reaches(reached)
                broker.kill()
                kills.append(loop.time())
                await asyncio.sleep(0.05)
                broker.start()
        done = {event["id"] for event in subscriber.events}
        # What the broker acknowledged and had not passed on when it died is the broker's to lose.
        theirs = {
            event
            for at, event in delivery.acknowledged
            if any(0 <= kill - at < 1.5 for kill in kills)
        }
        subscriber.wait(
            lambda s: len({event["id"] for event in s.events} | theirs) >= 1000, timeout=20
        )
        assert len(done) > 500
        excused = {"mqtt": frozenset((event, 1) for event in theirs)}
        assert account(journal, delivery, subscriber, excused=excused) == []
    assert 6 <= delivery.connects <= 10, "each crash costs one connect"


def _all_online(subscriber: Subscriber) -> bool:
    topics = ("availability", "cameras/porch/state")
    return all(subscriber.latest(f"lookout/box1/{topic}") == "online" for topic in topics)


@pytest.mark.fault("F31")
async def test_a_lost_state_is_shown_again_soon(tmp_path: Path, make: Make) -> None:
    """F31: three seconds after a broker that forgot everything is back, the states are right."""
    broker = Mosquitto(tmp_path)
    sink = make(broker)

    async def keep_shown() -> None:
        while True:
            try:
                async with sink:
                    await sink.show(CameraStatus(camera="porch", state="online", since=1))
                    await sink.lost()
            except SinkUnavailable:
                await asyncio.sleep(0.1)

    with broker:
        async with asyncio.TaskGroup() as group:
            shown = group.create_task(keep_shown())
            await asyncio.sleep(0.3)
            broker.kill()
            broker.start()
            with Subscriber(broker.port, tmp_path / "collected") as late:
                await asyncio.to_thread(late.wait, _all_online, 3)
            shown.cancel()


@pytest.mark.fault("F32")
async def test_a_broker_that_hangs_is_left(tmp_path: Path, journal: Journal, make: Make) -> None:
    """F32: an open connection to a frozen broker ends by the timeout; the event comes again."""
    with Mosquitto(tmp_path) as broker, Subscriber(broker.port, tmp_path / "out") as subscriber:
        sink = make(broker, timeout=1)
        delivery = Delivery(journal, sink)
        await sink.__aenter__()
        broker.freeze()
        began = time.monotonic()
        with pytest.raises(SinkUnavailable, match="no receipt within 1 s"):
            await sink.deliver(revision(1))
        assert time.monotonic() - began < 3
        await sink.__aexit__(None, None, None)
        broker.thaw()
        await delivery.drain(commit(journal, range(1, 2)))
        subscriber.wait(lambda s: len(s.events) >= 1)


ACL_WITHOUT_EVENTS = """
user lookout
topic readwrite lookout/box1/selftest
topic write lookout/box1/availability
"""
ACL_WITHOUT_READING = """
user lookout
topic write lookout/box1/#
"""


@pytest.mark.fault("F33")
async def test_a_denied_event_is_never_taken_for_delivered(
    tmp_path: Path, journal: Journal, make: Make, login: Log
) -> None:
    """F33, MQTT 5: the reason code of the receipt counts; the event stays."""
    last = commit(journal, range(1, 5))
    with Mosquitto.guarded(tmp_path, ACL_WITHOUT_EVENTS, {"lookout": "s3cret"}) as broker:
        sink = make(broker, {"broker": login("lookout", "s3cret")}, credential="broker")
        delivery = Delivery(journal, sink)
        with pytest.raises(ExceptionGroup) as caught:
            await delivery.drain(last)
        assert caught.group_contains(SinkRejected, match="mqtt_denied: lookout/box1/events/")
        async with sink:
            await sink.show(Stats(at=1, node="box1", uptime_s=1))
            assert sink.refused == 1
    figures = journal.figures()["sinks"]["mqtt"]
    assert (figures["delivered"], figures["waiting"], figures["dead_lettered"]) == (0, 4, 0)


@pytest.mark.fault("F33")
async def test_a_broker_that_does_not_let_us_read_ourselves_is_refused(
    tmp_path: Path, make: Make, login: Log
) -> None:
    """F33: the self-test says which topic is denied, and what to allow."""
    with Mosquitto.guarded(tmp_path, ACL_WITHOUT_READING, {"lookout": "s3cret"}) as broker:
        sink = make(broker, {"broker": login("lookout", "s3cret")}, credential="broker", timeout=1)
        with pytest.raises(
            SinkRejected, match=r"mqtt_denied: lookout/box1/selftest: .*did not come back; let"
        ):
            await sink.__aenter__()


@pytest.mark.fault("F33")
async def test_an_older_broker_that_denies_us_is_found_out_before_anything_is_sent(
    tmp_path: Path, journal: Journal, make: Make, login: Log
) -> None:
    """F33, MQTT 3.1.1: its receipts cannot say no, but our own words do not come back."""
    last = commit(journal, range(1, 5))
    acl = "user lookout\ntopic readwrite other/#\n"
    with Mosquitto.guarded(tmp_path, acl, {"lookout": "s3cret"}) as broker:
        async with OldDoor(broker.port) as door:
            sink = make(
                door, {"broker": login("lookout", "s3cret")}, credential="broker", timeout=1
            )
            with pytest.raises(SinkRejected, match=r"lookout/box1/selftest: .*did not come back"):
                await Delivery(journal, sink).drain(last)
    figures = journal.figures()["sinks"]["mqtt"]
    assert (figures["delivered"], figures["waiting"]) == (0, 4)


async def test_behind_an_old_door_events_arrive_by_the_older_protocol(
    tmp_path: Path, journal: Journal, make: Make
) -> None:
    """What the test above refuses is let through where the broker allows it."""
    last = commit(journal, range(1, 5))
    with Mosquitto(tmp_path) as broker, Subscriber(broker.port, tmp_path / "out") as subscriber:
        async with OldDoor(broker.port) as door:
            sink = make(door)
            async with sink:
                assert sink.version == 4
            await Delivery(journal, sink).drain(last)
            await asyncio.to_thread(subscriber.wait, lambda s: len(s.events) == 4)


@pytest.mark.parametrize("password", ["wrong", None])
async def test_a_wrong_password_needs_a_person(
    tmp_path: Path, make: Make, login: Log, password: str | None
) -> None:
    """The error names the credential and shows nothing of it."""
    with Mosquitto.guarded(tmp_path, ACL_WITHOUT_READING, {"lookout": "s3cret"}) as broker:
        sink = make(broker, {"broker": login("lookout", password)}, credential="broker")
        with pytest.raises(SinkRejected, match="credential `broker`") as caught:
            await sink.__aenter__()
        assert "wrong" not in str(caught.value)


@pytest.mark.fault("F34")
async def test_an_event_too_large_for_the_broker_is_put_aside_and_the_rest_flows(
    tmp_path: Path, journal: Journal, make: Make
) -> None:
    """F34: three refusals, then a dead letter; neither its camera nor any other is blocked."""
    commit(journal, range(1, 11))
    commit(journal, range(11, 12), size=5000)
    last = commit(journal, range(12, 31))
    settings = ["allow_anonymous true", "message_size_limit 2000"]
    with (
        Mosquitto(tmp_path, settings) as broker,
        Subscriber(broker.port, tmp_path / "out") as subscriber,
    ):
        delivery = Delivery(journal, make(broker))
        async with asyncio.timeout(10):
            await delivery.drain(last)
        subscriber.wait(lambda s: len(s.events) >= 29)
        excused = {"mqtt": frozenset({("e11", 1)})}
        assert account(journal, delivery, subscriber, excused=excused) == []
        assert delivery.connects == 1
    assert delivery.refusals == {11: 3}
    assert journal.figures()["sinks"]["mqtt"]["dead_lettered"] == 1


@pytest.mark.fault("F34")
async def test_a_broker_that_says_what_it_takes_is_not_sent_more(
    tmp_path: Path, make: Make
) -> None:
    """The limit from the broker's greeting is obeyed before it closes the connection."""
    settings = ["allow_anonymous true", "max_packet_size 2000"]
    with Mosquitto(tmp_path, settings) as broker:
        async with make(broker) as sink:
            with pytest.raises(EventRejected, match="too large for the broker"):
                await sink.deliver(revision(1, size=3000))
            await sink.deliver(revision(2))


DAEMON = """
import asyncio, sys
from pathlib import Path
from sinks import Site
from sinks.mqtt import MqttConfig, MqttSink

async def main():
    site = Site("box1", "0", Path("."), lambda name: None, lambda: 0.0)
    async with MqttSink("mqtt", MqttConfig(url=sys.argv[1], keepalive=5), site):
        print("up", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.fault("F35")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_dead_daemon_is_said_to_be_offline(tmp_path: Path, how: signal.Signals) -> None:
    """F35: the broker says it, within 1.5 times the keepalive even if nobody hung up."""
    with (
        Mosquitto(tmp_path) as broker,
        Subscriber(broker.port, tmp_path / "out") as subscriber,
        subprocess.Popen(
            [sys.executable, "-c", DAEMON, broker.url], cwd=ROOT, stdout=subprocess.PIPE
        ) as daemon,
    ):
        try:
            assert daemon.stdout is not None
            assert daemon.stdout.readline() == b"up\n"
            topic = "lookout/box1/availability"
            subscriber.wait(lambda s: s.latest(topic) == "online")
            daemon.send_signal(how)
            subscriber.wait(lambda s: s.latest(topic) == "offline", timeout=5 * 1.5 + 10)
        finally:
            daemon.kill()


@pytest.mark.fault("F69")
async def test_the_newer_protocol_is_tried_again_at_each_connect(
    tmp_path: Path, make: Make
) -> None:
    """F69: only a clear no leads to 3.1.1; when the broker has learnt 5, so do we."""
    port = free_port()
    old, new = Amqtt(port), Mosquitto(tmp_path, port=port)
    sink = make(old)
    with old:
        async with sink:
            assert sink.version == 4
            await sink.deliver(revision(1))
    with pytest.raises(SinkUnavailable):
        await sink.__aenter__()
    with new:
        async with sink:
            assert sink.version == 5
            await sink.deliver(revision(2))
    with old:
        with pytest.raises(SinkUnavailable):
            await sink.__aenter__()
        async with sink:
            assert sink.version == 4


@pytest.mark.fault("F69")
async def test_silence_and_refusal_do_not_lead_to_the_older_protocol(
    tmp_path: Path, make: Make, login: Log
) -> None:
    """F69: a frozen broker and a wrong password stay what they are."""
    with Mosquitto.guarded(tmp_path, ACL_WITHOUT_EVENTS, {"lookout": "s3cret"}) as broker:
        sink = make(broker, {"broker": login("lookout", "wrong")}, credential="broker", timeout=1)
        with pytest.raises(SinkRejected):
            await sink.__aenter__()
        broker.freeze()
        with pytest.raises(SinkUnavailable, match="no answer within 1 s"):
            await sink.__aenter__()
        assert sink.version is None


@pytest.mark.fault("F70")
async def test_two_daemons_of_one_name_do_not_flap(tmp_path: Path, make: Make) -> None:
    """F70: the first one names the take-over and steps back; the second one stays connected."""
    with Mosquitto(tmp_path) as broker:
        first, second = make(broker), make(broker)
        await first.__aenter__()
        await second.__aenter__()
        with pytest.raises((SinkUnavailable, SinkRejected)):
            await asyncio.wait_for(first.lost(), 2)
        await first.__aexit__(None, None, None)
        with pytest.raises(SinkRejected, match="session taken over"):
            await first.__aenter__()
        with pytest.raises(SinkUnavailable):
            await asyncio.wait_for(second.lost(), 2)
        await second.__aexit__(None, None, None)
        async with second:
            await second.deliver(revision(1))


async def test_a_restarted_daemon_is_no_take_over(tmp_path: Path, make: Make) -> None:
    """A new process of the same name finds the mark of the old one and goes on."""
    with Mosquitto.shipped(tmp_path) as broker:
        async with make(broker):
            pass
        async with make(broker) as again:
            await again.deliver(revision(1))


async def test_a_trial_does_not_disturb_the_daemon(tmp_path: Path, make: Make) -> None:
    """Checking the configuration leaves a running daemon connected, online and unmarked."""
    with Mosquitto(tmp_path) as broker, Subscriber(broker.port, tmp_path / "out") as subscriber:
        daemon = make(broker)
        async with daemon:
            async with make(broker, trial=True):
                pass
            await daemon.deliver(revision(1))
            subscriber.wait(lambda s: len(s.events) == 1)
            assert subscriber.latest("lookout/box1/availability") == "online"
        async with daemon:
            await daemon.deliver(revision(2))
