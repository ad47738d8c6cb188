"""The trackers of the package behind our interface."""

import importlib.util
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError
from rig import mot
from rig.walkers import detections, walk

from daemon.backends import resolve
from daemon.config import Use
from detectors.package import PackageConfig

TYPES = ("sort", "ocsort", "botsort")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("kind", TYPES)
def test_crowd_is_followed(kind: str) -> None:
    """Chosen by name, it follows crossing walkers; ids go on from the first free one."""
    backend = resolve("trackers", "tracker", Use(type=kind), "test")
    tracker = backend.factory("yard", backend.config, 100)
    truth: dict[int, list[mot.Row]] = {}
    result: dict[int, list[mot.Row]] = {}
    for frame, moment in enumerate(walk(1, 6, 10.0)):
        tracks = tracker.update(moment.at, moment.detections)
        truth[frame] = [(who, *box, 1.0) for who, box in moment.truth.items()]
        result[frame] = [(track.id, *track.xyxy, track.score) for track in tracks if not track.lost]
        assert [track.id for track in tracks] == sorted({track.id for track in tracks})
        assert all(track.lost == (track.last_seen < moment.at) for track in tracks)
    assert mot.evaluate(truth, result).idf1 > 0.6
    ids = {row[0] for rows in result.values() for row in rows}
    assert min(ids) == 100
    assert tracker.next_id == max(ids) + 1
    tracker.reset()
    assert tracker.next_id == max(ids) + 1


@pytest.mark.parametrize("kind", TYPES)
def test_boxes_are_carried_between_looks(kind: str) -> None:
    """With a look at every third frame, boxes between go on with the walkers, marked, less sure."""
    backend = resolve("trackers", "tracker", Use(type=kind), "test")
    tracker = backend.factory("yard", backend.config, 1)
    looked: dict[int, float] = {}
    fits = []
    for number, moment in enumerate(walk(1, 4, 15.0, miss=0.0, false=0.0)):
        if number % 3 == 0:
            looked = {t.id: t.score for t in tracker.update(moment.at, moment.detections)}
            continue
        for track in tracker.carry(moment.at):
            assert track.carried != track.lost
            assert track.score <= looked[track.id]
            if track.carried and moment.truth:
                truth = np.array(list(moment.truth.values()))
                fits.append(mot.iou(np.array([track.xyxy]), truth).max() >= 0.5)
    assert np.mean(fits) > 0.9


@pytest.mark.parametrize("kind", TYPES)
def test_what_nobody_looked_for_is_marked(kind: str) -> None:
    """Detections that are only vouched for keep a track without making it seen."""
    backend = resolve("trackers", "tracker", Use(type=kind), "test")
    tracker = backend.factory("yard", backend.config, 1)
    for number in range(12):
        found = detections(((0.4, 0.3, 0.5, 0.7), 0.9, "person"))
        if number > 5:
            found = replace(found, carried=np.array([True]))
        tracks = tracker.update(number / 5, found)
    (track,) = tracks
    assert track.carried
    assert not track.lost
    assert track.last_seen == pytest.approx(1.0)


def test_without_the_package_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mistake is found when the configuration is read, with the command that mends it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ValidationError, match=r"pip install .*trackers"):
        PackageConfig()
