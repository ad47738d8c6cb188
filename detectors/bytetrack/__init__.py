"""ByteTrack: identities from boxes and scores alone."""

from detectors.bytetrack.config import ByteConfig
from detectors.bytetrack.tracker import ByteTracker

__all__ = ["ByteConfig", "ByteTracker"]
