"""When a camera rests."""

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sources.child.gate.calibration import Verdict
from sources.child.gate.machine import Machine, Order, Tuning
from sources.child.gate.motion import Change
from sources.child.gate.signal import Rating

FPS = 25
LOOKED = {Order.DECODE, Order.GLANCE, Order.SHOW, Order.CATCH_UP}


@dataclass
class Camera:
    """Feeds a machine packet by packet, and looks at what it decodes."""

    machine: Machine
    gop: int = 25
    number: int = 0
    orders: list[Order] = field(default_factory=list)

    @property
    def at(self) -> float:
        """Seconds so far."""
        return self.number / FPS

    def run(
        self,
        seconds: float,
        *,
        moving: bool = False,
        loud: bool | None = None,
        attended: bool = False,
        overturned: bool = False,
    ) -> list[Order]:
        """Let time pass; by default packets are large when something moves."""
        begin = len(self.orders)
        for _ in range(round(seconds * FPS)):
            idr = self.number % self.gop == 0
            noisy = moving if loud is None else loud
            rating = Rating(20.0 if noisy else 0.0)
            order = self.machine.packet(self.at, rating, idr=idr, attended=attended)
            self.orders.append(order)
            if order in LOOKED:
                self.machine.picture(self.at, Change(moving, overturned))
            self.number += 1
        return self.orders[begin:]


def calibrated(gop: int = 25, **tuning: float) -> Camera:
    """Return a camera at rest whose sizes proved to tell motion."""
    camera = Camera(Machine(tuning=Tuning(**tuning)), gop)  # type: ignore[arg-type]
    for _ in range(4):
        camera.run(18)
        camera.run(4, moving=True)
    camera.run(12)
    assert camera.machine.state == "idle"
    return camera


def test_nothing_is_held_back_before_enough_was_seen() -> None:
    """2,000 pictures at the least."""
    camera = Camera(Machine())
    assert set(camera.run(79)) == {Order.DECODE}


def test_nothing_is_held_back_while_the_daemon_wants_every_picture() -> None:
    """The daemon must agree before the camera rests."""
    camera = Camera(Machine())
    assert set(camera.run(300, attended=True)) == {Order.DECODE}


def test_idle_camera_shows_a_picture_within_each_heartbeat() -> None:
    """And decodes nothing else."""
    camera = calibrated()
    orders = camera.run(100)
    assert set(orders) == {Order.HOLD, Order.SHOW}
    shown = [number for number, order in enumerate(orders) if order is Order.SHOW]
    assert all(later - earlier <= 8.25 * FPS for earlier, later in pairwise(shown))
    assert len(shown) <= 13


def test_motion_wakes_within_a_second_and_is_caught_up_with() -> None:
    """Two loud packets are enough; what came since the IDR is decoded first."""
    camera = calibrated()
    orders = camera.run(3, moving=True)
    assert Order.CATCH_UP in orders[:3]
    assert set(orders[orders.index(Order.CATCH_UP) + 1 :]) == {Order.DECODE}
    camera.run(4)
    assert camera.machine.state == "idle"


def test_daemon_ends_a_rest_with_the_next_packet() -> None:
    """Somebody watches, or the detector saw somebody on a heartbeat's picture."""
    camera = calibrated()
    assert camera.run(0.04, attended=True) == [Order.CATCH_UP]


def test_sizes_that_tell_nothing_leave_the_camera_watched() -> None:
    """Every IDR is looked at; a change there wakes with the next packet."""
    camera = Camera(Machine())
    for _ in range(4):
        camera.run(18)
        camera.run(4, moving=True, loud=False)
    camera.run(12)
    assert camera.machine.state == "watch"
    assert camera.machine.verdict is not None
    assert not camera.machine.verdict.reliable
    quiet = camera.run(20)
    assert quiet.count(Order.GLANCE) + quiet.count(Order.SHOW) == 20
    orders = camera.run(3, moving=True, loud=False)
    looked = next(n for n, order in enumerate(orders) if order in {Order.GLANCE, Order.SHOW})
    assert orders[looked + 1] is Order.CATCH_UP
    assert looked <= FPS


