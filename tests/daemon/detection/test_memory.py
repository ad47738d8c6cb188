"""When a worker is started anew for memory's sake."""

import pytest

from daemon.detection import memory
from daemon.detection.memory import SETTLED, Memory
from daemon.timing import Timing
from detectors import DetectorExhausted, DetectorRejected, DetectorUnavailable

NO_MEMORY = DetectorExhausted("no memory left")
MB = 1_000_000


async def test_worker_is_spent_when_it_has_grown_far_beyond_its_need() -> None:
    """What it holds at first is its need; twice that, and half a gigabyte more, is a leak."""
    kept = Memory(fallback=False, timing=Timing(recycle=1e-9))
    kept.begin()
    assert not any(kept.spent(300 * MB) for _ in range(SETTLED))
    assert not kept.spent(700 * MB)
    assert kept.spent(900 * MB)
    assert "900 MB" in kept.why


async def test_worker_is_not_replaced_again_and_again() -> None:
    """A limit below its need costs one start in a while, not a loop."""
    kept = Memory(fallback=False, timing=Timing(worker_memory=100, recycle=3600))
    kept.begin()
    assert not any(kept.spent(300 * MB) for _ in range(200))


async def test_device_is_tried_again_after_the_fallback_had_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The fallback is left once in a while, and taken at once when nothing has changed."""
    kept = Memory(fallback=True, timing=Timing())
    assert kept.exhausted(NO_MEMORY) is NO_MEMORY
    assert isinstance(kept.exhausted(NO_MEMORY), DetectorUnavailable)
    assert kept.fallen
    assert not kept.outlived
    monkeypatch.setattr(memory, "FALLBACK", 0.0)
    assert kept.spent(0)
    assert not kept.fallen
    monkeypatch.setattr(memory, "FALLBACK", 3600.0)
    kept.exhausted(NO_MEMORY)
    assert kept.fallen
    assert isinstance(kept.exhausted(NO_MEMORY), DetectorRejected)
