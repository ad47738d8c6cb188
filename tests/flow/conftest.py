"""What end-to-end tests share: one generated clip, one camera serving it, one broker."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from rig.broker import Mosquitto
from rig.lookout import RUNS
from rig.rtsp_server import RtspServer, require_gstreamer
from rig.served import Served, find_llama_server, llama_server, transformers_serve
from rig.visits import Visits


@pytest.fixture(scope="session")
def visits() -> Visits:
    """Describe the generated clip."""
    return Visits()


@pytest.fixture(scope="session")
def visits_clip(visits: Visits, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the generated clip once."""
    return visits.write(tmp_path_factory.mktemp("clip") / "visits.mp4")


@pytest.fixture
def camera(visits_clip: Path) -> Iterator[RtspServer]:
    """Serve the generated clip over RTSP, from its start for every client."""
    require_gstreamer()
    with RtspServer(visits_clip) as server:
        yield server


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """Run mosquitto with the shipped settings."""
    folder = tmp_path / "broker"
    folder.mkdir()
    with Mosquitto.shipped(folder) as server:
        yield server


@pytest.fixture
def other_server(request: pytest.FixtureRequest, tiny: Path, tmp_path: Path) -> Served:
    """Describe somebody else's server of the tiny model: llama.cpp's, or else Hugging Face's."""
    if find_llama_server() is None:
        return transformers_serve(tiny, tmp_path)
    return llama_server(request.getfixturevalue("tiny_gguf"), tmp_path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the last daemons said before a test failed: on a server nobody can look."""
    report = yield
    if report.failed:
        report.sections += [(f"log of {run.folder}", run.warnings()) for run in RUNS]
    return report
