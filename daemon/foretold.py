"""Writes down how every prediction of a replay turned out, told with an event or not."""

import json
from pathlib import Path

from reasoners.predictions.prediction import Prediction


class Foretold:
    """A file of JSON lines, one for each prediction that is over, in that order.

    Args:
        path: The file; it is replaced.
        camera: Whose predictions they are.
    """

    def __init__(self, path: Path, camera: str) -> None:
        self._path = path
        self._camera = camera
        path.write_text("", encoding="utf-8")

    def note(self, prediction: Prediction) -> None:
        """Add a line. Blocking; for replays, whose time waits."""
        line = {
            "camera": self._camera,
            "what": prediction.what,
            "subject": prediction.label or prediction.subject,
            "object": prediction.object,
            "count": prediction.count,
            "horizon_s": prediction.horizon,
            "probability": prediction.probability,
            "stated_at": round(prediction.stated_at, 3),
            "outcome": prediction.outcome,
            "resolved_at": _rounded(prediction.resolved_at),
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _rounded(at: float | None) -> float | None:
    return None if at is None else round(at, 3)
