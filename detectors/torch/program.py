"""All that happens on the device between pixels and rows, as one function of fixed shapes.

Pixels become floats, the model looks, the strongest candidates are chosen, overlapping ones are
dropped: no step waits for the host, so a CUDA graph can hold the whole.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from detectors.torch.runtime import Foreign
from detectors.torch.suppression import ROUNDS, covers, keep

MOST = 300
"""Objects per picture, as the models were evaluated."""

CANDIDATES = 512
"""Boxes per picture before overlaps are dropped. A picture with more is looked at again, alone."""

PATIENT = 3000
"""The same in that second look."""

_BOX = 4


class _EverySize:
    """Equal to every shape, so that a head keeps the anchors it has."""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Wishes:
    """What of the model's output is wanted."""

    min_score: float
    iou: float
    wanted: tuple[bool, ...]
    """By class number; classes beyond are not wanted."""


class Program:
    """From pictures x height x width x 3 (RGB, 8 bits) to pictures x (1 + MOST) x 6.

    The first row of each picture holds the number of rows that follow and whether they are final;
    a row is left, top, right, bottom in pixels of the input, score, class number, strongest first.

    Args:
        torch: The module.
        net: From floats (pictures x 3 x height x width, 0 to 1) to the family's output.
        layout: `yolov8` (pictures x (4 + classes) x anchors) or `end_to_end` (pictures x rows x 6).
        wishes: What to keep.
        dtype: Of the floats that go in.
        device: Where all of it lies.
    """

    def __init__(
        self,
        torch: Foreign,
        net: Callable[[Foreign], Foreign],
        layout: Literal["yolov8", "end_to_end"],
        wishes: Wishes,
        *,
        dtype: Foreign,
        device: str,
    ) -> None:
        self._torch = torch
        self._net = net
        self._layout = layout
        self._wishes = wishes
        self._dtype = dtype
        # One more class, never wanted, for numbers beyond the names.
        self._wanted = torch.tensor([*wishes.wanted, False], device=device)

    def __call__(self, pixels: Foreign) -> Foreign:
        """Look at all pictures."""
        return self.choose(look(self._torch, self._net, pixels, self._dtype))

    def patiently(self, pixels: Foreign, count: int) -> Foreign:
        """Look at the first `count` pictures, take all candidates, and wait until all is final."""
        output = look(self._torch, self._net, pixels, self._dtype)
        with self._torch.inference_mode():
            return self.choose(output[:count], patient=True)

    def choose(self, output: Foreign, *, patient: bool = False) -> Foreign:
        """Choose among what the model says."""
        if self._layout == "end_to_end":
            return self._first(*self._read(output))
        return self._apart(output, patient=patient)

    def _read(self, output: Foreign) -> tuple[Foreign, Foreign, Foreign, Foreign]:
        rows = output.float()
        score, number = self._wish(rows[..., 4], rows[..., 5].long())
        score, order = score.topk(min(MOST, score.shape[1]), dim=1)
        boxes = rows[..., :_BOX].gather(1, order[..., None].expand(-1, -1, _BOX))
        final = self._torch.ones_like(score[:, 0], dtype=self._torch.bool)
        return boxes, score, number.gather(1, order), final

    def _apart(self, output: Foreign, *, patient: bool) -> Foreign:
        torch = self._torch
        score, number = self._wish(*output[:, _BOX:].max(dim=1))
        there = (score > 0).sum(dim=1)
        most = min(PATIENT if patient else CANDIDATES, score.shape[1])
        score, order = score.topk(most, dim=1)
        number = number.gather(1, order)
        boxes = output[:, :_BOX].gather(2, order[:, None].expand(-1, _BOX, -1)).float()
        half = boxes[:, 2:] / 2
        boxes = torch.cat((boxes[:, :2] - half, boxes[:, :2] + half), dim=1).transpose(1, 2)
        covered = covers(torch, boxes, number, self._wishes.iou)
        kept, final = keep(covered, score > 0, None if patient else ROUNDS)
        score, order = torch.where(kept, score, 0).topk(min(MOST, most), dim=1)
        boxes = boxes.gather(1, order[..., None].expand(-1, -1, _BOX))
        return self._first(boxes, score, number.gather(1, order), final & (there <= most))

    def _wish(self, score: Foreign, number: Foreign) -> tuple[Foreign, Foreign]:
        """Take the score from whatever is not wanted."""
        beyond = len(self._wishes.wanted)
        number = self._torch.where((number < 0) | (number > beyond), beyond, number)
        good = self._wanted[number] & (score >= self._wishes.min_score)
        return self._torch.where(good, score, 0).float(), number

    def _first(self, boxes: Foreign, score: Foreign, number: Foreign, final: Foreign) -> Foreign:
        """Write the answer's rows, with the row that counts them in front."""
        torch = self._torch
        rows = torch.cat((boxes, score[..., None], number[..., None].float()), dim=2)
        first = torch.zeros_like(rows[:, :1])
        first[:, 0, 0] = (score > 0).sum(dim=1)
        first[:, 0, 1] = final
        return torch.cat((first, rows), dim=1)


def look(
    torch: Foreign, net: Callable[[Foreign], Foreign], pixels: Foreign, dtype: Foreign
) -> Foreign:
    """Run the model on pictures x height x width x 3 of 8 bits; return its first output."""
    with torch.inference_mode():
        output = net(pixels.permute(0, 3, 1, 2).to(dtype) / 255)
    return output[0] if isinstance(output, (tuple, list)) else output


def settle_anchors(model: Foreign) -> None:
    """Let a head that has looked once keep its anchors, in 32 bits, for every batch size.

    Ultralytics' heads make them anew whenever the batch changes, in the floats of the features: a
    graph would read freed memory, and 16 bits place a corner at 600 pixels by half a pixel.
    """
    for module in model.modules():
        if getattr(module, "shape", None) is not None and hasattr(module, "anchors"):
            module.anchors, module.strides = module.anchors.float(), module.strides.float()
            module.dynamic, module.shape = False, _EverySize()
