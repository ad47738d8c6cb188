"""Lines for people."""

import os
import sys
from pathlib import Path

import pytest
from rig.revisions import revision, seen

from reasoners import Reasoning
from sinks import Credential, Notice, SinkRejected, Site, Stats
from sinks.console import ConsoleConfig, ConsoleSink, line, plain


def make() -> ConsoleSink:
    """Build one."""
    return ConsoleSink("console", ConsoleConfig(), Site("box1", "0", Path(), _none, lambda: 0.0))


def _none(name: str) -> Credential:
    raise KeyError(name)


def test_a_line_says_when_where_what_and_why() -> None:
    """Media time is shown as it is; a state only where a question was asked."""
    event = revision(
        1,
        updated_at=3723.5,
        clock="media",
        objects=(seen("t1"), seen("t2", "dog")),
        description="A courier comes.",
        reasoning=Reasoning(state="verified"),
    )
    assert line(event).plain == (
        "01:02:03.500  porch  new     presence  person, dog  person t1 came  "
        "“A courier comes.”  [verified]"
    )
    assert "[" not in line(revision(1)).plain


def test_what_was_said_cannot_steer_the_terminal() -> None:
    """Escapes, newlines and direction marks are taken out; brackets are not read as style."""
    assert plain("a\x1b[31mred\x1b]0;title\x07\nb\u202ec") == "a [31mred ]0;title b c"
    assert "[bold]x[/bold]" in line(revision(1, explanation="[bold]x[/bold]")).plain


async def test_each_revision_is_one_plain_line_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No colours into a pipe, however long the line."""
    async with make() as sink:
        await sink.deliver(revision(1, explanation="why " * 200))
        await sink.show(Notice(kind="gap", at=1, node="box1", text="3 events lost"))
        await sink.show(Stats(at=1, node="box1", uptime_s=1))
    first, second = capsys.readouterr().out.splitlines()
    assert "\x1b" not in first + second
    assert first.endswith("why")
    assert second.endswith("gap: 3 events lost")
    assert sink.wants(Notice)
    assert not sink.wants(Stats)


async def test_a_reader_that_is_gone_refuses_the_sink(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken pipe is a person's choice and no bug."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        async with make() as sink:
            with pytest.raises(SinkRejected, match="nobody reads it"):
                await sink.deliver(revision(1))
        monkeypatch.undo()
