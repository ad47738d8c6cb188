"""The configuration file: every mistake gives lines for people, never another exception."""

import copy
import json
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rig.checkout import ROOT

from daemon.config import LARGEST, default_state, load, parse
from daemon.errors import ConfigRejected
from daemon.plan import plan
from daemon.secrets import Secret, Secrets

EXAMPLE = (ROOT / "deploy" / "lookout.yaml").read_text(encoding="utf-8")
WHOLE: dict[str, Any] = yaml.safe_load(EXAMPLE) | {
    "detector": {"type": "openvino", "model": "x.onnx", "labels": ["car"], "size": [320, 320]},
    "reasoner": {"type": "openai", "url": "http://127.0.0.1:8000/v1", "model": "m"},
}
WHOLE["sinks"] |= {"file": {"type": "jsonl", "path": "events.jsonl"}}
WHOLE["cameras"] |= {
    "clip": {"source": {"type": "file", "path": "clip.mp4", "pace": "clip"}},
    "street": {"source": {"type": "synthetic", "fps": 5, "seed": 1}},
}
SECRETS = Secrets({"porch": Secret("viewer", "x")})


def file(folder: Path, text: str | bytes) -> Path:
    """Write a configuration file."""
    path = folder / "lookout.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems(attempt: Callable[[], object]) -> list[str]:
    """Return the lines of a refusal; none if it was accepted."""
    try:
        attempt()
    except ConfigRejected as exc:
        return exc.problems or [""]
    return []


def test_shipped_example_is_valid(tmp_path: Path) -> None:
    """The example in `deploy/` is accepted, and says what it seems to say."""
    config = load(file(tmp_path, EXAMPLE))
    assert config.node == "box1"
    assert config.cameras["porch"].source.type == "rtsp"
    assert config.cameras["porch"].source.options["credential"] == "porch"
    assert config.detector.type == "auto"


def test_smallest_configuration_has_defaults() -> None:
    """One camera is enough."""
    config = parse({"cameras": {"a": {"source": {"type": "synthetic"}}}}, "x.yaml")
    assert config.detector.type == "auto"
    assert config.reasoner is None
    assert config.sinks == {}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"colour": 1}, "x.yaml: colour: unknown key; known here: cameras, cassette, detector,"),
        ({"cameras": {}}, "x.yaml: cameras: "),
        ({"node": "Box 1"}, "x.yaml: node: names are 1 to 32 of a-z, 0-9 and _; rename it"),
        ({"sinks": {"A B": {"type": "mqtt"}}}, "x.yaml: sinks.A B: names are 1 to 32"),
        ({"detector": {}}, "x.yaml: detector.type: is required and missing; add it"),
        ({"stats_interval": 0}, "x.yaml: stats_interval: must be greater than 0 (it is 0)"),
        ({"cameras": {"a": {"sauce": 1}}}, "x.yaml: cameras.a.source: is required and missing"),
        (
            {"cameras": {"a": {"source": {"type": "x"}, "rotate": 45}}},
            "x.yaml: cameras.a.rotate: must be 0, 90, 180 or 270 (it is 45)",
        ),
        (
            {"cameras": {"a": {"source": {"type": "x"}, "crop": [0.5, 0, 0.1, 1]}}},
            "x.yaml: cameras.a: crop: must be [left, top, right, bottom]",
        ),
        (
            {"cameras": {"a": {"source": {"type": "x"}, "privacy": [[[0, 0], [1, 1]]]}}},
            "x.yaml: cameras.a: privacy.0: a polygon needs three points and more",
        ),
        (
            {"cameras": {"a": {"source": {"type": "x"}, "lines": {"gate": {"points": [[0, 0]]}}}}},
            "x.yaml: cameras.a.lines.gate.points: ",
        ),
        (
            {
                "cameras": {
                    "a": {
                        "source": {"type": "x"},
                        "zones": {"a": {"points": [[0, 0], [1, 0], [1, 1]], "loitering_time": 3}},
                    }
                }
            },
            "x.yaml: cameras.a.zones.a.loitering_time: unknown key; it is `loiter: 30s` in a zone",
        ),
        (
            {"cameras": {"a": {"source": {"type": "x"}, "driving": {}}}},
            "x.yaml: cameras.a: driving: has no effect without `profile: driver_assist`",
        ),
        (
            {"cameras": {"a": {"source": {"type": "x"}, "detect": {"fps": 0}}}},
            "x.yaml: cameras.a.detect.fps",
        ),
    ],
)
def test_mistake_names_file_key_and_remedy(change: dict[str, Any], line: str) -> None:
    """Each mistake is a line that begins with the file and the path of the key."""
    data = {"cameras": {"a": {"source": {"type": "synthetic"}}}} | change
    found = problems(lambda: parse(data, "x.yaml"))
    assert any(problem.startswith(line) for problem in found), found


@pytest.mark.parametrize("key", ["a\nb", "a\u2028b", "\x1b[2J", "\r", "\x00", "\ud800"])
def test_odd_key_stays_on_one_line(key: str) -> None:
    """A key with line ends or control signs is told with them spelled out."""
    (line,) = problems(lambda: parse({"cameras": {key: {"source": {"type": "x"}}}}, "x.yaml"))
    assert line.isprintable()
    assert line.startswith("x.yaml: cameras.")


