"""What a track is called: a vote of its detections."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


class Ballot:
    """Votes of all tracks, a row each, a column per label seen since the start.

    A detection votes with its score. Votes age, so a long life does not make a label
    unchangeable; another label wins only by a margin, so two close ones do not flicker.
    Labels are a detector's class names: their number is bounded by the detector.
    """

    def __init__(self, memory: float, margin: float) -> None:
        self.names: list[str] = []
        self.present: Rows = np.empty(0, np.intp)
        """Label number per track."""

        self._memory = memory
        self._margin = margin
        self._numbers: dict[str, int] = {}
        self._votes: Array = np.empty((0, 0))

    def number(self, labels: Sequence[str]) -> Rows:
        """Return the labels' numbers; new ones are numbered by alphabet, whatever their order."""
        numbers = self._numbers
        new = set(labels).difference(numbers)
        if new:
            for name in sorted(new):
                numbers[name] = len(self.names)
                self.names.append(name)
            wider = np.zeros((len(self.present), len(self.names)))
            wider[:, : self._votes.shape[1]] = self._votes
            self._votes = wider
        return np.array([numbers[label] for label in labels], np.intp)

    def add(self, labels: Rows, scores: Array) -> None:
        """Append tracks with their first vote."""
        votes = np.zeros((len(labels), len(self.names)))
        votes[np.arange(len(labels)), labels] = scores
        self._votes = np.concatenate((self._votes, votes))
        self.present = np.concatenate((self.present, labels))

    def cast(self, rows: Rows, labels: Rows, scores: Array, seconds: Array) -> None:
        """Count one vote each; `seconds` since the track's last one."""
        if len(self.names) == 1:
            return
        fading = np.exp2(seconds * (-1 / self._memory))
        votes = self._votes[rows] * fading[:, None]
        voters = np.arange(len(rows))
        votes[voters, labels] += scores
        self._votes[rows] = votes
        present = self.present[rows]
        best = votes.argmax(axis=1)
        wins = votes[voters, best] > self._margin * votes[voters, present]
        if wins.any():
            self.present[rows[wins]] = best[wins]

    def keep(self, rows: Rows) -> None:
        """Keep only these tracks, in this order."""
        self.present = self.present[rows]
        self._votes = self._votes[rows]
