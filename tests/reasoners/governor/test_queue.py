"""Who waits, in which order, and who gives way."""

from reasoners.governor.queue import Queue
from reasoners.governor.ticket import Ticket


def ticket(number: int, camera: str = "porch", priority: int = 3, scene: str = "") -> Ticket:
    """Return a question."""
    return Ticket(f"e{number}", camera, priority, 0.0, 10.0, scene=scene, number=number)


def test_the_busiest_camera_gives_way() -> None:
    """Of equal importance, the oldest of whoever has most waiting."""
    queue = Queue(3)
    for number, camera in enumerate(["yard", "porch", "porch", "door"]):
        gone = queue.add(ticket(number, camera))
    assert gone is not None
    assert (gone.camera, gone.number) == ("porch", 1)
    assert len(queue) == 3


def test_what_rides_together_is_of_one_scene() -> None:
    """At most so many, the one that is asked first among them."""
    queue = Queue(10)
    for number in range(5):
        queue.add(ticket(number, scene="porch/7" if number != 2 else "porch/8"))
    first = next(iter(queue))
    assert first.number == 4
    assert [one.number for one in queue.together(first, 3)] == [4, 3, 1]
    alone = ticket(9)
    queue.add(alone)
    assert queue.together(alone, 3) == (alone,)


def test_old_debts_are_forgotten() -> None:
    """A camera that was busy long ago is not put last for ever."""
    queue = Queue(3)
    queue.served.update({"porch": 1, "yard": 4})
    queue.forget()
    assert queue.served == {"yard": 2}
    assert [one.number for one in queue.clear()] == []
