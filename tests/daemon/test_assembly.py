"""Parts of a daemon, built out of a plan."""

from pathlib import Path
from typing import Any

import pytest

from daemon import assembly
from daemon.assembly import Before, Replay
from daemon.clock import Clock
from daemon.config import parse
from daemon.errors import ConfigRejected
from daemon.plan import Plan, plan
from daemon.secrets import Secrets
from reasoners import Experience


def planned(folder: Path, **more: Any) -> Plan:
    """Return the plan of one synthetic camera."""
    config = {"cameras": {"street": {"source": {"type": "synthetic"}}}, "state_dir": str(folder)}
    return plan(parse({**config, **more}, "lookout.yaml"), "lookout.yaml", Secrets())


def test_a_replay_keeps_nothing(tmp_path: Path) -> None:
    """The journal of a replay is in memory, and without a folder it stores no picture."""
    replay = Replay()
    journal = assembly.journal(planned(tmp_path), replay)
    journal.open()
    journal.close()
    assert assembly.media(planned(tmp_path), replay) is None
    assert list(tmp_path.iterdir()) == []


def test_the_daemon_keeps_journal_and_pictures_in_its_state(tmp_path: Path) -> None:
    """Journal and media lie below the state folder, and sinks are told where."""
    made = planned(tmp_path / "state", node="box1")
    journal = assembly.journal(made, None)
    journal.open()
    journal.close()
    assert assembly.media(made, None) is not None
    assert (tmp_path / "state" / "journal.sqlite").is_file()
    site = assembly.site(made, None, Clock(), assembly.arrangement(made))
    assert site.media == tmp_path / "state" / "media"
    assert site.node == "box1"


def test_a_folder_that_cannot_be_made_is_a_wrong_configuration(tmp_path: Path) -> None:
    """Where a file is in the way of the media folder, one line says so."""
    (tmp_path / "media").write_text("in the way")
    with pytest.raises(ConfigRejected, match=r"^lookout\.yaml: .*media"):
        assembly.media(planned(tmp_path), None)


def test_questions_are_asked_only_where_a_model_is_configured(tmp_path: Path) -> None:
    """Without a reasoner there is neither model nor deadline; with one, both come from it."""
    (camera,) = planned(tmp_path).cameras
    assert assembly.asking(planned(tmp_path), camera) is None
    model = {"type": "openai", "url": "http://127.0.0.1:1/v1", "model": "m", "deadline": "3s"}
    made = planned(tmp_path, reasoner=model)
    asked = assembly.asking(made, camera)
    assert asked is not None
    assert (asked.model, asked.deadline) == ("m", 3.0)


def test_what_a_camera_had_learned_is_taken_up_again(caplog: pytest.LogCaptureFixture) -> None:
    """A notebook that can be read is read; one that cannot is said so and begun anew."""
    taught = Experience()
    taught.give_up("enters")
    kept = Before(learned=taught.notebook().model_dump_json())
    found = assembly.experience("porch", kept)
    assert found is not None
    assert found.figures() == taught.figures()
    assert assembly.experience("porch", Before()) is None
    assert assembly.experience("porch", Before(learned='{"spread": "wide"}')) is None
    assert "not readable" in caplog.text
