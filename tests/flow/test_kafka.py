"""The daemon writes into Kafka: what its journal holds is in the topic, whatever broke."""

import json
from pathlib import Path

import pytest
from rig.accounts import check
from rig.kafka import KafkaCluster, records
from rig.lookout import Lookout
from rig.visits import Visits

pytestmark = pytest.mark.slow


def test_events_reach_the_topic_through_kills_and_an_outage(tmp_path: Path) -> None:
    """The daemon is killed, the brokers go and come back: nothing is missing, order is kept."""
    clip = Visits(count=60, there=0.8, away=0.4, width=160, height=120, fps=5)
    path = str(clip.write(tmp_path / "visits.mp4"))
    camera = {
        "source": {"type": "file", "path": path, "pace": "clip", "loop": True},
        "detect": {"fps": 5},
        "presence": {"hold": 0.2},
    }
    with KafkaCluster() as cluster:
        sink = {"type": "kafka", "servers": cluster.servers, "timeout": 2}
        config = {"sinks": {"kafka": sink}, "cameras": {"hall": camera, "yard": camera}}
        with Lookout(tmp_path / "d", config) as lookout:
            for due in (6, 12):
                lookout.wait_for_log("hall: online", 60, times=lookout.starts)
                lookout.wait(lambda due=due: _delivered(lookout) >= due, 60, "events arrive")  # type: ignore[misc]
                lookout.kill()
                lookout.start()
            lookout.wait(lambda: _delivered(lookout) >= 18, 60, "events arrive again")
            cluster.down(1, 2, 3)
            before = lookout.figures()["last"]
            lookout.wait(lambda: lookout.figures()["last"] >= before + 10, 60, "events wait")
            cluster.up(1, 2, 3)
            lookout.wait(lambda: _delivered(lookout) >= before + 10, 60, "the outage drains")
            assert lookout.stop() in {0, 3}
            left = lookout.figures()["sinks"]["kafka"]["waiting"]
            committed = lookout.events()
            check(lookout, sink="kafka")
        found = records(cluster, "lookout.events", 10_000)
    arrived: dict[str, list[tuple[str, int]]] = {"hall": [], "yard": []}
    for record in found:
        event = json.loads(record.value())
        assert record.key().decode() == event["camera"]
        assert dict(record.headers())["id"].decode() == event["id"]
        arrived[event["camera"]].append((event["id"], event["revision"]))
    for name, told in arrived.items():
        wanted = [(e["id"], e["revision"]) for e in committed if e["camera"] == name]
        first = list(dict.fromkeys(told))
        assert first == wanted[: len(first)]
        assert len(wanted) - len(first) <= left
    twice = sum(len(told) - len(set(told)) for told in arrived.values())
    print(f"{len(committed)} revisions, {twice} of them twice, {left} waiting")  # noqa: T201 (a figure)


def _delivered(lookout: Lookout) -> int:
    return lookout.figures()["sinks"]["kafka"]["delivered"]
