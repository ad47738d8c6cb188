"""What the control thread shall tell."""

from sources.child.news import News
from sources.message import Failed, Hint, Lesson, State, StreamInfo


def info(width: int) -> StreamInfo:
    """Describe a stream."""
    return StreamInfo(codec="h264", width=width, height=100)


def test_of_each_kind_the_newest_is_told_and_failure_last() -> None:
    """What came before is forgotten; every change of the view counts; all of it is told once."""
    woken: list[None] = []
    news = News(lambda: woken.append(None))
    news.failed(Failed(remedy="unavailable", reason="gone"))
    news.state("connecting")
    news.state("stalled", "x" * 500)
    news.stream(info(100))
    news.stream(info(200))
    for active in (True, False):
        news.hint(Hint(hint="dark", active=active))
    assert len(woken) == 7
    told = news.take()
    assert [type(one) for one in told] == [StreamInfo, State, Hint, Hint, Failed]
    assert told[0] == info(200)
    assert isinstance(told[1], State)
    assert told[1].state == "stalled"
    assert len(told[1].reason) == 400
    assert news.take() == []


def test_what_was_opened_can_be_told_before_all_else() -> None:
    """It is taken out, so that it is not told twice."""
    news = News(lambda: None)
    news.stream(info(100))
    assert news.opened() == info(100)
    assert news.opened() is None
    assert news.take() == []


def test_hints_do_not_pile_up() -> None:
    """Those of nobody who listens are dropped, the oldest first."""
    news = News(lambda: None)
    for number in range(100):
        news.hint(Hint(hint="dark", active=number % 2 == 0))
    told = news.take()
    assert len(told) == 16
    assert not any(isinstance(one, Lesson) for one in told)
