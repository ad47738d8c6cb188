"""A model's report held against tracker and scene: lies caught, true reports doubted.

Scenes are generated with truth (`reasoners.testing.reports`), seen by a detector with the usual
faults; a report tells the truth in other words, or with one lie. Seeds are others than those the
comparisons were written with.
"""

import json
import math
from collections import Counter
from typing import Any

from reasoners.testing.lies import LIES
from reasoners.testing.reports import Told, told
from reasoners.verdict import Verdict
from reasoners.vlm.call import call
from reasoners.vlm.grounding import ground
from reasoners.vlm.limits import Limits
from reasoners.vlm.reply import read

FIRST, SCENES = 200_000, 800


def measure() -> dict[str, Any]:
    """Judge true reports and each kind of lie over the same scenes."""
    return over(range(FIRST, FIRST + SCENES))


def over(seeds: range) -> dict[str, Any]:
    """Judge reports about the scenes of these seeds."""
    true = Counter(judged(one).state for seed in seeds if (one := told(seed)) is not None)
    total = true.total()
    caught: dict[str, Any] = {}
    for lie in LIES:
        verdicts = [judged(one) for seed in seeds if (one := told(seed, lie)) is not None]
        found = sum(
            verdict.state != "verified" and any(not check.ok for check in verdict.checks)
            for verdict in verdicts
        )
        caught[lie] = {
            "lies": len(verdicts),
            "caught": round(found / len(verdicts), 4),
            "caught_at_least": _at_least(found, len(verdicts)),
        }
    return {
        "scenes": total,
        "true_rejected": round(true["rejected"] / total, 4),
        "true_uncertain": round(true["uncertain"] / total, 4),
        "lies": caught,
    }


def judged(one: Told) -> Verdict:
    """Read and ground a reply as the daemon does."""
    asked = call((one.job,), Limits())
    return ground(read(json.dumps(one.reply), asked), asked)[0]


def _at_least(found: int, total: int) -> float:
    """Return the lower end of Wilson's interval of 95 %."""
    z, share = 1.96, found / total
    middle = share + z * z / (2 * total)
    reach = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return round((middle - reach) / (1 + z * z / total), 4)
