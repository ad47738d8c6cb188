"""What `pip install` brings."""

import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile

import pytest
from rig.checkout import ROOMS, ROOT, modules


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as pip would, into a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_the_rooms_and_nothing_else(wheel: Path) -> None:
    """The five rooms and the metadata are in the wheel; tests, benchmarks and deploy are not."""
    with ZipFile(wheel) as archive:
        top = {name.partition("/")[0] for name in archive.namelist()}
    assert {name for name in top if not name.endswith(".dist-info")} == set(ROOMS)


def test_wheel_holds_every_module(wheel: Path) -> None:
    """No module and no typing marker is left behind."""
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = {str(path) for path in modules()} | {f"{room}/py.typed" for room in ROOMS}
    assert wanted - names == set()


def test_wheel_carries_the_licence(wheel: Path) -> None:
    """Who gets the wheel gets the licence."""
    with ZipFile(wheel) as archive:
        (licence,) = (name for name in archive.namelist() if name.endswith("/LICENSE"))
        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()


def test_version_is_the_same_everywhere() -> None:
    """The project file, what is installed and the newest entry of the changelog agree."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    headings = [
        line.split("[")[1].split("]")[0]
        for line in (ROOT / "CHANGELOG.md").read_text().splitlines()
        if line.startswith("## [")
    ]
    assert headings[0] == "Unreleased"
    assert headings[1] == project["version"] == version(project["name"])
