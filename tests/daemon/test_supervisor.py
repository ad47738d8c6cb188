"""The only place that retries: what heals, what waits for a person, what is a bug."""

import asyncio
import gc
import weakref
from collections.abc import Callable
from dataclasses import replace

import pytest
from rig.waiting import until

from daemon.supervisor import Bell, Failure, Past, Retry, flatten, judged, keep_alive, reasons
from daemon.timing import Timing


class Heals(Exception):  # noqa: N818 (named after the remedy)
    """Try again soon."""


class Crashes(Heals):
    """It broke by itself."""


class Parks(Exception):  # noqa: N818 (named after the remedy)
    """A person must act."""


RETRY = Retry((Heals,), (Parks,), first=1, most=8, parked=300)


class Story:
    """Fails as told, one exception per run, then ends; time passes only while it sleeps."""

    def __init__(self, *fates: BaseException) -> None:
        self.fates = list(fates)
        self.runs = 0
        self.slept: list[float] = []
        self.told: list[Failure] = []

    async def once(self) -> None:
        """Run once."""
        self.runs += 1
        if self.fates:
            raise self.fates.pop(0)

    async def sleep(self, seconds: float) -> None:
        """Note for how long."""
        self.slept.append(seconds)

    async def tell(self, failure: Failure) -> None:
        """Note what is shown."""
        self.told.append(failure)

    async def live(self, retry: Retry = RETRY) -> None:
        """Be kept alive."""
        await keep_alive("camera-porch", self.once, retry, told=self.tell, sleep=self.sleep)


async def test_end_in_order_is_the_end() -> None:
    """What returns is not run again."""
    story = Story()
    await story.live()
    assert (story.runs, story.slept) == (1, [])


async def test_delays_grow_to_their_limit() -> None:
    """Each failure in a row waits longer, at least half and at most all of its step."""
    story = Story(*(Heals("gone") for _ in range(6)))
    await story.live()
    assert story.runs == 7
    for slept, most in zip(story.slept, (1, 2, 4, 8, 8, 8), strict=True):
        assert most / 2 <= slept <= most
    assert [failure.attempt for failure in story.told] == [1, 2, 3, 4, 5, 6]


async def test_what_needs_a_person_is_looked_at_rarely() -> None:
    """A refusal waits for the parked delay, and says so."""
    story = Story(Parks("wrong password"))
    await story.live()
    assert story.slept == [300]
    assert story.told == [Failure("wrong password", parked=True, attempt=1, delay=300)]


async def test_a_bell_ends_the_rest_of_who_sleeps_by_it() -> None:
    """Once for each ring, and what is tried then counts its attempts anew."""
    story, bell = Story(*(Parks("wrong password") for _ in range(3))), Bell()
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        living = keep_alive("sink", story.once, RETRY, told=story.tell, sleep=bell.sleep)
        task = group.create_task(living)
        for runs in (1, 2, 3):
            await until(lambda n=runs: len(story.told) >= n)  # type: ignore[misc]
            assert story.runs == runs
            await asyncio.sleep(0)
            bell.ring()
        await task
    assert [failure.attempt for failure in story.told] == [1, 1, 1]
    assert not await bell.sleep(0.001)


@pytest.mark.parametrize(
    "make",
    [
        lambda: ExceptionGroup("g", [Heals("a"), ExceptionGroup("h", [Parks("b")])]),
        lambda: ExceptionGroup("g", [Parks("b"), Heals("a")]),
    ],
)
async def test_refusal_weighs_more_in_a_group(make: Callable[[], BaseException]) -> None:
    """A group with a refusal in it is parked."""
    story = Story(make())
    await story.live()
    assert story.told[0].parked


