"""`lookout doctor` on this machine, in and out of order."""

import importlib.util
import re
from pathlib import Path

from rig.command import lookout, secret_file, written
from rig.examined import CONFIG, lines

from daemon.exits import Exit


def test_machine_in_order_gets_a_clean_bill(tmp_path: Path) -> None:
    """Versions, state, clock, devices and detector are told; nothing is bad."""
    done = lookout("doctor", "--config", written(tmp_path, CONFIG), "--json")
    found = lines(done)
    assert {what for what, line in found.items() if line["health"] == "bad"} == set(), found
    assert done.code == Exit.CLEAN
    assert {"lookout", "python", "sqlite", "av", "opencv", "openvino", "clock"} <= set(found)
    assert "FFmpeg" in found["av"]["found"]
    assert re.match(r"h264: .*; hevc: .*; mjpeg: ", found["hardware decoding"]["found"])
    if importlib.util.find_spec("onnxruntime"):
        assert re.fullmatch(r"\d+\.\d+\S* with (\w+, )*CPU", found["onnxruntime"]["found"])
    else:
        assert "lookout-daemon[onnx]" in found["onnxruntime"]["remedy"]
    assert re.fullmatch(
        r"input 320x240; \d+ ms a look, at most \d+; scripted: finds bright spots",
        found["detector"]["found"],
    )
    assert found["journal"]["found"] == "none yet"


def test_everything_wrong_is_told_with_its_remedy(tmp_path: Path) -> None:
    """A state folder that is none and a detector that cannot load are bad, and 69 is the end."""
    (tmp_path / "state").write_text("a file")
    config = {**CONFIG, "detector": {**CONFIG["detector"], "load": "rejected"}}
    done = lookout("doctor", "--config", written(tmp_path, config), "--json")
    found = lines(done)
    assert done.code == Exit.UNREACHABLE
    for what in ("state folder", "detector"):
        assert found[what]["health"] == "bad"
        assert found[what]["remedy"]


def test_wrong_configuration_is_told_among_the_rest(tmp_path: Path) -> None:
    """A file that cannot be used is one finding; the machine is looked at all the same."""
    secrets = secret_file(tmp_path, "porch", "viewer", "s3cret-value")
    config = {**CONFIG, "secrets": secrets, "colour": "blue"}
    done = lookout("doctor", "--config", written(tmp_path, config))
    assert done.code == Exit.UNREACHABLE
    assert "colour" in done.out
    assert "FFmpeg" in done.out
    assert "s3cret-value" not in done.out + done.err
