"""A drawn street: every picture and the truth about it, from a seed."""

from sources.street.street import Seen, Street

__all__ = ["Seen", "Street"]
