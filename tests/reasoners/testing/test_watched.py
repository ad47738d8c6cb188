"""A yard, watched by a detector with faults."""

from random import Random

from reasoners.testing.watched import watched
from reasoners.testing.yard import Player, players


def test_a_job_has_what_the_detector_saw() -> None:
    """Keyframes in order of time, the first player's sighting, the zones; and it is not perfect."""
    seen = [job for seed in range(20) if (job := watched(players(Random(seed)), Random(seed)))]
    assert len(seen) >= 19
    for job in seen:
        times = [keyframe.captured_at for keyframe in job.keyframes]
        assert times == sorted(times)
        assert "t1" in {sighting.track for sighting in job.sightings}
        assert job.zones == ("path", "step", "lane")
    assert not all(sighting.sure for job in seen for sighting in job.sightings)


def test_whom_it_never_saw_nobody_asks_about() -> None:
    """There is no job then."""
    gone = Player("t1", "person", 9.5, 9.6, (0.5, 0.8), (0.5, 0.8), 1.0, doubtful=False)
    assert watched([gone], Random(1)) is None
