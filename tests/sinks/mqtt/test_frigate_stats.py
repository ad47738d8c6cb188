"""Our counters become the rates that Frigate tells."""

from sinks import Stats
from sinks.mqtt.frigate_stats import Rates


def stats(uptime: float, received: int, detected: int) -> Stats:
    """Make the figures of one camera and one detector."""
    return Stats(
        at=1000.0 + uptime,
        node="box1",
        uptime_s=uptime,
        cameras={
            "yard": {
                "received": received,
                "detected": detected,
                "dropped_old": received - detected,
                "reader": "own",
            }
        },
        detectors={"detector": {"batch_mean_s": 0.0123, "state": "ready"}},
    )


def test_rates_are_those_since_the_last_time() -> None:
    """First of the whole run, then of the time between; what we do not know is nothing."""
    rates = Rates("0.1.0")
    first = rates.since_last(stats(10.0, 100, 50))["cameras"]["yard"]
    assert (first["camera_fps"], first["detection_fps"], first["skipped_fps"]) == (10.0, 5.0, 5.0)
    told = rates.since_last(stats(20.0, 150, 100))
    yard = told["cameras"]["yard"]
    assert (yard["camera_fps"], yard["process_fps"], yard["skipped_fps"]) == (5.0, 5.0, 0.0)
    assert told["detection_fps"] == 5.0
    assert told["detectors"]["detector"]["inference_speed"] == 12.3
    assert told["service"]["uptime"] == 20
    assert told["service"]["version"] == "0.1.0"


def test_a_run_that_began_anew_has_no_negative_rates() -> None:
    """Counters that fell are those of another run."""
    rates = Rates("0.1.0")
    rates.since_last(stats(100.0, 1000, 500))
    again = rates.since_last(stats(10.0, 50, 50))["cameras"]["yard"]
    assert (again["camera_fps"], again["process_fps"]) == (5.0, 5.0)


def test_a_camera_without_figures_has_none() -> None:
    """Neither camera nor detector need have told anything."""
    told = Rates("0.1.0").since_last(Stats(at=1.0, node="box1", uptime_s=0.0, cameras={"yard": {}}))
    assert told["cameras"]["yard"]["camera_fps"] == 0.0
    assert told["detectors"] == {}
