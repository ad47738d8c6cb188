"""The accounts: a pure function over what every part of a run said about itself.

Nothing may vanish without being counted, nothing committed may be missing, no secret may show.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, quote_plus

TERMINAL: Final = frozenset(
    {
        "verified",
        "rejected",
        "uncertain",
        "timeout",
        "skipped_budget",
        "invalid",
        "refused",
        "error",
    }
)


@dataclass(frozen=True, slots=True)
class Child:
    """What one camera's decoder child counted; a sum over its incarnations."""

    camera: str
    decoded: int
    handed_over: int
    superseded: int
    corrupt: int
    lost_with_child: int = 0
    """Frames that died with a child before it could count them."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What the daemon counted for one camera."""

    camera: str
    handed_over: int
    detected: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    """By reason, such as `too_old` or `lost_with_worker`."""

    carried: int = 0
    """Frames that nobody was to look at."""


@dataclass(frozen=True, slots=True)
class Reasoning:
    """What became of the questions."""

    jobs: int = 0
    pending: int = 0
    terminal: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Artefact:
    """Something the run left behind, or said: a log, a database, a page, a command line."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """All accounts of one run. What a test has not looked at stays empty."""

    children: Sequence[Child] = ()
    watches: Sequence[Watch] = ()
    reasoning: Reasoning = Reasoning()
    committed: Sequence[Mapping[str, Any]] = ()
    """The journal's events, as JSON, in the order of their commit."""

    sinks: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """`Journal.figures()["sinks"]`."""

    collected: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    """Sink → events found on its other side, as JSON, in the order of arrival."""

    excused: Mapping[str, frozenset[tuple[str, int]]] = field(default_factory=dict)
    """Sink → (id, revision) that are reported as dead-lettered, expired or still waiting."""

    reconnects: Mapping[str, int] = field(default_factory=dict)
    window: int = 20
    """Deliveries on their way at a time; so many may come twice after each reconnect."""

    artefacts: Sequence[Artefact] = ()
    secrets: Sequence[str] = ()
    integrity: Sequence[str] = ()
    """What the journal's integrity check found."""

    leftovers: Sequence[str] = ()
    """Children, descriptors, slots or segments that outlived the run."""


def violations(run: Run) -> list[str]:
    """Return every broken account as one sentence; none when all is well."""
    checks: tuple[Callable[[Run], Iterator[str]], ...] = (
        _frames,
        _questions,
        _states,
        _sequence,
        _sinks,
        _collected,
        _secrets,
        _remains,
    )
    return [found for check in checks for found in check(run)]


def _frames(run: Run) -> Iterator[str]:
    handed = {watch.camera: watch.handed_over for watch in run.watches}
    for child in run.children:
        out = child.handed_over + child.superseded + child.corrupt + child.lost_with_child
        if child.decoded != out:
            yield f"camera {child.camera}: {child.decoded} decoded, but {out} accounted for"
        if child.handed_over != handed.get(child.camera, child.handed_over):
            yield (
                f"camera {child.camera}: the child handed over {child.handed_over}, "
                f"the daemon took {handed[child.camera]}"
            )
    for watch in run.watches:
        out = watch.detected + watch.carried + sum(watch.dropped.values())
        if watch.handed_over != out:
            yield f"camera {watch.camera}: {watch.handed_over} taken, but {out} accounted for"


def _questions(run: Run) -> Iterator[str]:
    reasoning = run.reasoning
    out = reasoning.pending + sum(reasoning.terminal.values())
    if reasoning.jobs != out:
        yield f"reasoning: {reasoning.jobs} jobs, but {out} accounted for"
    for state in sorted(set(reasoning.terminal) - TERMINAL):
        yield f"reasoning: {state!r} is no terminal state"


def _states(run: Run) -> Iterator[str]:
    """One terminal state per event and look, never left again; ids and revisions in step."""
    revisions: dict[str, int] = {}
    ends: dict[tuple[str, int], str] = {}
    for event in run.committed:
        name, revision = event["id"], event["revision"]
        if revision != revisions.get(name, 0) + 1:
            yield f"event {name}: revision {revision} after {revisions.get(name, 0)}"
        revisions[name] = revision
        state = event["reasoning"]["state"]
        look = name, event["reasoning"].get("looks", 1)
        if look in ends and state != ends[look]:
            yield f"event {name}: {state} after {ends[look]}"
        if state in TERMINAL:
            ends.setdefault(look, state)


def _sequence(run: Run) -> Iterator[str]:
    last: dict[str, int] = {}
    for event in run.committed:
        camera, seq = event["camera"], event["seq"]
        if camera in last and seq != last[camera] + 1:
            yield f"camera {camera}: seq {seq} after {last[camera]} in the journal"
        last[camera] = seq


def _sinks(run: Run) -> Iterator[str]:
    for name, figures in run.sinks.items():
        parts = ("delivered", "waiting", "dead_lettered", "expired")
        out = sum(figures[part] for part in parts)
        if figures["committed"] != out:
            yield f"sink {name}: {figures['committed']} committed, but {out} accounted for"


def _collected(run: Run) -> Iterator[str]:
    due = [_key(event) for event in run.committed]
    for name, events in run.collected.items():
        got = Counter(_key(event) for event in events)
        excused = run.excused.get(name, frozenset())
        for key in due:
            if key not in got and key not in excused:
                yield f"sink {name}: event {key[0]} revision {key[1]} is missing"
        for key in got.keys() - set(due):
            yield f"sink {name}: event {key[0]} revision {key[1]} was never committed"
        repeated = sum(got.values()) - len(got)
        allowed = run.window * run.reconnects.get(name, 0)
        if repeated > allowed:
            yield f"sink {name}: {repeated} came twice, at most {allowed} may"
        yield from _order(name, events)


def _order(sink: str, events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """First arrivals of one camera come in the order of their `seq`."""
    last: dict[str, int] = {}
    seen: set[tuple[str, int]] = set()
    for event in events:
        if _key(event) in seen:
            continue
        seen.add(_key(event))
        camera, seq = event["camera"], event["seq"]
        if seq <= last.get(camera, 0):
            yield f"sink {sink}: camera {camera}: seq {seq} came after {last[camera]}"
        last[camera] = max(seq, last.get(camera, 0))


def _secrets(run: Run) -> Iterator[str]:
    for number, secret in enumerate(run.secrets):
        forms = {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
        for artefact in run.artefacts:
            if any(form.encode() in artefact.content for form in forms):
                yield f"secret {number} shows in {artefact.name}"


def _remains(run: Run) -> Iterator[str]:
    for finding in run.integrity:
        yield f"journal: {finding}"
    for leftover in run.leftovers:
        yield f"left over: {leftover}"


def _key(event: Mapping[str, Any]) -> tuple[str, int]:
    return event["id"], event["revision"]
