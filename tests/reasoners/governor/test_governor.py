"""Every question has one end; who goes first and who is refused follows from the rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoners.governor.budget import Budget, Hourly, Price
from reasoners.governor.governor import Failure, Governor, Usage
from reasoners.governor.offer import Offer
from reasoners.governor.ticket import Ended, Grant, Ticket, priority

QUICK = Usage(1.0, 1000.0, 100.0)
NOTHING = Usage(0.1, 0.0, 0.0)
DOWN = Failure("unavailable", "HTTP 503")


def offer(name: str = "main", **more: object) -> Offer:
    """Describe a provider."""
    usual = {"host": "127.0.0.1", "cloud": False, "at_once": 20, "max_tokens": 500}
    return Offer(name=name, **{**usual, "price": Price(), **more})  # type: ignore[arg-type]


def governor(
    *offers: Offer, budget: Budget | None = None, most: int = 8, at_once: int = 2
) -> Governor:
    """Build one whose chance is always the middle."""
    return Governor(
        offers or (offer(),),
        budget or Budget(),
        most=most,
        at_once=at_once,
        chance=lambda: 0.5,
    )


def ticket(key: str, camera: str = "porch", **more: object) -> Ticket:
    """Return a question that has half a minute."""
    usual = {"priority": 3, "asked_at": 0.0, "deadline": 30.0}
    return Ticket(key, camera, **{**usual, **more})  # type: ignore[arg-type]


def grants(one: Governor, now: float) -> tuple[list[Grant], list[Ended]]:
    """Take every call that may begin now."""
    found, ended = list[Grant](), list[Ended]()
    while True:
        grant, gone = one.next(now)
        ended += gone
        if grant is None:
            return found, ended
        found.append(grant)


def keys(found: list[Grant]) -> list[str]:
    """Name the questions of calls."""
    return [ticket.key for grant in found for ticket in grant.tickets]


def test_only_so_many_calls_at_the_same_time() -> None:
    """Two go, the third goes when one is back."""
    one = governor()
    for number in range(3):
        assert one.submit(ticket(f"e{number}")) == []
    first, _ = grants(one, 0.0)
    assert len(first) == 2
    assert grants(one, 1.0) == ([], [])
    one.answered(first[0], QUICK, 2.0)
    assert len(grants(one, 2.0)[0]) == 1
    assert one.balanced


def test_an_alert_goes_before_news_and_what_is_held_back_before_both() -> None:
    """Priority follows severity; an event that waits for its answer is first of all."""
    one = governor(at_once=1)
    one.submit(ticket("info", priority=priority("info")))
    one.submit(ticket("alert", priority=priority("alert")))
    one.submit(ticket("held", priority=priority("info", held=True)))
    one.submit(ticket("warning", priority=priority("warning")))
    order = list[str]()
    for now in range(4):
        (grant,), _ = grants(one, now)
        order += keys([grant])
        one.answered(grant, QUICK, now)
    assert order == ["held", "alert", "warning", "info"]


def test_a_busy_camera_leaves_room_to_the_others() -> None:
    """Of equal questions the camera goes first that was answered least; its newest goes first."""
    one = governor(at_once=1, most=20)
    for number in range(6):
        one.submit(ticket(f"busy{number}", "busy"))
    one.submit(ticket("calm", "calm"))
    order = list[str]()
    for now in range(3):
        (grant,), _ = grants(one, now)
        order += keys([grant])
        one.answered(grant, QUICK, now)
    assert order == ["calm", "busy5", "busy4"]


def test_f26_a_burst_keeps_the_newest_and_refuses_the_rest() -> None:
    """F26: five hundred at once: the queue keeps its bound, the rest are `skipped_budget`."""
    one = governor(most=8)
    ended = list[Ended]()
    for number in range(500):
        ended += one.submit(ticket(f"e{number}", f"cam{number % 4}"))
    assert one.longest <= 8
    assert len(ended) == 492
    assert {end.state for end in ended} == {"skipped_budget"}
    assert {waiting.key for waiting in one.queue} == {f"e{number}" for number in range(492, 500)}
    assert one.skipped == {"newer_first": 492}
    assert one.balanced


def test_a_full_queue_gives_up_the_least_important() -> None:
    """An alert takes the place of news; news does not take that of an alert."""
    one = governor(most=2)
    one.submit(ticket("news", priority=3))
    one.submit(ticket("alert1", priority=1))
    (gone,) = one.submit(ticket("alert2", priority=1))
    assert gone.ticket.key == "news"
    (gone,) = one.submit(ticket("more", priority=3))
    assert (gone.ticket.key, gone.why) == ("more", "queue_full")


def test_a_spent_budget_is_said_at_once_and_an_alert_may_use_the_reserve() -> None:
    """News ends as `skipped_budget` when only the reserve is left; an alert is still asked."""
    one = governor(budget=Budget(calls_per_hour=10, burst=1.0, reserve=0.2), at_once=20, most=20)
    for number in range(10):
        one.submit(ticket(f"e{number}"))
    found, ended = grants(one, 0.0)
    assert len(found) == 8
    assert {(end.state, end.why) for end in ended} == {("skipped_budget", "budget_calls")}
    assert "10 calls an hour of all cameras" in ended[0].reason
    for number in range(3):
        one.submit(ticket(f"a{number}", priority=1))
    found, ended = grants(one, 1.0)
    assert keys(found) == ["a2", "a1"]
    assert [end.ticket.key for end in ended] == ["a0"]


def test_one_camera_cannot_spend_what_belongs_to_all() -> None:
    """A camera's own limit stops that camera only."""
    budget = Budget(per_camera=Hourly(calls_per_hour=2), burst=1.0, reserve=0.0)
    one = governor(budget=budget, at_once=20, most=20)
    for number in range(4):
        one.submit(ticket(f"porch{number}", "porch"))
    one.submit(ticket("yard", "yard"))
    found, ended = grants(one, 0.0)
    assert sorted(keys(found)) == ["porch2", "porch3", "yard"]
    assert {end.why for end in ended} == {"camera_calls"}