def test_rare_idrs_keep_a_camera_awake() -> None:
    """Over 4 s apart they are too rare to watch; over half a heartbeat, to rest at all."""
    long = Camera(Machine(tuning=Tuning(heartbeat=12)), gop=5 * FPS)
    assert set(long.run(200)) == {Order.DECODE}
    longer = Camera(Machine(insist=True), gop=25 * FPS)
    assert set(longer.run(200)) == {Order.DECODE}


def test_pictures_that_stand_alone_are_all_decoded() -> None:
    """Motion JPEG has no packets whose size tells motion."""
    camera = Camera(Machine(insist=True), gop=1)
    assert set(camera.run(200)) == {Order.DECODE}


def test_audit_measures_what_would_have_been_missed() -> None:
    """Ten seconds of every ten minutes; motion without a sign is counted and ends the trust."""
    camera = calibrated(audit_every=60.0)
    camera.run(30)
    assert camera.machine.audit.rounds == 0
    audited = camera.run(30)
    assert camera.machine.audit.rounds == 1
    assert 9 * FPS <= audited.count(Order.DECODE) <= 14 * FPS
    assert camera.machine.audit.missed == 0
    camera.run(48)
    camera.run(20, moving=True, loud=False)
    assert camera.machine.audit.missed > 100
    assert camera.machine.verdict is None
    assert camera.machine.state == "live"


def test_what_was_measured_before_is_believed_after_an_audit() -> None:
    """Ten seconds, in which sizes must tell motion as they did; else everything starts over."""
    verdict = calibrated().machine.verdict
    resumed = Camera(Machine())
    resumed.machine.resume(0.0, verdict, 25)
    orders = resumed.run(16)
    assert set(orders[: 10 * FPS]) == {Order.DECODE}
    assert resumed.machine.state == "idle"
    assert resumed.machine.audit.rounds == 1
    wrong = Camera(Machine())
    wrong.machine.resume(0.0, verdict, 25)
    wrong.run(9, moving=True, loud=False)
    assert set(wrong.run(60)) == {Order.DECODE}
    assert wrong.machine.verdict is None


def test_audits_of_a_watched_camera_count_what_comes_between_two_idrs() -> None:
    """Where sizes are not believed, motion that no IDR shows is what is missed."""
    verdict = Verdict(auc=0.5, threshold=None, missed=1.0)
    camera = Camera(Machine(), gop=75)
    camera.machine.resume(0.0, verdict, 75)
    camera.run(6.2)
    camera.run(1.0, moving=True)
    camera.run(9)
    assert camera.machine.audit.moving == 25
    assert camera.machine.audit.missed == 25
    assert camera.machine.verdict is verdict
    assert camera.machine.state == "watch"


def test_another_light_or_another_stream_starts_over() -> None:
    """What was measured before holds no longer."""
    camera = calibrated()
    camera.run(0.04, attended=True)
    camera.run(0.04, overturned=True, attended=True)
    assert camera.machine.verdict is None
    assert set(camera.run(60)) == {Order.DECODE}
    other = calibrated()
    other.gop = 60
    other.run(20)
    assert other.machine.verdict is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0.04, 12), st.booleans(), st.booleans(), st.booleans()),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from([5, 25, 50, 110]),
    st.booleans(),
)
def test_whatever_happens_the_decoder_can_follow_and_the_camera_stays_online(
    story: list[tuple[float, bool, bool, bool]], gop: int, insist: bool
) -> None:
    """After a held packet comes a catch-up or an IDR alone; looks come within each heartbeat."""
    camera = Camera(Machine(insist=insist, tuning=Tuning(settled=100)), gop)
    for seconds, moving, loud, attended in story:
        orders = camera.run(seconds, moving=moving, loud=loud, attended=attended)
        assert not attended or Order.HOLD not in orders
    whole = False
    last = 0
    for number, order in enumerate(camera.orders):
        idr = number % gop == 0
        assert order not in {Order.GLANCE, Order.SHOW} or idr
        assert order is not Order.DECODE or whole or number == 0
        whole = order in {Order.DECODE, Order.CATCH_UP}
        if order in LOOKED - {Order.GLANCE}:
            assert number - last <= 8.25 * FPS
            last = number
    assert len(camera.orders) - last <= 8.25 * FPS
