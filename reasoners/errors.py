"""What can go wrong with a reasoner.

* ReasonerError
    * ReasonerUnavailable: may heal by itself; the job ends as ``error`` or ``timeout``.
    * ReasonerRejected: the model refused, or answered outside the schema.
        * QuestionTooLong: fewer or smaller pictures may do.
        * ReplyInvalid: the job ends as ``invalid``.
            * ReplyTruncated: a shorter answer may do.
        * ReplyRefused: the job ends as ``refused``.
"""


class ReasonerError(Exception):
    """Base of every error this room raises."""

    billed = True
    """Whether the question may have to be paid for all the same: somebody began to read it."""


class ReasonerUnavailable(ReasonerError):
    """Overloaded, unreachable or out of quota for now."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds the server asked us to wait, if it said so."""


class ReasonerRejected(ReasonerError):
    """The model or its server will not do what we ask."""


class QuestionTooLong(ReasonerRejected):
    """The question does not fit into what the model can take in at once."""


class ReplyInvalid(ReasonerRejected):
    """The answer does not fit the schema."""


class ReplyTruncated(ReplyInvalid):
    """The answer is longer than it may be."""


class ReplyRefused(ReasonerRejected):
    """The model declined to answer."""
