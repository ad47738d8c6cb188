"""The rig's accounts find what is missing, and only that."""

from dataclasses import replace
from typing import Any

import pytest
from rig.checker import Artefact, Child, Reasoning, Run, Watch, violations


def event(number: int, *, seq: int | None = None, **changes: Any) -> dict[str, Any]:
    """Return what the checker looks at of an event."""
    fields = {
        "id": f"e{number}",
        "revision": 1,
        "camera": "porch",
        "seq": number if seq is None else seq,
        "reasoning": {"state": "none"},
    }
    return fields | changes


FIGURES = {"committed": 3, "delivered": 2, "waiting": 0, "dead_lettered": 1, "expired": 0}
SOUND = Run(
    children=[Child("porch", decoded=100, handed_over=60, superseded=35, corrupt=5)],
    watches=[Watch("porch", 60, 55, {"too_old": 3, "lost_with_worker": 2})],
    reasoning=Reasoning(jobs=3, pending=1, terminal={"verified": 1, "timeout": 1}),
    committed=[event(1), event(2), event(3)],
    sinks={"mqtt": FIGURES},
    collected={"mqtt": [event(1), event(1), event(3)]},
    excused={"mqtt": frozenset({("e2", 1)})},
    reconnects={"mqtt": 1},
    artefacts=[Artefact("log", b"all is well")],
    secrets=["p@ss word"],
)


def test_a_sound_run_has_no_violations() -> None:
    """Drops with a reason, excused gaps and duplicates after a reconnect are no violations."""
    assert violations(SOUND) == []
    assert violations(Run()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"children": [Child("porch", 100, 60, 35, 4)]}, "100 decoded, but 99"),
        ({"children": [Child("porch", 96, 61, 35, 0)]}, "handed over 61, the daemon took 60"),
        ({"watches": [Watch("porch", 60, 55, {"too_old": 3})]}, "60 taken, but 58"),
        ({"reasoning": Reasoning(3, 0, {"verified": 2})}, "3 jobs, but 2"),
        ({"reasoning": Reasoning(1, 0, {"lost": 1})}, "'lost' is no terminal state"),
        ({"sinks": {"mqtt": FIGURES | {"waiting": 1}}}, "3 committed, but 4"),
        ({"excused": {}}, "event e2 revision 1 is missing"),
        ({"reconnects": {}}, "1 came twice, at most 0 may"),
        ({"collected": {"mqtt": [event(3), event(1)]}}, "seq 1 came after 3"),
        ({"collected": {"mqtt": [event(1), event(3), event(9)]}}, "e9 revision 1 was never"),
        ({"committed": [event(1), event(2, seq=3), event(3, seq=4)]}, "seq 3 after 1"),
        ({"committed": [event(1), event(2, revision=2), event(3)]}, "revision 2 after 0"),
        ({"artefacts": [Artefact("log", b"x p%40ss+word x")]}, "secret 0 shows in log"),
        ({"integrity": ["row 3 missing from index"]}, "journal: row 3"),
        ({"leftovers": ["child 4711"]}, "left over: child 4711"),
    ],
)
def test_each_broken_account_is_named(change: dict[str, Any], said: str) -> None:
    """One fault, one sentence that says where."""
    found = violations(replace(SOUND, **change))
    assert any(said in violation for violation in found), found


def test_a_terminal_state_is_never_left() -> None:
    """One end per question, whatever revisions follow."""
    states = ["pending", "timeout", "verified"]
    revisions = [
        event(1, seq=n, revision=n, reasoning={"state": state}) for n, state in enumerate(states, 1)
    ]
    assert violations(Run(committed=revisions)) == ["event e1: verified after timeout"]
    assert violations(Run(committed=revisions[:2])) == []


def test_secrets_are_never_quoted_in_a_violation() -> None:
    """The report itself must not leak."""
    run = Run(artefacts=[Artefact("log", b"s3cret")], secrets=["s3cret"])
    assert "s3cret" not in "".join(violations(run))
