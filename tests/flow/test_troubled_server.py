"""What goes wrong between the daemon and a model's real server, one question after the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.accounts import check
from rig.broker import Mosquitto
from rig.questions import answered, asking, faults_of_events
from rig.served import Served, small
from rig.signs import SignedVisits
from rig.subscriber import Subscriber
from rig.troubled import Trouble, Troubled

from sinks.journal import JournalReader

pytestmark = pytest.mark.broker

DEADLINE = 16.0
"""Seconds; a random model may write thousands of tokens, and once more if that was cut."""

READ = frozenset({"verified", "rejected", "uncertain"})
STATES: tuple[tuple[Trouble, frozenset[str]], ...] = (
    ("none", READ),
    ("hangs", frozenset({"timeout"})),
    ("none", READ),
    ("drips", frozenset({"timeout"})),
    ("none", READ),
    ("busy", READ),
    ("breaks", READ),
    ("cut", frozenset({"invalid"})),
    ("page", frozenset({"invalid"})),
    ("flood", frozenset({"invalid"})),
    ("odd", frozenset({"invalid"})),
    ("sorry", frozenset({"refused"})),
    ("no", frozenset({"rejected"})),
    ("down", frozenset({"error"})),
)
"""What goes wrong with each question in turn, and how it must end.

What can be mended by asking again is: a server that asked to wait, a connection that broke.
"""

FORMED: frozenset[Trouble] = frozenset({"no", "odd"})
"""Troubles that put another answer into a reply that is on form."""


@pytest.fixture(
    params=[
        pytest.param("small", id="small", marks=pytest.mark.slow),
        pytest.param("llama_server", id="llama-server", marks=pytest.mark.torch),
        pytest.param("transformers_serve", id="transformers serve", marks=pytest.mark.torch),
    ]
)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """Give a running server; all but the last hold answers to their form."""
    if request.param == "small":
        with small(tmp_path) as ours:
            yield ours
    else:
        found: Served = request.getfixturevalue(request.param)
        yield found.ensure()


@pytest.mark.fault("F22", "F23", "F24", "F25", "F28")
def test_whatever_goes_wrong_each_question_ends_as_it_should(
    tmp_path: Path, broker: Mosquitto, server: Served
) -> None:
    """Through one daemon: every event at once, and in time the state that tells its trouble."""
    states = STATES if server.formed else _formless(STATES)
    count = len(states) + 6
    signs = tuple((f"VISIT {number}",) for number in range(count))
    visits = SignedVisits(count=count, there=1.2, away=1.3, signs=signs)
    clip = visits.write(tmp_path / "visits.mp4")
    with (
        Troubled(server.port, [trouble for trouble, _ in states]) as proxy,
        Subscriber(broker.port, tmp_path / "got") as subscriber,
        asking(
            tmp_path / "d",
            clip,
            broker,
            {**server.reasoner(proxy.port), "deadline": f"{DEADLINE:g}s", "at_once": 4},
        ) as lookout,
    ):
        subscriber.wait(lambda s: len(answered(s)) > len(states), 150)
        assert lookout.stop() == 0
        subscriber.wait(lambda s: {e["id"] for e in s.events} == answered(s))
        check(lookout, subscriber)
        events = {e["id"]: e for e in subscriber.events}
        with JournalReader(lookout.state / "journal.sqlite") as reader:
            found = {
                call.pictures: event["reasoning"]["state"]
                for name, event in events.items()
                for call in reader.calls(name)
            }
        assert faults_of_events(subscriber.messages, DEADLINE) == []
    ends = [found[shown] for shown in list(proxy.met)[: len(states)]]
    assert [
        (trouble, end) for (trouble, may), end in zip(states, ends, strict=True) if end not in may
    ] == []


def _formless(
    states: tuple[tuple[Trouble, frozenset[str]], ...],
) -> tuple[tuple[Trouble, frozenset[str]], ...]:
    """Return the same of a server that ignores the form: what it says itself is never one."""
    return tuple(
        (trouble, frozenset({"invalid"}) if may == READ else may)
        for trouble, may in states
        if trouble not in FORMED
    )