@pytest.mark.parametrize(
    "make",
    [
        lambda: ZeroDivisionError("a bug"),
        lambda: ExceptionGroup("g", [Heals("gone"), ZeroDivisionError("a bug")]),
    ],
)
async def test_bug_passes_through(make: Callable[[], BaseException]) -> None:
    """What neither heals nor parks ends everything, even in company."""
    story = Story(make())
    with pytest.raises((ZeroDivisionError, ExceptionGroup)) as told:
        await story.live()
    assert [type(leaf) for leaf in flatten(told.value)] == [ZeroDivisionError]
    assert story.runs == 1


async def test_health_starts_the_count_anew() -> None:
    """After a long healthy run, the next failure waits as short as the first one did."""
    story = Story(*(Heals("gone") for _ in range(5)))
    always_healthy = Retry((Heals,), (Parks,), first=1, most=64, healthy_after=0)
    await story.live(always_healthy)
    assert all(slept <= 1 for slept in story.slept)
    assert {failure.attempt for failure in story.told} == {1}


async def test_what_was_well_before_is_looked_at_soon() -> None:
    """A camera that restarts may know nobody for a while; who was never well waits for a person."""
    story = Story(Heals("gone"), *(Parks("401") for _ in range(5)))
    well = replace(RETRY, healthy_after=0.5)

    async def once() -> None:
        if not story.runs:
            await asyncio.sleep(0.6)
        await story.once()

    await keep_alive("camera-porch", once, well, told=story.tell, sleep=story.sleep)
    soon = story.slept[1:4]
    assert all(0.75 * most <= slept <= most for slept, most in zip(soon, well.again, strict=True))
    assert story.slept[4:] == [300, 300]
    assert [failure.parked for failure in story.told] == [False, *[True] * 5]
    assert [failure.delay for failure in story.told] == story.slept


async def test_change_for_the_better_starts_the_count_anew() -> None:
    """After a sleep that saw the camera come back, attempts come as quickly as at first."""
    story = Story(*(Heals("gone") for _ in range(6)))

    async def sleep(seconds: float) -> bool:
        await story.sleep(seconds)
        return len(story.slept) == 3

    await keep_alive("camera-porch", story.once, RETRY, told=story.tell, sleep=sleep)
    assert [failure.attempt for failure in story.told] == [1, 2, 3, 1, 2, 3]
    assert story.slept[3] <= 1


async def test_same_reason_fills_the_log_once(caplog: pytest.LogCaptureFixture) -> None:
    """A camera that is off for hours is one warning, and another one when the reason changes."""
    caplog.set_level("DEBUG")
    story = Story(Heals("off"), Heals("off"), Heals("off"), Heals("silent"))
    await story.live()
    levels = [entry.levelname for entry in caplog.records if entry.name == "daemon.supervisor"]
    assert levels == ["WARNING", "DEBUG", "DEBUG", "WARNING"]


