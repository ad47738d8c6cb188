"""One camera's decoder child, seen from the daemon: ask for frames and pictures, watch, kill.

The child is not trusted: what it says is checked against what it was allotted, and every question
put to it has a deadline. A child that misses one is killed, not asked again.
"""

from daemon.camera.hearing import Outgrown
from daemon.camera.host import CameraHost
from daemon.camera.words import Remark

__all__ = ["CameraHost", "Outgrown", "Remark"]
