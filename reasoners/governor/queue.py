"""The one queue of all cameras: bounded, by priority, fair between cameras."""

from collections import Counter
from collections.abc import Iterator

from reasoners.governor.ticket import Ticket


class Queue:
    """Questions that wait.

    Args:
        most: How many may wait.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.served: Counter[str] = Counter()
        """Calls by camera, for fairness."""

        self._waiting: dict[str, Ticket] = {}

    def __len__(self) -> int:
        """Count who waits."""
        return len(self._waiting)

    def __iter__(self) -> Iterator[Ticket]:
        """Go through them in the order in which they are to be asked.

        By priority; then the camera that was answered least; then the newest of that camera: what
        happens now is worth more than what happened before.
        """
        return iter(sorted(self._waiting.values(), key=self._rank))

    def add(self, ticket: Ticket) -> Ticket | None:
        """Let a question wait; return the one that gives way when there is no room.

        The least important gives way: of the lowest priority, from the camera that has most
        waiting, the oldest. That may be the newcomer.
        """
        self._waiting[ticket.key] = ticket
        if len(self._waiting) <= self.most:
            return None
        crowd = Counter(waiting.camera for waiting in self._waiting.values())
        gives = max(self._waiting.values(), key=lambda t: (t.priority, crowd[t.camera], -t.number))
        del self._waiting[gives.key]
        return gives

    def remove(self, ticket: Ticket) -> None:
        """Take a question out."""
        del self._waiting[ticket.key]

    def together(self, first: Ticket, most: int) -> tuple[Ticket, ...]:
        """Return a question and those that may ride with it, in order."""
        if not first.scene:
            return (first,)
        others = [
            ticket
            for ticket in self
            if ticket is not first and ticket.scene == first.scene and ticket.cloud == first.cloud
        ]
        return (first, *others[: most - 1])

    def clear(self) -> list[Ticket]:
        """Take all out."""
        gone = list(self)
        self._waiting.clear()
        return gone

    def forget(self) -> None:
        """Let fairness begin anew once in a while: what was long ago is no debt."""
        for camera in self.served:
            self.served[camera] //= 2
        self.served += Counter()

    def _rank(self, ticket: Ticket) -> tuple[int, int, int]:
        return ticket.priority, self.served[ticket.camera], -ticket.number
