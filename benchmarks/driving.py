"""How truly time to contact is told on roads whose truth is known, and what is warned of falsely.

Generated drives (`reasoners/testing/roads.py`) through the real tracker; each side of each box is
off by 2 % of the box's length that way, one standard deviation, and 2 % of the boxes are missed.
"""

import statistics
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from detectors.bytetrack import ByteConfig, ByteTracker
from reasoners import View
from reasoners.driving.assist import Assist
from reasoners.driving.config import DrivingConfig
from reasoners.driving.contact import Contact
from reasoners.testing.drives import DRIVES, drive
from reasoners.testing.roads import looks

SEEDS = range(1000, 1024)
RATES = (5.0, 10.0, 30.0)
NOISE, MISSED = 0.02, 0.02
EVEN = ("approach", "bumpy_approach", "cyclist_ahead")
"""Drives on which both go on evenly: their time to contact is what really happens."""

SAFE = ("receding", "following", "parked", "bumpy_parked", "oncoming", "passing", "pavement")
NEAREST, FARTHEST = 1.0, 4.0
ERROR_WANTED = 0.10


def measure() -> dict[str, Any]:
    """Drive everywhere; return errors as shares, times in seconds, counts."""
    told = {f"{rate:.0f}_per_s": _told(rate) for rate in RATES}
    return {
        "drives_a_kind": len(SEEDS),
        **told,
        "cost": _cost(),
        "ok": all(
            rate["error_p50"] <= ERROR_WANTED and not rate["false_warnings"]
            for rate in told.values()
        ),
    }


def _told(fps: float) -> dict[str, Any]:
    marks = _Marks()
    for name in DRIVES:
        for seed in SEEDS:
            marks.drive(name, seed, fps)
    return marks.report()


class _Marks:
    """What was told of all drives at one rate."""

    def __init__(self) -> None:
        self.errors: dict[str, list[float]] = {}
        self.within = self.asked = 0
        self.first: dict[str, list[float]] = {}
        self.silent: Counter[str] = Counter()
        self.false: Counter[str] = Counter()
        self.gentle: Counter[int] = Counter()
        self.safe = 0.0

    def drive(self, name: str, seed: int, fps: float) -> None:
        road = drive(name, seed)
        self.safe += road.seconds if name in SAFE else 0.0
        heard: set[str] = set()
        for view, names, begun, assist in _watch(name, seed, fps):
            truths = {user.name: user.ttc(view.captured_at) for user in road.users}
            truth = truths.get(road.reached or "")
            if name in EVEN and truth is not None and NEAREST <= truth <= FARTHEST:
                number = next((n for n, who in names.items() if who == road.reached), 0)
                self._compare(truth, assist.contacts.get(number))
            for advice in begun:
                who = names.get(advice.track or 0)
                if name == "stopping":
                    self.gentle[seed] += advice.kind == "collision"
                elif advice.kind not in road.warns or who != road.reached:
                    self.false[f"{name} {advice.kind}"] += 1
                elif advice.kind not in heard and truth is not None:
                    self.first.setdefault(f"{name} {advice.kind}", []).append(truth)
                    heard.add(advice.kind)
        if road.reached is not None and not heard & {"collision", "person_in_path"}:
            self.silent[name] += 1

    def _compare(self, truth: float, contact: Contact | None) -> None:
        self.asked += 1
        if contact is None or contact.ttc is None:
            return
        span = f"{int(truth)}_to_{int(truth) + 1}_s"
        self.errors.setdefault(span, []).append(abs(contact.ttc - truth) / truth)
        self.within += abs(contact.ttc - truth) <= 2 * contact.sd

    def report(self) -> dict[str, Any]:
        together = sorted(error for some in self.errors.values() for error in some)
        return {
            "error_p50": round(statistics.median(together), 4),
            "error_p90": round(together[int(0.9 * len(together))], 4),
            "error_p50_by_truth": _medians(self.errors, 4),
            "within_two_deviations": round(self.within / len(together), 3),
            "known_share": round(len(together) / self.asked, 3),
            "ttc_at_warning_p50": _medians(self.first, 2),
            "not_warned_of": dict(self.silent),
            "minutes_without_danger": round(self.safe / 60, 1),
            "false_warnings": dict(self.false),
            "gentle_stops_warned_of_share": round(len(+self.gentle) / len(SEEDS), 3),
        }


def _medians(values: dict[str, list[float]], digits: int) -> dict[str, float]:
    return {key: round(statistics.median(some), digits) for key, some in sorted(values.items())}


def _watch(name: str, seed: int, fps: float) -> Iterator[tuple[View, dict[int, str], Any, Assist]]:
    """Yield each view, the names of its tracks, what is warned of from it on, and who warns."""
    tracker, assist = ByteTracker(name, ByteConfig()), Assist(DrivingConfig())
    for number, (at, found, boxes) in enumerate(looks(drive(name, seed), fps, seed, NOISE, MISSED)):
        tracks = tracker.update(at, found)
        view = View(number, at, at, 1920, 1080, tracks)
        names = {
            track.id: who for track in tracks for who, box in boxes.items() if track.found == box
        }
        yield view, names, assist.observe(view), assist


def _cost() -> dict[str, float]:
    """Time the reasoning alone among parked cars, 30 looks a second; CPU only."""
    times, counts = [], []
    for seed in range(3):
        tracker, assist = ByteTracker("cost", ByteConfig()), Assist(DrivingConfig())
        for number, (at, found, _) in enumerate(looks(drive("parked", seed), 30, seed, NOISE)):
            view = View(number, at, at, 1920, 1080, tracker.update(at, found))
            started = time.thread_time()
            assist.observe(view)
            times.append(1000 * (time.thread_time() - started))
            counts.append(len(view.tracks))
    times.sort()
    return {
        "tracks_mean": round(statistics.mean(counts), 1),
        "ms_p50": round(statistics.median(times), 3),
        "ms_p95": round(times[int(0.95 * len(times))], 3),
    }
