"""Faults at random over many cameras: none is taken for another, nothing is left behind."""

import os
import random
from collections import Counter
from pathlib import Path

import pytest
from rig.broker import Mosquitto
from rig.mischief import KINDS
from rig.rtsp_server import require_gstreamer
from rig.slope import slope
from rig.soak import OWN, Soak, soaking

pytestmark = [pytest.mark.broker, pytest.mark.rtsp]

SEED = int(os.environ.get("LOOKOUT_SEED", "7"))

TORN = 0.01
"""Share of the pictures shown that may be damaged unnoticed, while bits flip."""

LEVEL = 2.5
"""Megabytes by which a process may certainly have grown over the second half of a run and still
count as level: SQLite's page cache of 2 MB fills slowly. Certain is the lower end of the 95 %
confidence interval of a straight line through twelve means."""


def told(soak: Soak) -> None:
    """Print what was done and what came of it."""
    shown, wrong, torn = soak.wrong()
    kinds = Counter(fault.kind for fault in soak.faults)
    back = soak.returns()
    print(  # noqa: T201 (the figures of the run)
        f"\nseed {SEED}: {len(soak.faults)} faults {dict(kinds)}\n{shown} pictures shown, "
        f"{wrong} of another camera, {torn} torn ({torn / shown:.2%}); cameras seen again after "
        f"{back[len(back) // 2]:.1f} s (p50), {back[-1]:.1f} s at most"
    )


def survived(soak: Soak, faults: int, pause: tuple[float, float], within: float) -> None:
    """Do faults at random; check identities, what is held, and that every camera is back."""
    before = soak.settle()
    soak.rage(faults, pause, within)
    soak.settle()
    told(soak)
    assert soak.wrong()[1] == 0
    assert soak.left(before) == []


def test_each_fault_once_over_four_cameras(tmp_path: Path, broker: Mosquitto) -> None:
    """Twelve faults, one of each kind: every camera shows its own pictures and comes back."""
    require_gstreamer()
    with soaking(tmp_path, broker, recorders=(3,), singles=1, seed=SEED) as soak:
        soak.lasts = (0.3, 1.5)
        survived(soak, len(KINDS), (0.1, 0.5), 120)
        assert {fault.kind for fault in soak.faults} == set(KINDS)
        soak.watched.end(torn=TORN)


def test_slope_tells_growth_from_wavering() -> None:
    """A line through level noise is not certain to rise; through a leak it is, by what leaked."""
    rng = random.Random(3)
    noise = [(2.0 * number, 50 + rng.gauss(0, 2)) for number in range(300)]
    assert slope(noise).sure < 0.5
    leak = [(at, amount + 0.5 * at / 60) for at, amount in noise]
    assert 3 < slope(leak).sure < 6


@pytest.mark.slow
def test_two_hundred_faults_over_sixteen_cameras(tmp_path: Path, broker: Mosquitto) -> None:
    """For at most 20 minutes: wrong cameras 0, nothing left behind, memory level, accounts even."""
    require_gstreamer()
    with soaking(tmp_path, broker, recorders=(4, 4, 4), singles=4, seed=SEED) as soak:
        survived(soak, 200, (2.0, 4.5), 16 * 60)
        grown = {name: slope(held[len(held) // 2 :]) for name, held in soak.memory.items()}
        for name, rise in grown.items():
            print(  # noqa: T201 (the figures of the run)
                f"PSS of the {name}: {soak.memory[name][-1][1]:.1f} MB, {rise.per_minute:+.3f} ± "
                f"{rise.error:.3f} MB a minute over {rise.minutes:.1f} minutes"
            )
        soak.watched.end(torn=TORN)
        own = {name: rise for name, rise in grown.items() if name.endswith(OWN)}
        assert len(own) == len(grown) / 2
        assert not {name: rise for name, rise in own.items() if rise.sure > LEVEL}
