"""Errors are named after their remedy."""

from reasoners import (
    ReasonerError,
    ReasonerRejected,
    ReasonerUnavailable,
    ReplyInvalid,
    ReplyRefused,
    ReplyTruncated,
)


def test_every_error_has_its_branch() -> None:
    """What heals by itself and what needs a person are apart."""
    assert issubclass(ReasonerUnavailable, ReasonerError)
    assert issubclass(ReplyInvalid, ReasonerRejected)
    assert issubclass(ReplyTruncated, ReplyInvalid)
    assert issubclass(ReplyRefused, ReasonerRejected)
    assert not issubclass(ReasonerRejected, ReasonerUnavailable)
    assert ReasonerUnavailable("busy", retry_after=3.0).retry_after == 3.0
