"""What can go wrong with a sink.

* SinkError
    * SinkUnavailable: may heal by itself; reconnect and go on from the cursor.
    * SinkRejected: will not heal; a person must change something.
        * EventRejected: this one event was refused; the others may pass.
"""


class SinkError(Exception):
    """Base of every error this room raises."""


class SinkUnavailable(SinkError):
    """The other side is gone for now."""


class SinkRejected(SinkError):
    """The other side refuses us."""


class EventRejected(SinkRejected):
    """The other side refuses this event; after three refusals it is dead-lettered."""
