"""What can go wrong with a detector.

* DetectorError
    * DetectorUnavailable: may heal by itself; restart the worker.
    * DetectorRejected: will not heal; a person must change something.
"""


class DetectorError(Exception):
    """Base of every error this room raises."""


class DetectorUnavailable(DetectorError):
    """The accelerator or the worker failed this once; load again after a delay."""


class DetectorRejected(DetectorError):
    """The model or the device cannot work as configured."""
