"""Collects what every part of a run said, for the checker."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rig.checker import Artefact, Child, Reasoning, Run, Watch, violations
from rig.lookout import Lookout
from rig.subscriber import Subscriber
from rig.valid import faults

from reasoners import TERMINAL
from sinks.journal import Figures


def check(
    lookout: Lookout,
    subscriber: Subscriber | None = None,
    *,
    sink: str = "mqtt",
    reconnects: int = 0,
    secrets: Sequence[str] = (),
    clean: bool = True,
    lost_children: bool = False,
) -> None:
    """Assert that every account of a run that has ended balances.

    Args:
        lookout: The daemon, ended.
        subscriber: What the other side of its sink got.
        sink: Name of the sink the subscriber listens behind.
        reconnects: Connections of the sink beyond the first; each may repeat a window.
        secrets: Texts that must be nowhere in log, state and messages.
        clean: Whether the last run ended in order, so that its own accounts are in its log.
        lost_children: Whether children were killed: what they had not reported is then excused.
    """
    stats = last_accounts(lookout) if clean else {}
    if clean:
        stats["cameras"] = {**_gone(lookout, stats["cameras"]), **stats["cameras"]}
    figures = lookout.figures()
    waiting = figures["sinks"][sink]["waiting"] if sink in figures["sinks"] else 0
    committed = lookout.events()
    collected = {sink: subscriber.events} if subscriber is not None else {}
    excused = {(e["id"], e["revision"]) for e in committed[len(committed) - waiting :]}
    run = Run(
        children=[] if lost_children else _children(stats),
        watches=_watches(stats),
        reasoning=_reasoning(stats),
        committed=committed,
        sinks=_sink(figures, sink),
        collected=collected,
        excused={sink: frozenset(excused)} if waiting else {},
        reconnects={sink: reconnects},
        artefacts=[Artefact("log", lookout.text().encode()), *_files(lookout)] if secrets else (),
        secrets=secrets,
        integrity=lookout.integrity(),
        leftovers=lookout.left,
    )
    found = violations(run) + (_misshapen(subscriber) if subscriber is not None else [])
    assert not found, "\n".join(found)


def _misshapen(subscriber: Subscriber) -> list[str]:
    """Hold every JSON message that arrived against the schema it names."""
    seen: set[tuple[str, str]] = set()
    for message in subscriber.messages:
        # What tests say to the daemon is no message of its own, nor is what is said to others.
        command = message.topic.endswith(("/feedback", "/set", "/config"))
        if message.payload and message.payload.startswith("{") and not command:
            seen.add((message.topic, message.payload))
    return [f"{topic}: {fault}" for topic, payload in seen for fault in faults(payload)]


def _sink(figures: Figures, sink: str) -> dict[str, dict[str, int]]:
    if sink not in figures["sinks"]:
        return {}
    found = figures["sinks"][sink]
    return {
        sink: {
            "committed": found["committed"],
            "delivered": found["delivered"],
            "waiting": found["waiting"],
            "dead_lettered": found["dead_lettered"],
            "expired": found["expired"],
        }
    }


def last_accounts(lookout: Lookout) -> dict[str, Any]:
    """Return the accounts the daemon wrote into its log as it ended."""
    lines = [line for line in lookout.text().splitlines() if "accounts: {" in line]
    assert lines, "the daemon did not write its accounts"
    found: dict[str, Any] = json.loads(lines[-1].partition("accounts: ")[2])
    return found


def _gone(lookout: Lookout, there: Mapping[str, Any]) -> dict[str, Any]:
    """Return the accounts of cameras that a reload took away in the last run."""
    run = lookout.text().rpartition(", node ")[2]
    found: dict[str, Any] = {}
    for line in run.splitlines():
        said, _, accounts = line.partition(": ended, accounts of it: ")
        name = said.rpartition(" ")[2]
        if accounts and name not in there:
            found[f"{name} ({len(found) + 1}, gone)"] = json.loads(accounts)
    return found


def _children(stats: dict[str, Any]) -> list[Child]:
    return [
        Child(
            camera=name,
            decoded=camera["child_decoded"],
            handed_over=camera["child_handed_over"],
            superseded=camera["child_superseded"] + camera["child_waiting"],
            corrupt=camera["child_corrupt"],
        )
        for name, camera in stats.get("cameras", {}).items()
    ]


def _watches(stats: dict[str, Any]) -> list[Watch]:
    return [
        Watch(
            camera=name,
            handed_over=camera["received"],
            detected=camera["detected"],
            carried=camera["carried"],
            dropped={
                key.removeprefix("dropped_"): value
                for key, value in camera.items()
                if key.startswith("dropped_")
            },
        )
        for name, camera in stats.get("cameras", {}).items()
    ]


def _reasoning(stats: dict[str, Any]) -> Reasoning:
    figures = dict(stats.get("reasoning", {}))
    if not figures:
        return Reasoning()
    jobs, pending = figures.pop("jobs"), figures.pop("pending")
    ends = {state: count for state, count in figures.items() if state in TERMINAL}
    return Reasoning(jobs=jobs, pending=pending, terminal=ends)


def _files(lookout: Lookout) -> list[Artefact]:
    return [
        Artefact(str(path), path.read_bytes())
        for path in lookout.state.rglob("*")
        if path.is_file()
    ]
