"""The 80 classes of COCO 2017, in the order in which models number them."""

COCO = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat",
    "traffic light", "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog",
    "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella",
    "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard", "sports ball", "kite",
    "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
    "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange",
    "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant",
    "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone",
    "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors",
    "teddy bear", "hair drier", "toothbrush",
)  # fmt: skip

_GAPS = (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
"""Category numbers of COCO that were planned and never annotated."""


def by_category() -> tuple[str, ...]:
    """Name COCO's classes by their category numbers, 0 to 90, as RF-DETR and others number them.

    Number 0 and the gaps have empty names, which are never reported.
    """
    names = iter(COCO)
    return tuple(
        "" if number == 0 or number in _GAPS else next(names)
        for number in range(len(COCO) + len(_GAPS) + 1)
    )
