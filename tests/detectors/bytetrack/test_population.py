"""The table of tracks."""

import numpy as np

from detectors.bytetrack.kalman import PLANES
from detectors.bytetrack.population import Population


def test_columns_stay_together_when_tracks_come_and_go() -> None:
    """Adding and keeping treats every column alike."""
    tracks = Population()
    for at in (1.0, 2.0):
        found = np.full((4, 2), at)
        tracks.add(np.full((PLANES, 4, 2), at), np.array([at / 10, at / 5]), found, at)
    tracks.id[:] = [4, 5, 0, 0]
    tracks.keep(np.array([1, 2]))
    assert len(tracks) == 2
    assert tracks.confirmed == 1
    assert tracks.id.tolist() == [5, 0]
    assert tracks.first_seen.tolist() == tracks.last_seen.tolist() == [1.0, 2.0]
    assert tracks.score.tolist() == [0.2, 0.2]
    assert tracks.state[0, 0].tolist() == [1.0, 2.0]
    assert tracks.found[0].tolist() == [1.0, 2.0]
    assert tracks.hits.tolist() == [1, 1]
    assert tracks.present.tolist() == [True, True]
