"""The built-in rule as an engine: each object that is there begins an event, and ends it."""

from collections.abc import Collection, Iterator

from reasoners.firing import Firing, Moment
from reasoners.scene.change import Vanished
from reasoners.scene.presence import RULE, PresenceConfig, wanted
from reasoners.scene.thing import Thing


class Presence:
    """One event for each object of the labels that are watched for."""

    def __init__(self, config: PresenceConfig) -> None:
        self._config = config
        self._inquiry = config.inquiry(RULE)
        self._labels = wanted(config, config.labels)
        self._there: dict[int, Thing] = {}

    def know(self, labels: Collection[str]) -> None:
        """Learn what the detector can say; what is watched for by default depends on it."""
        self._labels = wanted(self._config, labels)

    def observe(self, moment: Moment) -> Iterator[Firing]:
        """Begin with what is seen, end what vanished."""
        for change in moment.changes:
            if isinstance(change, Vanished):
                gone = self._there.pop(change.thing, None)
                if gone is not None:
                    yield Firing(RULE, gone.id, "ends", gone.shown_at)
        if moment.view is None:
            return
        for thing in moment.scene.things.values():
            if thing.id in self._there or not thing.seen or thing.carried:
                continue
            if thing.label in self._labels:
                self._there[thing.id] = thing
                config = self._config
                yield Firing(
                    RULE,
                    thing.id,
                    "begins",
                    thing.first_seen,
                    (thing,),
                    config.severity,
                    ask=self._inquiry,
                )

    def reset(self) -> None:
        """Forget who is there."""
        self._there.clear()
