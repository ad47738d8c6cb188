"""The server of a model is frozen, killed in mid-sentence, too small, away: events do not notice.

The same story for every server there is: one of our own in each run, and where PyTorch is
installed `llama-server`, or `transformers serve` where the former is not to be found.
"""

import sys
from pathlib import Path

import pytest
from rig.accounts import check
from rig.broker import Mosquitto
from rig.proxy import Proxy
from rig.questions import answered, asking, faults_of_events, open_questions, unanswered
from rig.served import Served, small
from rig.subscriber import Subscriber
from rig.visits import Visits

pytestmark = pytest.mark.broker

DEADLINE = 2.0
PATIENT = 8.0
"""Seconds a question has; the other servers compute, on a machine that may be busy."""

SPOKEN = ("verified", "rejected", "uncertain", "invalid")
"""States of those to whom the model said something, on form or not."""


@pytest.fixture(
    params=[
        pytest.param("small", id="small"),
        pytest.param("other", id="other", marks=pytest.mark.torch),
    ]
)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Served:
    """Describe the server that suffers."""
    if request.param == "small":
        return small(tmp_path, pause=0.01)
    found: Served = request.getfixturevalue("other_server")
    return found


@pytest.mark.fault("F22", "F23", "F71")
def test_a_server_that_freezes_overflows_and_dies(
    tmp_path: Path, broker: Mosquitto, server: Served
) -> None:
    """Each event is out at once and ends once, in time, also those that a restart cut off."""
    deadline = DEADLINE if server.command[0] == sys.executable else PATIENT
    clip = Visits(count=40, there=1.2, away=1.0).write(tmp_path / "visits.mp4")
    with (
        server,
        Proxy(server.port) as proxy,
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        asking(
            tmp_path / "d",
            clip,
            broker,
            {**server.reasoner(proxy.port), "deadline": f"{deadline:g}s", "at_once": 4},
        ) as lookout,
    ):
        subscriber.wait(lambda s: bool(answered(s, *SPOKEN)), 60)

        server.stop()
        frozen = answered(subscriber)
        subscriber.wait(lambda s: bool(answered(s, "timeout") - frozen), 60)
        lookout.wait(lambda: open_questions(lookout), 30, "a question that a frozen server has")
        lookout.kill()
        cut_off = unanswered(lookout)
        assert cut_off >= open_questions(lookout)
        server.resume()
        lookout.start()
        subscriber.wait(lambda s: cut_off <= answered(s), 60)

        if server.cramped:
            server.kill()
            server.start(*server.cramped)
            subscriber.wait(lambda s: bool(_too_long(s)), 60)
            server.kill()
            server.start()
        spoken = answered(subscriber, *SPOKEN)
        subscriber.wait(lambda s: bool(answered(s, *SPOKEN) - spoken), 60)
        killed: list[bytes] = []

        def kill(data: bytes) -> bytes:
            if not killed and b"data:" in data:
                server.kill()
                killed.append(data)
            return data

        proxy.spoil = kill
        dead = answered(subscriber)
        subscriber.wait(lambda s: len(answered(s, "error") - dead) > 1, 60)
        assert killed

        assert lookout.stop() == 0
        subscriber.wait(lambda s: {e["id"] for e in s.events} == answered(s))
        check(lookout, subscriber, reconnects=1)
        assert not open_questions(lookout)
        assert faults_of_events(subscriber.messages, deadline, cut_off) == []


def _too_long(subscriber: Subscriber) -> set[str]:
    """Return the ids of events whose question was more than the server takes."""
    return {
        event["id"]
        for event in subscriber.events
        if event["reasoning"]["state"] == "error"
        and "exceed" in (event["reasoning"].get("reason") or "")
    }
