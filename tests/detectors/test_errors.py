"""The room's errors."""

from detectors.errors import DetectorError, DetectorRejected, DetectorUnavailable


def test_each_error_has_one_remedy() -> None:
    """Both are errors of this room, neither is the other."""
    assert issubclass(DetectorUnavailable, DetectorError)
    assert issubclass(DetectorRejected, DetectorError)
    assert not issubclass(DetectorRejected, DetectorUnavailable)
    assert not issubclass(DetectorUnavailable, DetectorRejected)