def test_money_is_counted_by_the_price_of_who_answered() -> None:
    """Tokens times price; what was set aside and not used is free again."""
    price = Price(input=2.0, output=10.0)
    one = governor(
        offer(price=price), budget=Budget(money_per_hour=0.02, burst=1.0, reserve=0.0), at_once=9
    )
    one.submit(ticket("e1"))
    (grant,), _ = grants(one, 0.0)
    assert grant.reserved.money == pytest.approx((2 * 2400 + 10 * 500) / 1e6)
    one.answered(grant, Usage(1.0, 1000, 50), 1.0)
    assert one.purse.spent("money") == pytest.approx(0.0025)
    assert one.purse.spent("tokens") == 1050


def test_what_a_picture_takes_is_learnt() -> None:
    """After the first answer, what is set aside follows what was used."""
    one = governor()
    one.submit(ticket("e1", images=3))
    (grant,), _ = grants(one, 0.0)
    one.answered(grant, Usage(1.0, 800, 50), 1.0)
    one.submit(ticket("e2", images=3))
    (grant,), _ = grants(one, 2.0)
    assert grant.reserved.tokens == pytest.approx(800 + 500)


def test_a_question_that_comes_too_late_is_a_timeout() -> None:
    """Nobody is asked after the deadline, nor where nobody was ever fast enough."""
    one = governor(at_once=1)
    one.submit(ticket("e1", deadline=5.0))
    assert [(end.state, end.why) for end in grants(one, 5.0)[1]] == [("timeout", "late")]
    one.submit(ticket("e2", deadline=20.0))
    (grant,), _ = grants(one, 6.0)
    one.answered(grant, Usage(4.0, 1, 1), 10.0)
    one.submit(ticket("e3", deadline=13.0))
    assert [(end.state, end.why) for end in grants(one, 10.0)[1]] == [("timeout", "slow")]
    assert one.balanced


def test_f23_a_failure_is_tried_again_and_then_the_next_provider_is() -> None:
    """F23: after a short pause where there is one provider, at once where there is a second."""
    one = governor()
    one.submit(ticket("e1"))
    (grant,), _ = grants(one, 0.0)
    assert one.failed(grant, DOWN, NOTHING, 0.1) == ([], None)
    assert grants(one, 0.2) == ([], [])
    (again,), _ = grants(one, one.wake_at(0.2))
    one.answered(again, QUICK, 3.0)
    two = governor(offer("main"), offer("spare"))
    two.submit(ticket("e1"))
    (grant,), _ = grants(two, 0.0)
    two.failed(grant, DOWN, NOTHING, 0.1)
    (again,), _ = grants(two, 0.1)
    assert (grant.provider, again.provider) == (0, 1)
    assert one.balanced
    assert two.balanced


