"""Backends are found by name or class, and judge their own options."""

from pathlib import Path
from typing import Any

import pytest

from daemon.backends import ROOMS, Room, available, resolve
from daemon.config import Use
from daemon.errors import ConfigRejected
from sources.rtsp import RtspSource


def use(**section: Any) -> Use:
    """Make a section as the file's parser does."""
    return Use.model_validate(section)


@pytest.mark.parametrize("room", ROOMS)
def test_every_announced_backend_can_be_imported(room: Room) -> None:
    """Each entry point of ours leads to a class with options."""
    for entry in available(room):
        try:
            resolve(room, "x", use(type=entry.name), "x.yaml")
        except ConfigRejected as exc:
            # Options are missing, not the backend.
            assert "cannot be imported" not in str(exc), entry  # noqa: PT017 (not what is tested)


def test_name_leads_to_class_and_options() -> None:
    """A name becomes factory, reference and validated options with their defaults."""
    section = use(type="rtsp", url="rtsp://10.0.0.7/x")
    backend = resolve("sources", "cameras.a.source", section, "x.yaml")
    assert backend.factory is RtspSource
    assert backend.reference == "sources.rtsp:RtspSource"
    assert backend.options["transport"] == "tcp"


def test_class_under_development_is_found() -> None:
    """`module:Class` needs no announcement."""
    section = use(type="detectors.testing:ScriptedDetector", width=320)
    assert resolve("detectors", "detector", section, "x").options["width"] == 320


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ({"type": "rstp"}, "x.yaml: k.type: no backend 'rstp'; installed: file, "),
        ({"type": "none.at_all:X"}, "x.yaml: k.type: backend 'none.at_all:X' cannot be imported"),
        ({"type": "sources.rtsp:X"}, "x.yaml: k.type: backend 'sources.rtsp:X' cannot be imported"),
        ({"type": "os:path"}, "x.yaml: k.type: backend 'os:path' cannot be imported"),
        ({"type": ":x"}, "x.yaml: k.type: backend ':x' cannot be imported"),
        ({"type": ".a:b"}, "x.yaml: k.type: backend '.a:b' cannot be imported"),
        ({"type": "a\x00:b"}, "x.yaml: k.type: backend "),
        ({"type": "file"}, "x.yaml: k.path: is required and missing; add it"),
        (
            {"type": "file", "path": "a", "colour": 1},
            "x.yaml: k.colour: unknown key; known here: loop, pace, path",
        ),
    ],
)
def test_mistake_names_key_and_remedy(section: dict[str, Any], line: str) -> None:
    """Whatever is wrong with a section is one line that begins with file and key."""
    with pytest.raises(ConfigRejected) as told:
        resolve("sources", "k", use(**section), "x.yaml")
    (problem,) = told.value.problems
    assert problem.startswith(line)


@pytest.mark.parametrize("code", ["def (", "import none_such", "raise ValueError('not yet')"])
def test_broken_code_under_development_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """A module that cannot be imported is named with its reason, in one line."""
    name = f"broken_{abs(hash(code))}"
    (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigRejected) as told:
        resolve("sources", "k", use(type=f"{name}:X"), "x.yaml")
    assert len(told.value.problems) == 1


def test_password_in_a_url_is_refused_unseen() -> None:
    """The line about a URL with a password advises, and does not repeat it."""
    section = use(type="rtsp", url="rtsp://admin:hunter2@10.0.0.7/x")
    with pytest.raises(ConfigRejected) as told:
        resolve("sources", "cameras.a.source", section, "x.yaml")
    assert "hunter2" not in str(told.value)
    assert "credential" in str(told.value)
