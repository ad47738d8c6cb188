"""Does a written model say what its source says? Compared on generated pictures. Pure but for IO.

Two comparisons, for each catches what the other cannot: the whole output number by number, which
also holds for a model that finds nothing in noise; and the boxes that both of our detectors report,
which goes through everything that is read from the file (family, names, size).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detectors.boxes import overlap
from detectors.detection import Detections
from detectors.errors import DetectorRejected
from detectors.export.message import Agreement

Array = npt.NDArray[np.float32]

LEAST_IOU, MOST_SCORE, MOST_PIXELS = 0.98, 0.02, 0.1
"""What is required of 32-bit floats: overlap of twins, difference of scores, and of coordinates in
pixels."""

LEAST_TWINS = 0.95
"""Share of boxes that need a twin. Where boxes overlap just as much as is allowed, the last bit
decides which of them stays."""

HALF_IOU, HALF_SCORE, HALF_PIXELS = 0.85, 0.05, 8.0
"""The same for 16-bit floats, which place a corner at 600 pixels by half a pixel."""

FAINT = 0.01
"""Score from which on boxes are compared."""

_PICTURES = 2
_ROW = 6
_STRONGEST = 100
"""Boxes that are compared: far fewer than a reader keeps, whose last ones are chosen by chance."""


def pictures(size: tuple[int, int]) -> list[npt.NDArray[np.uint8]]:
    """Make pictures of width x height pixels with structure at every scale, always the same."""
    width, height = size
    made = []
    for seed in range(_PICTURES):
        random = np.random.default_rng(seed)
        canvas = np.zeros((height, width, 3))
        for cell in (96, 32, 8, 1):
            rows, columns = -(-height // cell), -(-width // cell)
            tile = random.uniform(0, 255, (rows, columns, 3))
            canvas += np.kron(tile, np.ones((cell, cell, 1)))[:height, :width] * min(cell, 32) / 73
        made.append(np.clip(canvas, 0, 255).astype(np.uint8))
    return made


def compare_outputs(source: Array, written: Array) -> tuple[float, float]:
    """Compare two whole outputs of one picture, without the batch axis.

    Of 4 + classes x anchors every number has its partner. Rows x 6, of heads that need no
    suppression, may change places where scores are equal: there only scores, strongest first, are
    compared.

    Returns:
        Largest difference of scores, and of coordinates in pixels (0 for rows x 6).

    Raises:
        DetectorRejected: They differ in shape, or hold what is no number.
    """
    if source.shape != written.shape or not np.isfinite(written).all():
        raise DetectorRejected(
            f"the written model answers {_shape(written)} where the source says {_shape(source)}"
        )
    if source.shape[1] == _ROW:
        ours, theirs = (np.sort(output[:, 4]) for output in (source, written))
        return float(np.abs(ours - theirs).max(initial=0)), 0.0
    off = np.abs(source - written)
    return float(off[4:].max(initial=0)), float(off[:4].max(initial=0))


def compare_boxes(source: Detections, written: Detections, least: float) -> tuple[int, int]:
    """Look for a twin of each of the source's strongest boxes that is no borderline case.

    Returns:
        How many there were, and how many have a twin: the same label, and an overlap of `least`.
    """
    strongest = np.sort(source.score)[-_STRONGEST:].min(initial=1.0)
    clear = source.score >= max(strongest, FAINT + MOST_SCORE)
    boxes, labels = source.xyxy[clear], np.array(source.label)[clear]
    twins = overlap(boxes, written.xyxy) >= least
    twins &= labels[:, None] == np.array(written.label)[None]
    return len(boxes), int(np.any(twins, axis=1).sum())


def judged(parts: Sequence[Agreement], *, half: bool) -> Agreement:
    """Put the pictures' comparisons together and require what must hold.

    Raises:
        DetectorRejected: The written model is not the source.
    """
    whole = Agreement(
        boxes=sum(part.boxes for part in parts),
        twins=sum(part.twins for part in parts),
        score=max(part.score for part in parts),
        pixels=max(part.pixels for part in parts),
    )
    score, pixels = (HALF_SCORE, HALF_PIXELS) if half else (MOST_SCORE, MOST_PIXELS)
    few = whole.twins < LEAST_TWINS * whole.boxes
    if few or whole.score > score or whole.pixels > pixels:
        raise DetectorRejected(
            f"the written model does not say what the source says: {whole.twins} of {whole.boxes} "
            f"boxes are the same, scores differ by {whole.score:.4f}, coordinates by "
            f"{whole.pixels:.2f} px; nothing was kept; try without --half, or another version of "
            "ultralytics"
        )
    return whole


def _shape(output: Array) -> str:
    return "x".join(map(str, output.shape))