def test_f23_an_open_circuit_ends_questions_at_once_with_the_cause() -> None:
    """F23: nobody waits for a server that is known to be down; they end as `error`, and why."""
    one = governor()
    now = 0.0
    for number in range(3):
        one.submit(ticket(f"e{number}", deadline=now + 3))
        found, _ = grants(one, now)
        for grant in found:
            one.failed(grant, DOWN, NOTHING, now)
        now += 2.5
    assert one.providers[0].breaker.circuit == "open"
    one.submit(ticket("late", deadline=now + 3))
    found, ended = grants(one, now)
    assert not found
    assert ended[-1].state == "error"
    assert "HTTP 503" in ended[-1].reason


def test_f23_while_probing_nobody_else_is_asked() -> None:
    """F23: the circuit lets one call through; the others wait for what comes of it."""
    one = governor(at_once=4)
    for at in (0.0, 1.0, 2.0):
        one.providers[0].breaker.failed("refused", at)
    for number in range(3):
        one.submit(ticket(f"e{number}", deadline=60.0))
    probe, _ = grants(one, 32.0)
    assert len(probe) == 1
    one.answered(probe[0], QUICK, 33.0)
    assert len(grants(one, 33.0)[0]) == 2


def test_f23_an_answer_that_was_known_says_nothing_of_who_is_down() -> None:
    """F23: the circuit stays open, and the next question is the probe."""
    one = governor()
    for at in (0.0, 1.0, 2.0):
        one.providers[0].breaker.failed("refused", at)
    one.submit(ticket("e1", deadline=60.0))
    (grant,), _ = grants(one, 33.0)
    assert one.answered(grant, Usage(0.0, 0.0, 0.0, calls=0), 33.0) is None
    assert one.providers[0].breaker.circuit == "open"
    for number in (2, 3):
        one.submit(ticket(f"e{number}", deadline=60.0))
    assert len(grants(one, 33.1)[0]) == 1
    assert one.balanced


def test_a_refusal_for_good_is_not_repeated() -> None:
    """A 400 is the same next time: the question goes to the next provider, or ends."""
    one = governor(offer("main"), offer("spare"))
    one.submit(ticket("e1"))
    no = Failure("rejected", "HTTP 400")
    (grant,), _ = grants(one, 0.0)
    assert one.failed(grant, no, NOTHING, 0.1) == ([], None)
    (grant,), _ = grants(one, 0.1)
    assert grant.provider == 1
    assert one.failed(grant, no, NOTHING, 0.2)[0] == []
    _, ended = grants(one, 0.3)
    assert [(end.state, end.reason) for end in ended] == [("error", "HTTP 400")]
    assert one.balanced


def test_what_is_too_long_goes_again_with_fewer_pictures() -> None:
    """Half the pictures each time; with one picture left it is hopeless."""
    one = governor()
    one.submit(ticket("e1", images=4))
    seen = list[int]()
    for now in (0.0, 1.0, 2.0):
        (grant,), _ = grants(one, now)
        seen.append(grant.images)
        ended, _ = one.failed(
            grant, Failure("too_long", "4200 tokens, room for 4096"), NOTHING, now
        )
    assert seen == [4, 2, 1]
    assert [end.state for end in ended] == ["error"]
    assert one.providers[0].breaker.circuit == "closed"


def test_pictures_of_a_camera_that_did_not_agree_stay_in_the_network() -> None:
    """A provider outside is passed over; with no other, nobody is asked."""
    cloud = offer("cloud", cloud=True)
    one = governor(cloud, offer("home"))
    one.submit(ticket("e1", cloud=False))
    (grant,), _ = grants(one, 0.0)
    assert grant.provider == 1
    two = governor(cloud)
    (end,) = two.submit(ticket("e1", cloud=False))
    assert (end.state, end.why) == ("skipped_budget", "nobody")
    assert two.balanced


def test_questions_of_one_scene_ride_together() -> None:
    """One call, all its questions; others do not ride along."""
    one = governor(at_once=4)
    for key, scene in (("a", "porch/7"), ("b", "porch/7"), ("c", ""), ("d", "porch/8")):
        one.submit(ticket(key, scene=scene))
    found, _ = grants(one, 0.0)
    together = next(grant for grant in found if len(grant.tickets) == 2)
    assert {ticket.key for ticket in together.tickets} == {"a", "b"}
    assert one.coalesced == 1
    assert one.calls == 3


