"""Exit codes, in one place."""

from enum import IntEnum


class Exit(IntEnum):
    """What the process says by how it ends."""

    CLEAN = 0
    BUG = 1
    """A bug, or a journal that failed."""

    USAGE = 2
    """Wrong command line."""

    BEHIND = 3
    """Drained incompletely: a cursor is behind; what is committed waits in the journal."""

    NOTHING = 4
    """`why` or `forecast` was asked of what nothing is kept of."""

    PARTLY = 5
    """`reload` applied what a running daemon can change; some keys wait for a restart."""

    DAMAGED = 65
    """`fsck` found that something kept is not whole."""

    UNREACHABLE = 69
    """`check` found something unreachable or refused; `reload` found no daemon, or no answer."""

    CONFIG = 78
    """Bad configuration."""
