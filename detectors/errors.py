"""What can go wrong with a detector.

* DetectorError
    * DetectorUnavailable: may heal by itself; restart the worker.
        * DetectorExhausted: the device has no memory left; restart once, then do with less.
    * DetectorRejected: will not heal; a person must change something.
"""


class DetectorError(Exception):
    """Base of every error this room raises."""


class DetectorUnavailable(DetectorError):
    """The accelerator or the worker failed this once; load again after a delay."""


class DetectorExhausted(DetectorUnavailable):
    """The device has no memory left, however small the batch.

    The host starts the worker anew; when that helps nothing, on the device that the option
    `fallback` names.
    """


class DetectorRejected(DetectorError):
    """The model or the device cannot work as configured."""
