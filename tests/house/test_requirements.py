"""The locks: complete, hashed, in agreement, and about nobody's index."""

import re
import tomllib
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rig.checkout import ROOT

LOCKS = ("base", "gpu", "dev", "serving")


def entries(lock: str) -> dict[str, str]:
    """Return the block of each locked package by its name."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    blocks = re.split(r"(?m)^(?=\w)", re.sub(r"(?m)^#.*\n", "", text))
    return {canonicalize_name(block.partition("==")[0]): block for block in blocks if block}


def pins(lock: str) -> dict[str, str]:
    """Return the locked version of each package."""
    return {
        name: block.split("==")[1].split()[0].rstrip(";") for name, block in entries(lock).items()
    }


def wanted(lock: str) -> list[Requirement]:
    """Return what the project file asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    own = {
        "base": project["build-system"]["requires"],
        "gpu": [*extras["gpu"], *extras["vlm"], *extras["nlp"]],
        **project["dependency-groups"],
    }[lock]
    # What tests install beside the others does not repeat what the daemon itself needs.
    daemon = project["project"]["dependencies"] if lock != "serving" else []
    return [Requirement(text) for text in (*daemon, *own)]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pin_with_hashes(lock: str) -> None:
    """Each package has one exact version and at least one SHA-256; no other option is in a lock."""
    pin = re.compile(
        r"[A-Za-z0-9._-]+==[^\s;]+(?: ; [^\\\n]+)? \\\n"
        r"(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+"
    )
    blocks = [block.strip() for block in entries(lock).values()]
    odd = [block.splitlines()[0] for block in blocks if not pin.fullmatch(block)]
    assert odd == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_satisfies_the_project_file(lock: str) -> None:
    """What pyproject.toml asks for is locked, in a version it accepts; otherwise: make lock."""
    locked = pins(lock)
    missing = [
        str(asked)
        for asked in wanted(lock)
        if canonicalize_name(asked.name) not in locked
        or not asked.specifier.contains(locked[canonicalize_name(asked.name)])
    ]
    assert missing == []


def test_locks_agree() -> None:
    """A package that several locks name has the same version in all of them."""
    seen: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, pinned in pins(lock).items():
            seen.setdefault(name, set()).add(pinned)
    assert {name: sorted(several) for name, several in seen.items() if len(several) > 1} == {}
    assert set(pins("base")) <= set(pins("gpu")) & set(pins("dev"))


def test_installed_packages_are_the_locked_ones() -> None:
    """What the tests run against is what the lock names."""
    asked = {canonicalize_name(requirement.name) for requirement in wanted("base")}
    locked = pins("base")
    assert {name: version(name) for name in asked} == {name: locked[name] for name in asked}
