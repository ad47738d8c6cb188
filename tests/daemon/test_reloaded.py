"""What became of a reload, as a file and in words."""

from pathlib import Path

import pytest

from daemon import reloaded
from daemon.reloaded import Reloaded


def told(**more: object) -> Reloaded:
    """Describe a reload."""
    whole = {"state": "applied", "at": 1.0, "asked": 2.0, "pid": 3, "config": "lookout.yaml"}
    return Reloaded.model_validate(whole | more)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "configuration applied: no camera changed"),
        (
            {"begun": ("gate", "yard"), "ended": ("shed",), "anew": ("porch",)},
            "configuration applied: added gate, yard; removed shed; changed porch",
        ),
        (
            {"state": "partly", "waiting": ("node", "sinks.out")},
            "configuration applied: no camera changed; restart to apply node, sinks.out",
        ),
        (
            {"state": "refused", "problems": ("lookout.yaml: one", "lookout.yaml: two")},
            "configuration refused, the old one goes on: lookout.yaml: one (and 1 more)",
        ),
        (
            {"state": "refused", "problems": ("lookout.yaml: one",)},
            "configuration refused, the old one goes on: lookout.yaml: one",
        ),
    ],
)
def test_it_is_said_in_one_line(more: dict[str, object], says: str) -> None:
    """What came, went and changed, what waits, or why not."""
    assert told(**more).summary() == says


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    """By its owner alone; the next takes its place."""
    assert reloaded.read(tmp_path) is None
    for one in (told(), told(state="refused", problems=("why",))):
        reloaded.write(tmp_path, one)
        assert reloaded.read(tmp_path) == one
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_nonsense_is_as_good_as_nothing(tmp_path: Path) -> None:
    """A file of another version, or a broken one, is no answer."""
    (tmp_path / reloaded.NAME).write_text("{")
    assert reloaded.read(tmp_path) is None
