"""Our figures as Frigate's `stats`: rates of the time since they were told last. Pure.

Source: https://docs.frigate.video/integrations/api, `GET /api/stats`.
"""

from collections.abc import Mapping
from typing import Any, Final

from sinks.message import Stats

Figures = Mapping[str, int | float | str | None]
_DROPPED: Final = "dropped_"


class Rates:
    """Remembers the figures told last.

    Args:
        version: Of this program.
    """

    def __init__(self, version: str) -> None:
        self._version = version
        self._last: Stats | None = None

    def since_last(self, stats: Stats) -> dict[str, Any]:
        """Return what Frigate would tell; the first time, of the whole run until now."""
        last, self._last = self._last, stats
        if last is None or last.uptime_s >= stats.uptime_s:
            last = stats.model_copy(update={"uptime_s": 0.0, "cameras": {}})
        seconds = max(stats.uptime_s - last.uptime_s, 0.001)
        cameras = {
            name: _camera(figures, last.cameras.get(name, {}), seconds)
            for name, figures in stats.cameras.items()
        }
        return {
            "cameras": cameras,
            "detection_fps": round(sum(one["detection_fps"] for one in cameras.values()), 1),
            "detectors": {
                name: {
                    "inference_speed": round(1000 * _number(figures, "batch_mean_s"), 2),
                    "detection_start": 0.0,
                    "pid": 0,
                }
                for name, figures in stats.detectors.items()
            },
            "service": {
                "uptime": int(stats.uptime_s),
                "version": self._version,
                "latest_version": self._version,
                "last_updated": int(stats.at),
                "storage": {},
                "temperatures": {},
            },
        }


def _camera(now: Figures, before: Figures, seconds: float) -> dict[str, float]:
    """Return a camera's rates, in frames a second."""

    def rate(*names: str) -> float:
        grown = sum(_number(now, name) - _number(before, name) for name in names)
        return round(max(0.0, grown) / seconds, 1)

    return {
        "camera_fps": rate("received"),
        "process_fps": rate("detected", "carried"),
        "skipped_fps": rate(*(name for name in now if name.startswith(_DROPPED))),
        "detection_fps": rate("detected"),
        "pid": 0,
        "capture_pid": 0,
    }


def _number(figures: Figures, name: str) -> float:
    found = figures.get(name)
    return float(found) if isinstance(found, int | float) else 0.0
