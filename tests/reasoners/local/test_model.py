"""The model itself: a tiny random one, on form, and not blind."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from reasoners import Limits, Prompt, QuestionTooLong, ReasonerRejected, Turn
from reasoners.local.message import Load

pytestmark = pytest.mark.torch


def jpeg(seed: int) -> bytes:
    """Draw a picture."""
    shade = np.random.default_rng(seed).integers(0, 255, 3)
    picture = np.full((90, 160, 3), shade, np.uint8)
    cv2.rectangle(picture, (20, 20), (60 + seed * 5, 70), (0, 0, 255), -1)
    return bytes(cv2.imencode(".jpg", picture)[1].tobytes())


def load(path: Path, max_tokens: int = 4000) -> Load:
    """Say what to load."""
    return Load(path=str(path), device="cpu", threads=1, max_tokens=max_tokens)


def test_answers_are_on_form_and_depend_on_the_picture(tiny: Path) -> None:
    """Our whole form, enforced letter by letter: every reply is read; pictures matter."""
    from rig.thinking import job  # noqa: PLC0415

    from reasoners.local.model import VisionModel  # noqa: PLC0415 (needs torch)
    from reasoners.vlm.call import call  # noqa: PLC0415
    from reasoners.vlm.prompt import prompt  # noqa: PLC0415
    from reasoners.vlm.reply import read  # noqa: PLC0415

    model = VisionModel(load(tiny))
    assert "Idefics3" in model.description
    said = set()
    for seed in range(4):
        asked = call((job(1, picture=jpeg(seed)),), Limits())
        answered = model.answer(seed, prompt(asked), lambda: False)
        assert not answered.truncated
        assert read(answered.text, asked).answers.keys() == {"q1"}
        said.add(answered.text)
    assert len(said) > 1


def test_it_stops_when_told_and_refuses_what_is_too_long(tiny: Path) -> None:
    """Between two tokens; and a question without room for an answer is not begun."""
    from reasoners.local.model import VisionModel  # noqa: PLC0415 (needs torch)

    model = VisionModel(load(tiny))
    prompt = Prompt((Turn("user", (jpeg(1), "What is it?")),))
    assert model.answer(1, prompt, lambda: True).answered <= 2
    with pytest.raises(QuestionTooLong):
        model.answer(2, Prompt((Turn("user", ("word " * 9000,)),)), lambda: False)
    with pytest.raises(ReasonerRejected, match="picture"):
        model.answer(3, Prompt((Turn("user", (b"\xff\xd8\xff no", "?")),)), lambda: False)


def test_a_folder_that_holds_no_model_is_refused(tmp_path: Path) -> None:
    """With the folder's name."""
    from reasoners.local.model import VisionModel  # noqa: PLC0415 (needs torch)

    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ReasonerRejected, match=str(tmp_path)):
        VisionModel(load(tmp_path))


def test_a_question_that_the_model_has_no_place_for_is_refused(tiny: Path, tmp_path: Path) -> None:
    """A template that knows no system says so; the process goes on."""
    from reasoners.local.model import VisionModel  # noqa: PLC0415 (needs torch)

    folder = tmp_path / "strict"
    shutil.copytree(tiny, folder)
    template = folder / "chat_template.jinja"
    strict = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    template.write_text(strict + template.read_text())
    model = VisionModel(load(folder))
    turns = (Turn("system", ("You look.",)), Turn("user", (jpeg(1), "What is it?")))
    with pytest.raises(ReasonerRejected, match="no system"):
        model.answer(1, Prompt(turns), lambda: False)
    assert model.answer(2, Prompt(turns[1:]), lambda: True).answered <= 2
