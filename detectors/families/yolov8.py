"""YOLOv8 and YOLO11 heads: 1 x (4 + classes) x anchors, decoded in the graph, no objectness.

Boxes are centre and size in pixels of the input, scores are already between 0 and 1. The layout is
the one of Ultralytics' export (`ultralytics.nn.modules.head.Detect`), read from its outputs.
"""

from detectors.families.candidates import Candidates, Numbers, best_class, corners


def decode(output: Numbers, min_score: float) -> Candidates:
    """Read one picture's output.

    Args:
        output: (4 + classes) x anchors.
        min_score: Rows below are left out.
    """
    rows, number = best_class(output[4:], min_score)
    return Candidates(corners(output[:4, rows].T), output[4 + number, rows], number)
