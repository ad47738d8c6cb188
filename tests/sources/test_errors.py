"""Errors of the room."""

import sources
from sources.errors import SourceError, SourceRejected, SourceUnavailable


def test_errors_are_named_after_the_remedy() -> None:
    """One root, two children, each caught by the root and never as the other."""
    assert issubclass(SourceUnavailable, SourceError)
    assert issubclass(SourceRejected, SourceError)
    assert not issubclass(SourceUnavailable, SourceRejected)
    assert not issubclass(SourceRejected, SourceUnavailable)


def test_face_shows_them() -> None:
    """Other rooms find them at the face."""
    assert sources.SourceRejected is SourceRejected