def test_strain_leaves_things_out_step_by_step_and_takes_them_back() -> None:
    """A full queue means fewer pictures, then smaller ones, then the smaller model; later again."""
    one = governor(offer("big", at_once=1), offer("small", smaller=True), most=4, at_once=1)
    efforts = list[object]()
    for now in range(0, 50, 10):
        while len(one.queue) < 4:
            one.submit(ticket(f"e{one.jobs}", images=4, deadline=1000.0, asked_at=now))
        (grant,), _ = grants(one, now)
        efforts.append((grant.images, grant.effort.side, grant.provider))
        one.answered(grant, QUICK, now)
    assert efforts[:4] == [(4, None, 0), (2, None, 0), (2, 512, 0), (1, 384, 1)]
    one.close()
    for now in range(60, 120, 10):
        one.next(now)
    assert one.strain.effort.images is None


def test_closing_ends_what_waits() -> None:
    """On the way out nobody is left in the queue."""
    one = governor()
    one.submit(ticket("e1"))
    assert [(end.state, end.why) for end in one.close()] == [("skipped_budget", "stopping")]
    assert one.balanced


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 5),
            st.integers(0, 3),
            st.integers(0, 3),
            st.sampled_from(["answer", "down", "refuse", "too_long", "expire"]),
        ),
        max_size=60,
    )
)
def test_whatever_happens_every_question_has_one_end(
    story: list[tuple[float, int, int, str]],
) -> None:
    """Jobs, ends, waiting and in flight balance after every step, and in the end all have ended."""
    one = governor(offer("a", at_once=1), offer("b"), budget=Budget(calls_per_hour=30), most=5)
    now, ends, flying = 0.0, list[str](), list[Grant]()
    for gap, level, camera, fate in story:
        now += gap
        one_ticket = ticket(f"e{one.jobs}", f"c{camera}", priority=level, deadline=now + 8)
        ends += [end.ticket.key for end in one.submit(one_ticket)]
        found, gone = grants(one, now)
        flying += found
        ends += [end.ticket.key for end in gone]
        if flying:
            grant = flying.pop(0)
            now += 0.5
            whose = [ticket.key for ticket in grant.tickets]
            if fate == "answer":
                one.answered(grant, QUICK, now)
                ends += whose
            elif fate == "expire":
                gone, _ = one.expired(grant, NOTHING, now)
                ends += [end.ticket.key for end in gone]
            else:
                kind = {"down": "unavailable", "refuse": "rejected"}.get(fate, fate)
                gone, _ = one.failed(grant, Failure(kind, "x"), NOTHING, now)  # type: ignore[arg-type]
                ends += [end.ticket.key for end in gone]
        assert one.balanced
        assert len(one.queue) <= 5
    for grant in flying:
        gone, _ = one.failed(grant, Failure("given_up", "stopped"), NOTHING, now)
        ends += [end.ticket.key for end in gone]
    ends += [end.ticket.key for end in one.close()]
    assert sorted(ends) == sorted(f"e{number}" for number in range(one.jobs))


def test_a_slow_first_answer_does_not_close_a_provider_for_good() -> None:
    """What took long while its model loaded is asked again after some questions passed it by."""
    one = governor(at_once=1)
    one.submit(ticket("cold", deadline=30.0))
    (grant,), _ = grants(one, 0.0)
    one.answered(grant, Usage(29.0, 1, 1), 29.0)
    passed, asked = 0, list[Grant]()
    while not asked:
        one.submit(ticket(f"e{passed}", deadline=49.0))
        asked, ended = grants(one, 29.0)
        passed += len(ended)
    assert passed == 13
    one.answered(asked[0], Usage(1.0, 1, 1), 30.0)
    one.submit(ticket("warm", deadline=35.0))
    assert grants(one, 30.0)[0]


def test_who_rides_along_is_not_ended_beside() -> None:
    """What has no time left does not cut short whom it would ride with; it ends by itself."""
    one = governor(at_once=1)
    one.submit(ticket("warm"))
    (grant,), _ = grants(one, 0.0)
    one.answered(grant, Usage(4.0, 1, 1), 4.0)
    one.submit(ticket("late", scene="porch", deadline=7.0))
    one.submit(ticket("soon", scene="porch", deadline=9.0))
    one.submit(ticket("fresh", scene="porch", deadline=30.0))
    (grant,), ended = grants(one, 4.0)
    assert {ticket.key for ticket in grant.tickets} == {"soon", "fresh"}
    assert [(end.ticket.key, end.why) for end in ended] == [("late", "slow")]
    assert one.balanced
