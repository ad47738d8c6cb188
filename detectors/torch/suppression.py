"""Non-maximum suppression of a whole batch by matrix products: no loop over pictures or boxes.

Greedy suppression keeps a box if no stronger box that is itself kept covers it. That is a fixed
point: start with all boxes kept, and drop in each round those that a kept, stronger box covers.
After k rounds everything with less than k boxes above it in its chain is settled; chains of real
scenes are short. The result is greedy suppression exactly once a round changes nothing.
"""

from detectors.torch.runtime import Foreign

ROUNDS = 8
"""Rounds in a fixed program; a picture that needs more says so."""


def covers(torch: Foreign, xyxy: Foreign, number: Foreign, iou: float) -> Foreign:
    """Tell which box covers which weaker one of its class too much.

    Args:
        torch: The module.
        xyxy: Pictures x boxes x 4, pixels, strongest first.
        number: Pictures x boxes, class numbers.
        iou: Intersection over union above which a box is covered.

    Returns:
        Pictures x boxes x boxes of 0 and 1; row j, column i: j comes before i and covers it.
    """
    area = (xyxy[..., 2:] - xyxy[..., :2]).clamp(min=0).prod(dim=-1)
    first, last = xyxy[..., :2].unbind(-1), xyxy[..., 2:].unbind(-1)
    shared = None
    for low, high in zip(first, last, strict=True):
        side = torch.minimum(high[:, :, None], high[:, None]) - torch.maximum(
            low[:, :, None], low[:, None]
        )
        side = side.clamp_(min=0)
        shared = side if shared is None else shared.mul_(side)
    union = area[:, :, None] + area[:, None] - shared
    over = (shared > iou * union) & (number[:, :, None] == number[:, None])
    return over.triu_(diagonal=1).to(torch.float16 if xyxy.is_cuda else torch.float32)


def keep(covered: Foreign, alive: Foreign, rounds: int | None) -> tuple[Foreign, Foreign]:
    """Drop what stronger boxes cover.

    Args:
        covered: As `covers` returns it.
        alive: Pictures x boxes, which rows are boxes at all.
        rounds: How many; None goes on until nothing changes, which waits for the device.

    Returns:
        Pictures x boxes, which are kept; pictures, whether that is final.
    """
    start = alive.to(covered.dtype)[:, None]
    kept = start
    done = 0
    while True:
        last, kept = kept, start * (kept.bmm(covered) == 0)
        done += 1
        if done == rounds or (rounds is None and bool((kept == last).all())):
            return kept[:, 0] > 0, (kept == last).all(dim=2)[:, 0]
