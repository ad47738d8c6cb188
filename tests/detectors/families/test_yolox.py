"""YOLOX outputs against the published decoding, done cell by cell."""

import numpy as np
import pytest

from detectors.families.yolox import Grid, decode, is_decoded

WIDTH, HEIGHT = 128, 96


def cells() -> list[tuple[int, int, int]]:
    """List column, row and stride of every row of the output, in order."""
    return [
        (column, row, stride)
        for stride in (8, 16, 32)
        for row in range(HEIGHT // stride)
        for column in range(WIDTH // stride)
    ]


def raw_output(seed: int = 0) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Make an output like that of a network: boxes around 0, scores between 0 and 1."""
    generator = np.random.default_rng(seed)
    output = generator.normal(0, 0.7, (len(cells()), 5 + 4)).astype(np.float32)
    output[:, 4:] = generator.uniform(0, 1, (len(output), 5))
    return output


def test_the_grid_lists_every_cell() -> None:
    """Finest grid first, row by row."""
    grid = Grid.over(WIDTH, HEIGHT)
    assert [
        tuple(map(int, (*cell, stride[0])))
        for cell, stride in zip(grid.cell, grid.stride, strict=True)
    ] == cells()


def test_boxes_equal_the_definition() -> None:
    """Every strong row is where decoding it alone puts it."""
    output = raw_output()
    found = decode(output, 0.3, Grid.over(WIDTH, HEIGHT))
    expected = []
    for values, (column, row, stride) in zip(output.tolist(), cells(), strict=True):
        scores = [values[4] * score for score in values[5:]]
        if max(scores) >= 0.3:
            x, y = (values[0] + column) * stride, (values[1] + row) * stride
            width, height = np.exp(values[2]) * stride, np.exp(values[3]) * stride
            box = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
            expected.append((box, max(scores), scores.index(max(scores))))
    assert len(expected) > 20
    assert np.allclose(found.xyxy, [box for box, _, _ in expected], rtol=1e-5, atol=1e-3)
    assert np.allclose(found.score, [score for _, score, _ in expected], rtol=1e-5)
    assert found.number.tolist() == [number for _, _, number in expected]


def test_a_graph_that_decodes_is_read_as_it_is() -> None:
    """Without a grid the first four numbers are centre and size in pixels."""
    output = np.zeros((len(cells()), 5 + 4), np.float32)
    output[7] = [60, 40, 20, 10, 0.9, 0, 0, 0.8, 0]
    found = decode(output, 0.1, None)
    assert found.xyxy.tolist() == [[50, 35, 70, 45]]
    assert found.score.tolist() == [pytest.approx(0.72)]
    assert found.number.tolist() == [2]


def test_whether_the_graph_decodes_shows() -> None:
    """Decoded centres follow the cells, raw ones do not, nor do zeros."""
    grid = Grid.over(WIDTH, HEIGHT)
    raw = raw_output()
    decoded = raw.copy()
    decoded[:, :2] = (raw[:, :2] + grid.cell) * grid.stride
    assert is_decoded(decoded, grid)
    assert not is_decoded(raw, grid)
    assert not is_decoded(np.zeros_like(raw), grid)


def test_sizes_beyond_reason_stay_finite() -> None:
    """A wild exponent gives a huge box, not infinity."""
    output = np.zeros((len(cells()), 5 + 4), np.float32)
    output[0] = [0, 0, 500, 500, 1, 1, 0, 0, 0]
    assert np.isfinite(decode(output, 0.1, Grid.over(WIDTH, HEIGHT)).xyxy).all()
