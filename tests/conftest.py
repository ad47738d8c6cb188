"""Fixtures that every room's tests share."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig import served

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def material() -> Path:
    """Find the folder with real clips and models, or skip and say why."""
    named = os.environ.get("LOOKOUT_MATERIAL")
    folder = Path(named) if named else ROOT.parent / "shared"
    if not (folder / "media").is_dir():
        pytest.skip(f"no real clips: {folder} has no media/ (set LOOKOUT_MATERIAL)")
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a tiny random model, once, in a process of its own."""
    folder = tmp_path_factory.mktemp("tiny") / "tiny"
    _build("rig.tiny_model", str(folder))
    return folder


@pytest.fixture(scope="session")
def tiny_pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a pipeline of spaCy, once, in a process of its own; skip where there is no spaCy."""
    if importlib.util.find_spec("spacy") is None:
        pytest.skip('no spaCy here: pip install "lookout-daemon[nlp]", or make test-torch')
    folder = tmp_path_factory.mktemp("pipeline") / "tiny"
    _build("rig.tiny_parser", str(folder))
    return folder


@pytest.fixture(scope="session")
def tiny_gguf(tiny: Path) -> Path:
    """Write the same model as llama.cpp wants it."""
    folder = tiny.with_name("gguf")
    _build("rig.tiny_gguf", str(tiny), str(folder))
    return folder


@pytest.fixture(scope="session")
def transformers_serve(
    tiny: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[served.Served]:
    """Run `transformers serve` on the tiny model."""
    with served.transformers_serve(tiny, tmp_path_factory.mktemp("serve")) as server:
        yield server


@pytest.fixture(scope="session")
def llama_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[served.Served]:
    """Run `llama-server` on the tiny model, or skip where it is not to be found."""
    served.require_llama_server()
    model: Path = request.getfixturevalue("tiny_gguf")
    with served.llama_server(model, tmp_path_factory.mktemp("llama")) as server:
        yield server


def _build(module: str, *arguments: str) -> None:
    """Run one of our builders: the libraries it needs are in no process of a test."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    subprocess.run([sys.executable, "-m", module, *arguments], check=True, env=env)
