"""What can go wrong with the daemon itself.

* ConfigRejected: the configuration cannot be used; exit code 78. One line per problem.
"""


class ConfigRejected(Exception):
    """The configuration names what is not there, or says what cannot be."""

    @property
    def problems(self) -> list[str]:
        """One line per problem, each with file, key, reason and remedy."""
        return str(self).splitlines()
