"""The reader thread, with a scripted stream."""

import pytest
from rig.child import Child

from sources.child.gate.gate import Gate
from sources.child.handover import Handover
from sources.child.news import News
from sources.child.reading import GIVE_UP, Reading
from sources.child.ring import PacketRing
from sources.message import Ended, Failed, Given, Hint, Lesson, State, StreamInfo
from sources.testing.scripted import ScriptedConfig, ScriptedFault, ScriptedSource

SCRIPTED = "sources.testing:ScriptedSource"


def nothing() -> None:
    """Wake nobody."""


def read_all(
    config: ScriptedConfig,
) -> tuple[Handover, list[State | StreamInfo | Lesson | Hint | Failed]]:
    """Run the reader in this thread as if live, and return what it left."""
    handover, news = Handover(live=True, wake=nothing), News(nothing)
    source = ScriptedSource("yard", config)
    Reading(source, None, handover, news, PacketRing(0), first_index=0).run()
    return handover, news.take()


def fast(frames: int, *faults: ScriptedFault) -> ScriptedConfig:
    """Describe a script that takes no time."""
    return ScriptedConfig(frames=frames, live=False, faults=faults)


def test_corrupt_pictures_are_counted_and_never_handed_over() -> None:
    """They have an index, so the gap shows, and the next good one is given."""
    with Child() as child:
        faults = [{"action": "corrupt", "at": number} for number in (2, 3)]
        child.open(SCRIPTED, {"live": False, "frames": 6, "faults": faults})
        indexes = []
        while isinstance(answer := child.next(), Given):
            indexes.append(answer.index)
        assert indexes == [0, 1, 4, 5]
        assert answer.counts.corrupt == 2


def test_undecodable_packet_is_counted_and_passed_over() -> None:
    """One bad packet is no reason to end."""
    handover, _ = read_all(fast(10, ScriptedFault(action="undecodable", at=4)))
    counts = handover.counts()
    assert (counts.packets, counts.decoded, counts.decode_errors) == (10, 9, 1)


def test_stream_of_nothing_decodable_is_given_up() -> None:
    """Hundreds of bad packets in a row are a broken stream."""
    faults = [ScriptedFault(action="undecodable", at=number) for number in range(GIVE_UP + 9)]
    handover, news = read_all(fast(GIVE_UP + 9, *faults))
    failed = [item for item in news if isinstance(item, Failed)]
    assert [item.remedy for item in failed] == ["unavailable"]
    assert handover.counts().decode_errors == GIVE_UP


@pytest.mark.parametrize(("action", "state"), [("unavailable", "stalled"), ("rejected", "refused")])
def test_failure_midway_is_the_last_word(action: str, state: str) -> None:
    """The state and the remedy follow from the error; the last word comes last."""
    fault = ScriptedFault.model_validate({"action": action, "at": 3})
    handover, news = read_all(fast(9, fault))
    assert isinstance(news[-1], Failed)
    assert news[-1].remedy == action
    assert [item.state for item in news if isinstance(item, State)] == [state]
    assert not handover.finished


@pytest.mark.fault("F08")
def test_change_of_size_is_told_and_survived() -> None:
    """Pictures go on in their new size, and the stream is described anew (F08)."""
    with Child() as child:
        faults = [{"action": "resize", "at": 2}]
        child.open(SCRIPTED, {"live": False, "frames": 5, "width": 640, "faults": faults})
        widths = []
        while isinstance(answer := child.next(), Given):
            widths.append(answer.full_width)
        assert widths == [640, 640, 320, 320, 320]
        sizes = [(m.width, m.height) for m in child.messages if isinstance(m, StreamInfo)]
        assert sizes[-1] == (320, 120)
        assert set(sizes) <= {(640, 240), (320, 120)}
        assert isinstance(answer, Ended)


def test_times_never_step_back() -> None:
    """A live source's time is that of arrival, and rises."""
    with Child() as child:
        child.open(SCRIPTED, {"fps": 200})
        given = [child.next() for _ in range(30)]
        times = [answer.time for answer in given if isinstance(answer, Given)]
        assert len(times) == 30
        assert times == sorted(times)
        assert len(set(times)) == 30


def test_missing_pictures_are_noticed_and_forgiven() -> None:
    """Long without a picture it is `stalled`, once; before the first one it is not."""
    handover, news = Handover(live=True, wake=nothing), News(nothing)
    source = ScriptedSource("yard", fast(3))
    reading = Reading(source, None, handover, news, PacketRing(0), first_index=0)
    reading.notice(0.0)
    assert news.take() == []
    reading.run()
    news.take()
    reading.notice(3600.0)
    assert news.take() == []
    reading.notice(0.0)
    reading.notice(0.0)
    states = [item.state for item in news.take() if isinstance(item, State)]
    assert states == ["stalled"]


def test_gate_leaves_sources_alone_that_cannot_skip_pictures() -> None:
    """A drawn or scripted picture is never made for the gate's eyes alone."""
    handover, news = Handover(live=True, wake=nothing), News(nothing)
    source = ScriptedSource("yard", ScriptedConfig(frames=40, fps=1000, live=True))
    gate = Gate("on")
    gate.attended = False
    reading = Reading(source, None, handover, news, PacketRing(0), 0, gate=gate)
    reading.run()
    assert reading.gate.off
    assert handover.counts().decoded == 40
    assert handover.counts().held == 0
