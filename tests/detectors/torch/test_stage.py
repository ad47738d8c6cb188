"""A model on its device, with batches of several pictures: here on the CPU, in the same code."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from detectors.detection import Detections
from detectors.model import open_model
from detectors.picture import Picture
from detectors.torch.config import UltralyticsConfig
from detectors.torch.stage import Stage

pytestmark = pytest.mark.torch
torch: Any = pytest.importorskip("torch", reason='needs pip install "lookout-daemon[gpu]"')

BATCH = 3


@pytest.fixture
def stage(checkpoint: Path) -> Iterator[Stage]:
    """Load a network for batches of up to three."""
    config = UltralyticsConfig(
        model=checkpoint, allow_pickle=True, size=(320, 192), min_score=0.02, iou=0.3
    )
    loaded = Stage(torch, open_model(checkpoint, allow_pickle=True), config, "cpu", BATCH)
    yield loaded
    loaded.close()


def pictures(noise: npt.NDArray[np.uint8], count: int) -> list[Picture]:
    """Make pictures of two sizes that are all different."""
    half = np.ascontiguousarray(noise[::2, ::2])
    return [
        Picture("yard", n, np.ascontiguousarray(np.roll(half, 24 * n, axis=1)[: 192 - n % 2 * 64]))
        for n in range(count)
    ]


def same(one: Detections, other: Detections) -> bool:
    """Whether nearly all boxes of one result are in the other; sums differ with the batch size."""
    near = np.abs(one.xyxy[:, None] - other.xyxy[None]).max(axis=2) < 1e-3
    near &= np.abs(one.score[:, None] - other.score[None]) < 1e-3
    return int((~near.any(axis=1)).sum()) <= len(one) // 50


def test_every_count_of_pictures_finds_the_same(stage: Stage, noise: npt.NDArray[np.uint8]) -> None:
    """None, one, or as many as there is room for: each picture gets the boxes it gets alone.

    So low a score that there are more candidates than the fixed program takes: all is looked at
    again, in batch sizes that the model was loaded for.
    """
    some = pictures(noise, BATCH)
    alone = [stage.finish(stage.begin([picture]))[0] for picture in some]
    assert min(len(found) for found in alone) > 5
    for count in range(BATCH + 1):
        ticket = stage.begin(some[:count])
        assert ticket.done
        found = stage.finish(ticket)
        assert len(found) == count
        assert all(map(same, found, alone))


def test_two_batches_of_different_sizes_are_kept_apart(
    stage: Stage, noise: npt.NDArray[np.uint8]
) -> None:
    """A large and a small batch under way at once answer as each does by itself."""
    some = pictures(noise, BATCH + 1)
    large, small = some[:BATCH], some[BATCH:]
    wanted = [stage.finish(stage.begin(batch)) for batch in (large, small)]
    tickets = [stage.begin(large), stage.begin(small)]
    for ticket, expected in zip(tickets, wanted, strict=True):
        for found, alone in zip(stage.finish(ticket), expected, strict=True):
            assert np.array_equal(found.xyxy, alone.xyxy)
            assert found.label == alone.label


def test_a_second_look_keeps_to_sizes_the_model_takes(
    checkpoint: Path, noise: npt.NDArray[np.uint8]
) -> None:
    """An engine may take full batches alone: one picture that is looked at again fills one up."""
    seen: list[int] = []
    config = UltralyticsConfig(
        model=checkpoint, allow_pickle=True, size=(320, 192), min_score=0.02, iou=0.3
    )
    loaded = Stage(torch, open_model(checkpoint, allow_pickle=True), config, "cpu", BATCH)
    loaded.network.register_forward_pre_hook(lambda _, inputs: seen.append(len(inputs[0])))
    loaded.finish(loaded.begin(pictures(noise, BATCH)))
    loaded.close()
    assert set(seen) <= {1, 2, BATCH}