async def test_reasons_that_take_turns_fill_the_log_once_each(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A camera behind a router that is off now and then gives two reasons, told once each."""
    caplog.set_level("DEBUG")
    story = Story(*(Heals(reason) for _ in range(50) for reason in ("refused", "no route")))
    await story.live()
    levels = [entry.levelname for entry in caplog.records if entry.name == "daemon.supervisor"]
    assert levels == ["WARNING", "WARNING", *["DEBUG"] * 98]


@pytest.mark.fault("F15")
@pytest.mark.parametrize("lived", [0.0, 1.0, 20.0, 59.0, 61.0])
async def test_crash_loop_is_started_twelve_times_in_ten_minutes_at_most(lived: float) -> None:
    """However long each child lives before it crashes, with the delays as they are shipped."""
    timing = Timing()
    retry = Retry(
        (Heals,), (Parks,), first=timing.retry_first, most=timing.retry_most,
        parked=timing.retry_parked, crashes=(Heals,), crashed=timing.retry_crashed,
    )  # fmt: skip
    for _ in range(20):
        now, starts, past = 0.0, 0, Past(0.0, 0, 0)
        while now <= 600:
            starts += 1
            past = replace(past, lived=lived)
            failure = judged(ExceptionGroup("g", [Heals("SIGSEGV")]), retry, past, parked=False)
            past = Past(0.0, failure.attempt, failure.crashes)
            now += lived + failure.delay
        assert starts <= 12


async def test_crash_does_not_wait_for_what_went_wrong_before() -> None:
    """After five outages in a row, a first crash is started again at once."""
    story = Story(*(Heals("gone") for _ in range(5)), Crashes("SIGSEGV"))
    await story.live(replace(RETRY, crashes=(Crashes,)))
    assert story.slept[4] >= 4
    assert story.slept[5] <= 0.1


async def test_single_crash_is_forgiven_at_once() -> None:
    """One is started again at once, two as soon as anything; the third waits for its minute."""
    story = Story(*(Heals("SIGSEGV") for _ in range(5)))
    await story.live(replace(RETRY, crashes=(Heals,)))
    assert story.slept[0] <= 0.1
    assert 0.5 <= story.slept[1] <= 2
    assert all(60 <= slept <= 90 for slept in story.slept[2:])
    assert [failure.crashes for failure in story.told] == [1, 2, 3, 4, 5]


async def test_cancelling_ends_it() -> None:
    """Neither a run nor a delay holds up whoever cancels."""
    running = asyncio.get_running_loop().create_task(
        keep_alive("x", asyncio.Event().wait, RETRY)  # type: ignore[arg-type]  # its result is not looked at
    )
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_failing_while_cancelled_is_the_end() -> None:
    """What fails because it is being cancelled is not tried again: the wish to end is kept."""
    runs = 0

    async def once() -> None:
        nonlocal runs
        runs += 1
        async with asyncio.TaskGroup() as group:
            group.create_task(fails_at_the_end())
            await asyncio.Event().wait()

    async def fails_at_the_end() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise Heals("broken while leaving")

    running = asyncio.get_running_loop().create_task(keep_alive("x", once, RETRY))
    await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(running, 5)
    assert runs == 1


def test_reasons_are_one_line_each_once() -> None:
    """Equal words of several leaves are said once; an error without words says its name."""
    group = ExceptionGroup("g", [Heals("a"), Heals("a"), ExceptionGroup("h", [Parks()])])
    assert reasons(group) == "a; Parks"


def test_delay_never_overflows() -> None:
    """After any number of failures the delay is a number within its limit."""
    assert RETRY.delay(10_000) <= 8


@pytest.mark.fault("F05")
def test_who_refuses_us_is_asked_twice_a_minute_at_most_after_five_times() -> None:
    """Four quick tries after the first, then at least half a minute each (F05)."""
    retry = Retry((), ())
    assert all(retry.delay(attempt, refused=True) <= 16 for attempt in range(4))
    assert all(retry.delay(attempt, refused=True) >= 30 for attempt in range(4, 40))
    assert all(retry.delay(attempt) <= 30 for attempt in range(40))


class Host:
    """What a run held."""


async def test_a_failed_run_leaves_nothing_to_the_garbage_collector() -> None:
    """When the next run is waited for, what the last one held is gone, nested groups or not."""
    hosts: list[weakref.ref[Host]] = []
    left: list[int] = []

    async def fail(host: Host) -> None:
        raise Heals("off") from KeyError(str(host))

    async def once() -> None:
        if len(hosts) == 3:
            return
        host = Host()
        hosts.append(weakref.ref(host))
        async with asyncio.TaskGroup() as outer:
            outer.create_task(asyncio.sleep(9))
            async with asyncio.TaskGroup() as inner:
                inner.create_task(fail(host))
                await asyncio.sleep(9)

    async def sleep(_: float) -> None:
        left.append(sum(host() is not None for host in hosts))

    gc.collect()
    gc.disable()
    try:
        await keep_alive("camera-porch", once, RETRY, sleep=sleep)
    finally:
        gc.enable()
    assert left == [0, 0, 0]
