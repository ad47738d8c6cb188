"""Whether the bare answers are asked for first."""

from reasoners.vlm.thrift import AGAIN, ENOUGH, Thrift


def test_only_where_the_server_keeps_pictures() -> None:
    """Elsewhere the second call costs as much as the first."""
    assert not Thrift().short_first


def test_it_ends_where_the_report_is_wanted_most_of_the_time_and_is_tried_again() -> None:
    """Measured over the last calls, begun anew after a while."""
    thrift = Thrift()
    thrift.keeps = True
    for _ in range(ENOUGH):
        assert thrift.short_first
        thrift.note(followed=True)
    assert not thrift.short_first
    for _ in range(AGAIN):
        thrift.full()
    assert thrift.short_first


def test_it_stays_where_most_questions_are_answered_in_short() -> None:
    """One report in two is where it breaks even."""
    thrift = Thrift()
    thrift.keeps = True
    for number in range(40):
        thrift.note(followed=number % 2 == 0)
    assert thrift.short_first
