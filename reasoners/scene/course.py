"""How an object goes over the ground: velocity in metres, running, sudden stops.

Metres are guessed from the size of the box, see `reasoners.scene.kind`; a camera that looks down at
about forty degrees shows ways into the depth that much shorter than they are.
"""

from collections import deque

FORESHORTENED = 1.8
"""Metres into the depth for each metre that the picture shows."""

WINDOW, LEAST = 0.6, 0.2
"""Seconds over which velocity is measured, and from which on that is better than the tracker's."""

RUNS, RUNS_NOT = 2.4, 1.9
"""Metres per second above which a person runs and below which it does not any more."""

RUNS_AFTER, RUNS_NOT_AFTER = 1.0, 1.0
"""Seconds for which that must hold."""

FAST = 2.5
"""Metres per second from which a stop can be sudden."""

LEFT_OVER, BRAKING = 0.8, 2.6
"""A stop is sudden if no more metres per second are left, and so many were lost a second."""

CLEARLY = 1.0
"""Metres per second from which an object has a direction."""

KEPT_UP, FOR = 0.7, 0.3
"""Share of its highest speed that it must have kept up, and for how many seconds, before it stops:
a box that was only just found may leap."""

NEARLY = 0.9
"""Share of its highest speed down to which it has not begun to slow down."""

RECALL = 1.8
"""Seconds for which speeds are remembered."""

SPACING = 0.09
"""Least seconds between two of them."""

JUMP = 0.45
"""Seconds out of sight after which velocity is measured afresh."""

EPSILON = 1e-6
"""Seconds that rounding of times may take away."""


class Course:
    """The last second of one object's way. Positions in picture heights, velocity in metres."""

    __slots__ = (
        "_armed",
        "_places",
        "_speeds",
        "_turning",
        "heading",
        "running",
        "running_since",
        "speed",
        "vx",
        "vy",
    )

    def __init__(self) -> None:
        self.vx = self.vy = 0.0
        """Metres per second across the picture and into the depth, towards the camera."""

        self.speed = 0.0
        """Metres per second."""

        self.heading = (0.0, 0.0)
        """Unit vector of the way it last went clearly, across and into the depth; zero if never."""

        self.running = False
        self.running_since = 0.0
        self._places: deque[tuple[float, float, float]] = deque(maxlen=64)
        self._speeds: deque[tuple[float, float]] = deque(maxlen=32)
        self._turning: float | None = None
        self._armed = False

    def follow(
        self, now: float, place: tuple[float, float], scale: float, velocity: tuple[float, float]
    ) -> None:
        """Take where its foot is now.

        Args:
            now: Seconds.
            place: Picture heights.
            scale: Picture heights per metre.
            velocity: What the tracker says, picture heights per second; used while there is too
                little to measure.
        """
        x, y = place
        places = self._places
        if places and now - places[-1][0] > JUMP:
            places.clear()
            self._speeds.clear()
        places.append((now, x, y))
        while len(places) > 2 and now - places[1][0] >= WINDOW - EPSILON:  # noqa: PLR2004
            places.popleft()
        then, before_x, before_y = places[0]
        span = now - then
        if span >= LEAST - EPSILON:
            across, down = (x - before_x) / span, (y - before_y) / span
        else:
            across, down = velocity
        self.vx, self.vy = across / scale, FORESHORTENED * down / scale
        self.speed = (self.vx * self.vx + self.vy * self.vy) ** 0.5
        if self.speed > CLEARLY:
            self.heading = (self.vx / self.speed, self.vy / self.speed)
        if span >= LEAST - EPSILON and (not self._speeds or now - self._speeds[-1][0] >= SPACING):
            self._speeds.append((now, self.speed))

    def runs(self, now: float) -> bool:
        """Decide whether it runs; tell whether that changed."""
        turns = self.speed < RUNS_NOT if self.running else self.speed > RUNS
        if not turns:
            self._turning = None
            return False
        if self._turning is None:
            self._turning = now
        wanted = RUNS_NOT_AFTER if self.running else RUNS_AFTER
        if now - self._turning < wanted - EPSILON:
            return False
        self.running = not self.running
        if self.running:
            self.running_since = self._turning
        self._turning = None
        return True

    def stops(self, now: float) -> tuple[float, float] | None:
        """Tell whether it stopped suddenly just now: speed before, and since when; once a stop."""
        speed = self.speed
        if speed > FAST:
            self._armed = True
            return None
        if not self._armed:
            return None
        while self._speeds and now - self._speeds[0][0] > RECALL + EPSILON:
            self._speeds.popleft()
        peak = max((before for _, before in self._speeds), default=0.0)
        if peak < FAST:
            self._armed = False
            return None
        if speed > LEFT_OVER:
            return None
        self._armed = False
        fast = [at for at, before in self._speeds if before >= KEPT_UP * peak]
        if fast[-1] - fast[0] < FOR - EPSILON:
            return None
        since = max(at for at, before in self._speeds if before >= NEARLY * peak)
        return (peak, since) if peak - speed >= BRAKING * (now - since) else None