def test_all_mistakes_are_told_at_once() -> None:
    """Three mistakes are three lines."""
    data = {"cameras": {"a": {"source": {"type": "x"}, "rotate": 1, "kept": 0}}, "node": ""}
    assert len(problems(lambda: parse(data, "x.yaml"))) == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "must be a mapping"),
        ("- a\n- b\n", "must be a mapping"),
        ("cameras: [", "not valid YAML: line 1"),
        ("a: &x [*x]\ncameras: {}\nb: !!python/object:os.system {}\n", "not valid YAML"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"a" * (LARGEST + 1), "larger than"),
        ("[" * 5000, "not valid YAML"),
        ("a: 2026-99-99\n", "not valid YAML"),
        ("a: \x00\n", "not valid YAML"),
        ('include: ["a\\0b"]\n', "line 1, column 11: a zero byte"),
        ('secrets: "\\ud800"\n', "half a surrogate pair"),
        ('"\\ud800": 1\n', "half a surrogate pair"),
        ("cameras:\n\tporch: 1\n", "line 2, column 1: a tab; indent with spaces"),
        (
            "cameras:\n  a: 1\n  b: 2\n  a: 3\n",
            "line 4, column 3: the key `a` stands here a second",
        ),
    ],
)
def test_file_that_is_none_is_one_line(tmp_path: Path, text: str | bytes, reason: str) -> None:
    """Whatever lies there instead of a configuration gives one line with the file's name."""
    path = file(tmp_path, text)
    (line,) = problems(lambda: load(path))
    assert line.startswith(f"{path}: ")
    assert reason in line


def test_missing_file_and_folder_are_one_line(tmp_path: Path) -> None:
    """A path that leads nowhere, or to a folder, is one line."""
    for path in (tmp_path / "none.yaml", tmp_path):
        (line,) = problems(lambda path=path: load(path))  # type: ignore[misc]  # a bound default
        assert line.startswith(f"{path}: cannot be read: ")


odd = st.one_of(
    st.sampled_from(
        (
            "rtsp://[",
            "rtsp://h:x/",
            "rtsp://a:b@c/d",
            "mqtt://h:99999",
            "http://[::1",
            "10x",
            "1e9s",
        )
    ),
    st.sampled_from(
        (":", "a:b", ".a:b", "os:path", "sources.file:FileConfig", "\ud800", "~", "../..")
    ),
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=12),
    st.binary(max_size=4),
    st.dates(),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
    st.dictionaries(st.integers(), st.none(), max_size=2),
)


keys = st.one_of(
    st.text(max_size=8), st.none(), st.booleans(), st.integers(), st.floats(), st.dates()
)
"""What YAML may have as a key."""


def places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the path of everything in a configuration."""
    found = [path] if path else []
    inner = part.items() if isinstance(part, dict) else ()
    for key, value in enumerate(part) if isinstance(part, list) else inner:
        found += places(value, (*path, key))
    return found


@pytest.mark.fault("F48")
@given(data=st.data())
@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
def test_any_mutation_is_accepted_or_told_in_lines(data: st.DataObject) -> None:
    """F48: a changed, removed or added value gives a configuration or one-line problems."""
    whole = copy.deepcopy(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(whole)))
        parent: Any = whole
        for key in path[:-1]:
            parent = parent[key]
        action = data.draw(st.sampled_from(("replace", "remove", "add")))
        if action == "remove":
            del parent[path[-1]]
        elif action == "add" and isinstance(parent, dict):
            parent[data.draw(keys)] = data.draw(odd)
        else:
            parent[path[-1]] = data.draw(odd)
        if not whole:
            break
    _judge(lambda: _planned_twice(whole), "x.yaml: ")


def _planned_twice(whole: object) -> None:
    """Make a plan; what is kept of a configuration that holds makes the same one."""
    config = parse(whole, "x.yaml")
    first = plan(config, "x.yaml", SECRETS)
    kept = json.loads(config.model_dump_json(exclude_unset=True, by_alias=True))
    again = plan(parse(kept, "x.yaml"), "x.yaml", SECRETS)
    assert (again.cameras, again.sinks) == (first.cameras, first.sinks)


def _judge(attempt: Callable[[], object], start: str) -> None:
    """Any exception but the one for people passes through and fails the test."""
    for line in problems(attempt):
        assert line.startswith(start)
        assert len(line) > len(start)


@pytest.mark.fault("F48")
@given(data=st.data())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_text_mutation_is_accepted_or_told_in_lines(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """F48: letters cut, doubled or exchanged in the file end in the same two ways."""
    text = "\n".join(
        line for line in EXAMPLE.splitlines() if line.strip() and not line.strip().startswith("#")
    )
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 8))
        fresh = data.draw(st.text(alphabet=string.printable + "\x00é\u2028", max_size=4))
        text = text[:at] + fresh + text[at + length :]
    path = file(tmp_path_factory.getbasetemp(), text)
    _judge(lambda: load(path), f"{path}: ")


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"STATE_DIRECTORY": "/var/lib/lookout:/b"}, "/var/lib/lookout"),
        ({"XDG_STATE_HOME": "/x"}, "/x/lookout"),
        ({"HOME": "/h"}, "/h/.local/state/lookout"),
    ],
)
def test_state_folder_is_found(
    monkeypatch: pytest.MonkeyPatch, env: dict[str, str], expected: str
) -> None:
    """Systemd's folder comes before XDG's before the one in the home folder."""
    for name in ("STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert default_state() == Path(expected)
    cameras = {"a": {"source": {"type": "synthetic"}}}
    assert parse({"cameras": cameras}, "x").state == Path(expected)
    assert parse({"cameras": cameras, "state_dir": "/y"}, "x").state == Path("/y")
