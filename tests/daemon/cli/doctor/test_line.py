"""How findings are shown."""

import pytest

from daemon.cli.doctor.line import Line, gigabytes, show


def test_each_finding_is_shown_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    """What, how well, what was found and what to do; words of others are no markup."""
    show([Line("clock", "ok", "[red]synced"), Line("gpu", "bad", "none", "buy one")])
    first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["clock", "ok", "[red]synced"]
    assert second.split() == ["gpu", "bad", "none", "buy", "one"]


def test_sizes_are_told_in_gigabytes() -> None:
    """A thousand million bytes are one."""
    assert gigabytes(1_500_000_000) == "1.5 GB"
