"""The detector on torch, and the only room that knows torch, ultralytics and TensorRT."""

from detectors.torch.config import UltralyticsConfig
from detectors.torch.detector import UltralyticsDetector

__all__ = ["UltralyticsConfig", "UltralyticsDetector"]
