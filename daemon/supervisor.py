"""Runs a thing again when it fails in a way that heals: the only place that retries."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace

from daemon.parting import let_go

logger = logging.getLogger(__name__)


_INSISTENT = 4
"""Refusals after which asking again so soon is rude; the fifth is the last in a hurry."""

_AT_ONCE = 0.1
"""Share of the first delay after which what crashed once is started again."""

CRASHES = 3
"""Crashes in a row that are a loop: two may be bad luck."""

_REASONS = 32
"""Different reasons of failing that are remembered as said."""


@dataclass(frozen=True, slots=True)
class Retry:
    """What to try again, and when. All in seconds."""

    heals: tuple[type[Exception], ...]
    """Try again soon, and ever less often."""

    parks: tuple[type[Exception], ...]
    """A person must act; look again now and then."""

    first: float = 1.0
    """Delay before the first new attempt; raising it makes recovery calmer and later."""

    factor: float = 2.0
    most: float = 30.0
    """Longest delay between attempts of what heals."""

    healthy_after: float = 30.0
    """A run this long starts the counting of attempts anew."""

    parked: float = 300.0
    """Delay between looks at what needs a person."""

    again: tuple[float, ...] = (5.0, 15.0, 45.0)
    """Delays between the first looks at what was well before: a camera that has just started knows
    neither its users nor its streams yet. Few, for there are cameras that lock out who insists."""

    waits: tuple[type[Exception], ...] = ()
    """Of what heals: whoever said no, and would be annoyed by being asked all the time."""

    crashes: tuple[type[Exception], ...] = ()
    """Of what heals or parks: it broke without the world's doing, and cost a start."""

    crashed: float = 60.0
    """Shortest delay between attempts of what crashes in a loop."""

    def delay(self, attempt: int, *, refused: bool = False, crashes: int = 0) -> float:
        """Return the jittered delay before the given attempt, counted from 0.

        Who refused us is asked at most once in `most` seconds after five times. What crashed once
        is started again at once, for the world has not changed; what crashed so many times in a
        row is started at most twelve times in 10 minutes, with the defaults.
        """
        if crashes == 1:
            return random.uniform(0.5, 1) * _AT_ONCE * self.first  # noqa: S311 (jitter, not secrecy)
        if crashes >= CRASHES:
            return random.uniform(1, 1.5) * self.crashed  # noqa: S311 (jitter, not secrecy)
        most = min(self.most, self.first * self.factor ** min(attempt, 32))
        if refused and attempt >= _INSISTENT:
            most = 2 * self.most
        return random.uniform(0.5, 1) * most  # noqa: S311 (jitter, not secrecy)


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed run, as told to whoever shows states."""

    reason: str
    parked: bool
    """Whether a person must act."""

    attempt: int
    """Failures in a row, counted from 1."""

    delay: float
    """Seconds until the next attempt."""

    refused: bool = False
    """Whether we were told to go, though it may heal."""

    crashes: int = 0
    """Crashes in a row, this one included; 0 if it was none."""


@dataclass(frozen=True, slots=True)
class Past:
    """What went before a failure."""

    lived: float
    """Seconds the run took."""

    attempts: int
    crashes: int
    """Both in a row until then."""


class Bell:
    """Ends the rests of all who sleep by it: whoever rings it has changed something."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who sleeps now."""
        self._rung.set()
        self._rung = asyncio.Event()

    async def sleep(self, seconds: float) -> bool:
        """Wait, at most until it rings; tell whether it did. Cancelling loses nothing."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        return True


async def keep_alive(
    name: str,
    once: Callable[[], Awaitable[None]],
    retry: Retry,
    *,
    told: Callable[[Failure], Awaitable[None]] | None = None,
    sleep: Callable[[float], Awaitable[bool | None]] = asyncio.sleep,
) -> None:
    """Await `once` until it returns. What neither heals nor parks is a bug and passes through.

    What was well and then needs a person is looked at a few times soon, for it may have restarted.

    A `sleep` that returns True has seen a change for the better: attempts are counted anew.
    """
    clock = asyncio.get_running_loop().time
    attempt = crashes = 0
    trust = _Trust(retry)
    said: set[str] = set()
    while True:
        started = clock()
        failure: Failure | None = None
        try:
            await once()
        except (Exception, BaseExceptionGroup) as exc:  # noqa: BLE001 (a bug is raised again)
            past = Past(clock() - started, attempt, crashes)
            failure = _made_of(exc, retry, past)
            let_go(exc)
        if failure is None:
            return
        failure = trust.soon(failure, clock() - started)
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            # It failed while it was being cancelled; a group then tells of the failure alone.
            raise asyncio.CancelledError
        if failure.attempt == 1 or len(said) >= _REASONS:
            said.clear()
        attempt, crashes = failure.attempt, failure.crashes
        # A camera that is off on purpose must not fill the log: repetitions go to debug, also where
        # two reasons take turns.
        level = logging.DEBUG if failure.reason in said else logging.WARNING
        said.add(failure.reason)
        logger.log(level, "%s: %s; again in %.1f s", name, failure.reason, failure.delay)
        if told is not None:
            await told(failure)
        if await sleep(failure.delay):
            attempt = 0


def _made_of(exc: BaseException, retry: Retry, past: Past) -> Failure:
    """Judge what a run raised; what is a bug among it passes through, without the rest."""
    group = exc if isinstance(exc, BaseExceptionGroup) else BaseExceptionGroup("", [exc])
    parked, others = group.split(retry.parks)
    healing, bugs = (None, None) if others is None else others.split(retry.heals)
    judged_as = parked or healing
    if judged_as is None:
        raise exc
    if bugs is not None:
        raise bugs from None
    return judged(judged_as, retry, past, parked=parked is not None)


class _Trust:
    """Remembers whether a thing was well before, and how often it was looked at soon since."""

    def __init__(self, retry: Retry) -> None:
        self._retry = retry
        self._well = False
        self._looks = 0

    def soon(self, failure: Failure, lived: float) -> Failure:
        """Shorten the delay of what needs a person and did not before."""
        retry = self._retry
        if lived >= retry.healthy_after:
            self._well, self._looks = True, 0
        if not failure.parked or failure.crashes or not self._well:
            return failure
        if self._looks >= len(retry.again):
            return failure
        delay = random.uniform(0.75, 1) * retry.again[self._looks]  # noqa: S311 (jitter, not secrecy)
        self._looks += 1
        return replace(failure, delay=min(retry.parked, delay))


def judged(group: BaseExceptionGroup, retry: Retry, past: Past, *, parked: bool) -> Failure:
    """Say what a failed run means, and when the next one is due."""
    attempts = 0 if past.lived >= retry.healthy_after else past.attempts
    # Who crashes every half minute crashes in a loop all the same.
    crashes = 0 if past.lived >= max(retry.healthy_after, retry.crashed) else past.crashes
    causes = list(flatten(group))
    crashed = any(isinstance(exc, retry.crashes) for exc in causes)
    crashes = crashes + 1 if crashed else 0
    refused = not parked and any(isinstance(exc, retry.waits) for exc in causes)
    # What crashed is not to wait for what went wrong before: only crashes count.
    delay = retry.delay(crashes - 1 if crashed else attempts, refused=refused, crashes=crashes)
    return Failure(
        reasons(group),
        parked=parked,
        attempt=attempts + 1,
        delay=retry.parked if parked else delay,
        refused=refused,
        crashes=crashes,
    )


def reasons(group: BaseExceptionGroup) -> str:
    """Say in one line what the leaves of a group say."""
    return "; ".join(dict.fromkeys(str(exc) or type(exc).__name__ for exc in flatten(group)))


def flatten(exc: BaseException) -> Iterator[BaseException]:
    """Walk the leaves of an exception group."""
    if isinstance(exc, BaseExceptionGroup):
        for inner in exc.exceptions:
            yield from flatten(inner)
    else:
        yield exc
