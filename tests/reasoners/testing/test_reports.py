"""Generated reports: the truth is believed, lies are caught."""

import json
from collections import Counter

import pytest

from reasoners.testing.lies import LIES, Lie
from reasoners.testing.reports import told
from reasoners.vlm.call import call
from reasoners.vlm.grounding import ground
from reasoners.vlm.limits import Limits
from reasoners.vlm.reply import read

SEEDS = range(500_000, 500_060)


def states(lie: Lie | None) -> Counter[str]:
    """Judge one report about every scene that gives room for it."""
    found: Counter[str] = Counter()
    for seed in SEEDS:
        one = told(seed, lie)
        if one is not None:
            asked = call((one.job,), Limits())
            (verdict,) = ground(read(json.dumps(one.reply), asked), asked)
            assert verdict.state == "verified" or any(not check.ok for check in verdict.checks)
            found[verdict.state] += 1
    return found


def test_a_scene_follows_from_its_seed() -> None:
    """The same seed gives the same scene and report, byte for byte."""
    one, other = told(7), told(7)
    assert one == other
    assert told(8) != one


def test_true_reports_are_not_rejected() -> None:
    """Told in other words and languages, about half-hidden and doubtful things too.

    Rarely, somebody who is just going counts as there for the tracker and not for the report.
    """
    found = states(None)
    assert found.total() > 50
    assert found["rejected"] <= 3
    assert found["verified"] >= 0.92 * found.total()


@pytest.mark.parametrize("lie", LIES)
def test_lies_are_caught(lie: Lie) -> None:
    """Wrong count, label, zone or order, an invented and a missed person."""
    found = states(lie)
    assert found.total() > 10
    assert found["verified"] <= 1
