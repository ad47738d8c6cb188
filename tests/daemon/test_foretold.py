"""The file in which a replay writes how its predictions turned out."""

import json
from pathlib import Path

from rig.foreseen import camera, straight

from daemon.foretold import Foretold


def test_every_prediction_is_a_line(tmp_path: Path) -> None:
    """What was said, how likely, and what came of it; an older file is replaced."""
    path = tmp_path / "predictions.jsonl"
    path.write_text("old")
    foretold = Foretold(path, "porch")
    seen = camera()
    seen.forecaster.docket.finished = foretold.note
    seen.run({1: straight(0.25, 0.1)}, 9.0)
    seen.forecaster.close()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    scores = seen.forecaster.experience.scores.values()
    assert len(lines) == sum(score.count + score.unresolvable for score in scores)
    assert {line["outcome"] for line in lines} >= {"hit"}
    for line in lines:
        assert line["camera"] == "porch"
        assert 0 < line["probability"] < 1
        assert line["resolved_at"] is None or line["resolved_at"] >= line["stated_at"]
