"""Figures that balance."""

from pathlib import Path

from rig.book import hosted
from rig.thinking import Conclusions, Oracle, job, thinking

from daemon.thinking.figures import ThinkingFigures, captions, flat


def test_what_has_no_end_is_pending() -> None:
    """Jobs less terminal states."""
    figures = ThinkingFigures(jobs=3)
    figures.terminal.update(["verified", "timeout"])
    assert figures.pending == 1


async def test_everything_flattens_to_numbers_and_words() -> None:
    """Waiting, calls, tokens and circuit of each provider are there from the start."""
    one = thinking(Oracle(), waiting=2)
    for number in range(4):
        await one.ask(job(number), Conclusions())
    told = flat(one.figures, one.governor)
    assert (told["jobs"], told["pending"], told["waiting"]) == (4, 2, 2)
    assert (told["skipped_budget"], told["skipped_newer_first"]) == (2, 2)
    assert (told["m0_circuit"], told["m0_calls"]) == ("closed", 0)
    assert all(isinstance(value, int | float | str | None) for value in told.values())


async def test_who_read_the_captions_is_counted_where_there_is_a_parser() -> None:
    """Parsed, and left to the dictionary by reason."""
    member = thinking(Oracle())._members[0]  # noqa: SLF001 (built by the rig)
    assert captions([member]) == {}
    member.parser = hosted(Path("none"))
    member.parser.parsed = 3
    member.parser.left.update(["late", "down", "late"])
    assert captions([member]) == {
        "m0_captions_parsed": 3,
        "m0_captions_left_down": 1,
        "m0_captions_left_late": 2,
    }
