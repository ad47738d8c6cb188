"""What can go wrong with the daemon itself.

* ConfigRejected: the configuration cannot be used; exit code 78. One line per problem.
* ChildUnavailable: a SourceUnavailable; a new child may fare better, but not at once for ever.
* ChildRejected: a SourceRejected; a child that lies is not started again soon.
"""

from sources import SourceRejected, SourceUnavailable


class ConfigRejected(Exception):
    """The configuration names what is not there, or says what cannot be."""

    @property
    def problems(self) -> list[str]:
        """One line per problem, each with file, key, reason and remedy."""
        return str(self).splitlines()


class ChildUnavailable(SourceUnavailable):
    """A camera's decoder child died by itself: a crash, or no memory left for it."""


class ChildRejected(SourceRejected):
    """A camera's decoder child sent what no honest one sends, and was killed."""
