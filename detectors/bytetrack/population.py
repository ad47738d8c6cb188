"""All tracks of one camera as columns."""

import numpy as np
import numpy.typing as npt

from detectors.bytetrack.kalman import PLANES

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


class Population:
    """One column per track: the confirmed by id, then the others by age."""

    def __init__(self) -> None:
        self.confirmed = 0
        """How many are confirmed."""

        self.state: Array = np.empty((PLANES, 4, 0))
        """Motion, see `detectors.bytetrack.kalman`."""

        self.id: Rows = np.empty(0, np.intp)
        """0 until confirmed."""

        self.hits: Rows = np.empty(0, np.intp)
        self.first_seen: Array = np.empty(0)
        self.last_seen: Array = np.empty(0)
        self.believed_at: Array = np.empty(0)
        """As `last_seen`, or later where something vouched for the track that nobody looked for."""

        self.score: Array = np.empty(0)
        self.present: npt.NDArray[np.bool_] = np.empty(0, np.bool_)
        """Seen in the newest frame, or vouched for."""

        self.carried: npt.NDArray[np.bool_] = np.empty(0, np.bool_)
        """Only vouched for: nobody looked for it in the newest frame."""

        self.moving: npt.NDArray[np.bool_] = np.empty(0, np.bool_)
        self.turning: Array = np.empty(0)
        """Since when it seems to have changed between moving and resting; infinite if it does
        not."""

        self.wobble: Array = np.empty(0)
        """How far detections were from their prediction, on average, in squared distances that the
        filter expected: 1 if it is right, less for what is steadier than it assumes."""

        self.found: Array = np.empty((4, 0))
        """Corners of the detection that each went on with last."""

    def __len__(self) -> int:
        """Count the tracks."""
        return len(self.id)

    def add(self, state: Array, score: Array, found: Array, at: float) -> None:
        """Append tracks first seen at `at`, in boxes with these corners."""
        count = len(score)
        times = np.full(count, at)
        self.state = np.concatenate((self.state, state), axis=2)
        self.id = np.concatenate((self.id, np.zeros(count, np.intp)))
        self.hits = np.concatenate((self.hits, np.ones(count, np.intp)))
        self.first_seen = np.concatenate((self.first_seen, times))
        self.last_seen = np.concatenate((self.last_seen, times))
        self.believed_at = np.concatenate((self.believed_at, times))
        self.score = np.concatenate((self.score, score))
        self.present = np.concatenate((self.present, np.ones(count, np.bool_)))
        self.carried = np.concatenate((self.carried, np.zeros(count, np.bool_)))
        self.moving = np.concatenate((self.moving, np.zeros(count, np.bool_)))
        self.turning = np.concatenate((self.turning, np.full(count, np.inf)))
        self.wobble = np.concatenate((self.wobble, np.ones(count)))
        self.found = np.concatenate((self.found, found), axis=1)

    def keep(self, rows: Rows) -> None:
        """Keep only these tracks, in this order: the confirmed first."""
        self.confirmed = int(np.count_nonzero(self.id[rows]))
        self.state = self.state.take(rows, axis=2)
        self.id = self.id[rows]
        self.hits = self.hits[rows]
        self.first_seen = self.first_seen[rows]
        self.last_seen = self.last_seen[rows]
        self.believed_at = self.believed_at[rows]
        self.score = self.score[rows]
        self.present = self.present[rows]
        self.carried = self.carried[rows]
        self.moving = self.moving[rows]
        self.turning = self.turning[rows]
        self.wobble = self.wobble[rows]
        self.found = self.found.take(rows, axis=1)
