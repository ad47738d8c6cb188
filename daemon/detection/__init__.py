"""Lends detectors to cameras: one worker process each, batches by deadline, a fair turn for all."""

from daemon.detection.host import DetectorHost
from daemon.detection.looking import Detecting, Held, Seen
from daemon.detection.panel import Panel

__all__ = ["Detecting", "DetectorHost", "Held", "Panel", "Seen"]
