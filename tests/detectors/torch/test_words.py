"""Plain words as classes of an open vocabulary, without any download."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors.errors import DetectorRejected
from detectors.picture import Picture
from detectors.torch import UltralyticsConfig, UltralyticsDetector

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:.torch.jit:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.torch.jit:DeprecationWarning"),
]
torch: Any = pytest.importorskip("torch", reason='needs pip install "lookout-daemon[gpu]"')

CLIP = """
import torch
def tokenize(texts, truncate=False):
    tokens = torch.zeros(len(texts), 77, dtype=torch.int64)
    for row, text in enumerate(texts):
        codes = torch.tensor([ord(letter) for letter in text[:77]])
        tokens[row, :len(codes)] = codes
    return tokens
"""
WORDS = ("red bicycle", "parcel on a step", "van")


@pytest.fixture(scope="module", params=["yolov8s-worldv2.yaml", "yoloe-11s.yaml"])
def vocabulary(
    request: pytest.FixtureRequest, settings: None, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Save an open-vocabulary model with random weights."""
    from ultralytics import YOLO  # noqa: PLC0415 (only where the extra is)

    path: Path = tmp_path_factory.mktemp("open") / request.param.replace(".yaml", ".pt")
    YOLO(request.param).save(path)
    return path


@pytest.fixture
def encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Save an encoder with random weights, and put a tokenizer where `clip` is looked for."""
    (tmp_path / "clip.py").write_text(CLIP)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "clip", raising=False)
    return _encoder(tmp_path / "encoder.ts", 512)


def _encoder(path: Path, length: int) -> Path:
    torch.manual_seed(1)
    bag = torch.nn.EmbeddingBag(256, length)
    torch.jit.save(torch.jit.trace(bag, torch.zeros(2, 77, dtype=torch.int64)), str(path))
    return path


def detector(path: Path, **options: object) -> UltralyticsDetector:
    """Build a detector on the CPU."""
    values = {"model": path, "allow_pickle": True, "device": "cpu", "size": (160, 160), **options}
    return UltralyticsDetector("test", UltralyticsConfig.model_validate(values))


def test_words_become_the_classes(vocabulary: Path, encoder: Path) -> None:
    """The model says exactly the words, in their order, and nothing is fetched for it."""
    instance = detector(vocabulary, classes=WORDS, text_encoder=encoder, min_score=1e-6)
    assert instance.load().labels == WORDS
    rgb = np.random.default_rng(1).integers(0, 255, (160, 160, 3), np.uint8)
    [found] = instance.detect([Picture("yard", 0, rgb)])
    assert set(found.label) <= set(WORDS)
    assert len(found)
    instance.close()


def test_words_without_their_encoder_are_refused(vocabulary: Path, tmp_path: Path) -> None:
    """One line says which file is missing and that nothing is fetched."""
    with pytest.raises(DetectorRejected, match=r"`text_encoder` is not set.*nothing is fetched"):
        detector(vocabulary, classes=WORDS).load()
    with pytest.raises(DetectorRejected, match=r"none\.ts: is missing"):
        detector(vocabulary, classes=WORDS, text_encoder=tmp_path / "none.ts").load()


def test_an_encoder_of_another_model_is_refused(vocabulary: Path, encoder: Path) -> None:
    """Features of another length do not fit, and the refusal says so."""
    _encoder(encoder, 64)
    with pytest.raises(DetectorRejected, match="does not fit"):
        detector(vocabulary, classes=WORDS, text_encoder=encoder).load()
