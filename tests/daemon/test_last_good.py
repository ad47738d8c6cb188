"""What held last is kept, and found again beside a file that does not hold."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from daemon import last_good
from daemon.config import parse
from daemon.errors import ConfigRejected

ZONE = {"points": [[0, 0], [1, 0], [1, 1]]}
RULE = {
    "when": {"label": "person", "dwells_in": "step", "for": "3s"},
    "schedule": [{"days": ["mon"], "from": "22:00", "to": "06:00"}],
    "timezone": "Europe/Berlin",
    "ask": "Wer ist das? \u2028 äöü",
}


def written(path: Path, state: Path, **more: Any) -> Path:
    """Write a configuration."""
    porch = {
        "source": {"type": "rtsp", "url": "rtsp://10.0.0.7/1", "credential": "porch"},
        "zones": {"step": ZONE},
        "rules": {"stands": RULE},
        "privacy": [[[0, 0], [0.2, 0], [0.2, 0.3]]],
    }
    whole = {"state_dir": str(state), "cameras": {"porch": porch}, "cassette": {}, **more}
    path.write_text(yaml.safe_dump(whole))
    return path


def test_what_held_is_found_beside_a_file_that_does_not(tmp_path: Path) -> None:
    """As it was, whatever its keys; readable by its owner alone."""
    file = written(tmp_path / "lookout.yaml", tmp_path)
    config = parse(yaml.safe_load(file.read_text()), str(file))
    last_good.keep(tmp_path, config)
    written(file, tmp_path, cameras={"porch": {}})
    found, kept = last_good.find(file)
    assert found == config
    assert kept == tmp_path / last_good.NAME
    assert kept.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == [last_good.NAME, "lookout.yaml"]


def test_a_file_that_cannot_be_read_has_its_state_where_it_usually_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the service manager says, for what the file says nobody knows."""
    file = written(tmp_path / "lookout.yaml", tmp_path)
    config = parse(yaml.safe_load(file.read_text()), str(file))
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    last_good.keep(tmp_path, config)
    for text in ("cameras: [", "- a list", "", "state_dir: 7"):
        file.write_text(text)
        assert last_good.find(file)[0] == config
    file.unlink()
    assert last_good.find(file)[0] == config
    with pytest.raises(ConfigRejected):
        last_good.state_of(file)


def test_where_nothing_held_nothing_is_found(tmp_path: Path) -> None:
    """Nor where it does not hold any more, for this is another version."""
    file = written(tmp_path / "lookout.yaml", tmp_path)
    with pytest.raises(ConfigRejected, match=last_good.NAME):
        last_good.find(file)
    (tmp_path / last_good.NAME).write_text('{"cameras": {"porch": {"fsp": 1}}}')
    with pytest.raises(ConfigRejected, match="fsp"):
        last_good.find(file)
