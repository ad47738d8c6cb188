"""What is in a frame, and whether it was there before."""

from detectors.attention import Attention, Glance
from detectors.detection import Box, Detection, Detections
from detectors.detector import Detector, Profile
from detectors.errors import (
    DetectorError,
    DetectorExhausted,
    DetectorRejected,
    DetectorUnavailable,
)
from detectors.picture import Picture
from detectors.track import Track
from detectors.tracker import Tracker

__all__ = [
    "Attention",
    "Box",
    "Detection",
    "Detections",
    "Detector",
    "DetectorError",
    "DetectorExhausted",
    "DetectorRejected",
    "DetectorUnavailable",
    "Glance",
    "Picture",
    "Profile",
    "Track",
    "Tracker",
]
