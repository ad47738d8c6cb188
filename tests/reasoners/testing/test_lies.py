"""One lie in a true report."""

import copy
from random import Random

import pytest

from reasoners.testing.lies import LIES, Lie, lie
from reasoners.testing.watched import watched
from reasoners.testing.witness import truth
from reasoners.testing.yard import players


@pytest.mark.parametrize("kind", LIES)
def test_a_lie_changes_the_report_or_there_is_no_room_for_it(kind: Lie) -> None:
    """Never both: what was not changed is the truth."""
    changed = 0
    for seed in range(30):
        random = Random(seed)
        there = players(random)
        job = watched(there, random)
        if job is None:
            continue
        report = truth(job, there, random)["report"]
        before = copy.deepcopy(report)
        lied = lie(kind, report, job, there, random)
        assert lied == (report != before)
        changed += lied
    assert changed > 3
