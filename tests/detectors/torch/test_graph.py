"""Batches of every size through one program."""

from typing import Any

import pytest

from detectors.torch.graph import Batches

pytestmark = pytest.mark.torch
torch: Any = pytest.importorskip("torch", reason='needs pip install "lookout-daemon[gpu]"')


def batches(seen: list[int]) -> Batches:
    """Make batches whose program notes its sizes and returns the pictures' sums."""

    def program(pixels: Any) -> Any:
        seen.append(len(pixels))
        return pixels.float().sum(dim=(1, 2, 3))[:, None, None]

    return Batches(torch, program, torch.zeros(8, 2, 2, 3, dtype=torch.uint8), (1, 2, 4, 8))


def test_every_size_is_run_before_it_is_needed() -> None:
    """Loading runs all sizes; at work only these occur, filled up."""
    seen: list[int] = []
    made = batches(seen)
    made.prepare()
    assert sorted(seen) == [1, 2, 4, 8]
    made.pixels[:] = torch.arange(8, dtype=torch.uint8)[:, None, None, None]
    for count, size in ((1, 1), (3, 4), (5, 8), (8, 8)):
        seen.clear()
        assert made.run(count)[:, 0, 0].tolist() == [12 * number for number in range(count)]
        assert seen == [size]
    assert made.captured == 0


def test_half_the_batch_is_the_next_size() -> None:
    """After halving the largest size is gone."""
    made = batches([])
    made.halve()
    assert made.sizes == (1, 2, 4)
    with pytest.raises(StopIteration):
        made.run(5)
