"""The commands that the documentation names are there."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from rig.checkout import ROOT, tracked

TARGET = re.compile(r"(?m)^([a-z][a-z-]*):")
MENTION = re.compile(r"(?m)(?:`|^\s*\$?\s*)make ([a-z][a-z-]*)")


def targets() -> set[str]:
    """Return the targets of the Makefile."""
    return set(TARGET.findall((ROOT / "Makefile").read_text()))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", ".ci/run"])
def test_every_make_command_of_a_page_exists(page: str) -> None:
    """Whoever copies a `make` command from a page finds its target."""
    assert set(MENTION.findall((ROOT / page).read_text())) - targets() == set()


def test_every_target_is_explained() -> None:
    """`make help` says what each target does, apart from the set-up steps behind them."""
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    hidden = {target for target in targets() if target.endswith("-setup")}
    assert set(re.findall(r"make ([a-z-]+)", shown)) == targets() - hidden


@pytest.mark.parametrize("script", ["deploy/setup.sh", "deploy/llama-server.sh", ".ci/run"])
def test_script_is_valid_and_executable(script: str) -> None:
    """Bash can read the script, and it can be started."""
    done = subprocess.run(["bash", "-n", script], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert os.access(ROOT / script, os.X_OK)


def test_setup_names_its_profiles_when_asked_for_another() -> None:
    """A wrong profile gets the usage line and exit code 2."""
    done = subprocess.run(
        ["deploy/setup.sh", "everything"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "usage: deploy/setup.sh run|test|torch|home-assistant\n"


def test_links_between_pages_lead_somewhere() -> None:
    """Every relative link of a Markdown page names a file that exists."""
    broken = [
        f"{page}: {link}"
        for page in tracked()
        if page.suffix == ".md"
        for link in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", (ROOT / page).read_text())
        if not (ROOT / page.parent / Path(link)).exists()
    ]
    assert broken == []
