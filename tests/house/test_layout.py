"""Everything is where the next person looks for it."""

from pathlib import Path

from rig.checkout import ROOMS, ROOT, modules, tracked

EXPECTED = {
    *ROOMS,
    *(".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md"),
    *("benchmarks", "deploy", "docs", "pyproject.toml", "requirements", "tests"),
}

SMALL = 25
"""Lines up to which a file needs no test file of its own: it is tested through its users."""

WITHOUT_TEST_FILE = {
    "daemon/errors.py": "declares errors",
    "daemon/exits.py": "declares exit codes",
    "daemon/line/wiring.py": "declares values",
    "daemon/timing.py": "declares deadlines",
    "detectors/detector.py": "declares the interface; every detector is tested against it",
    "detectors/errors.py": "declares errors",
    "detectors/track.py": "declares a value; every tracker is tested for what it fills in",
    "detectors/tracker.py": "declares the interface; every tracker is tested against it",
    "reasoners/reasoner.py": "declares the interface; every reasoner is tested against it",
    "sinks/errors.py": "declares errors",
    "sinks/sink.py": "declares the interface; every sink is tested against it",
}
"""Files that hold nothing to test, and why."""


def mirror(module: Path) -> Path:
    """Return where the tests of a module are."""
    return Path("tests") / module.with_name(f"test_{module.name}")


def test_top_level_holds_only_what_is_expected() -> None:
    """Nothing is at the top of the repository but the rooms and what any project has."""
    assert {path.parts[0] for path in tracked()} - EXPECTED == set()


def test_every_module_has_its_test_file() -> None:
    """`<room>/<file>.py` is tested by `tests/<room>/test_<file>.py`."""
    missing = [
        f"{mirror(module)} is missing ({module} has {lines} lines)"
        for module in modules()
        if module.name not in {"__init__.py", "__main__.py"}
        and str(module) not in WITHOUT_TEST_FILE
        and (lines := len((ROOT / module).read_text().splitlines())) > SMALL
        and not (ROOT / mirror(module)).is_file()
    ]
    assert not missing, "\n" + "\n".join(missing)


def test_exceptions_name_files_that_exist() -> None:
    """No file is excused that is gone."""
    assert [name for name in WITHOUT_TEST_FILE if not (ROOT / name).is_file()] == []


def test_every_room_is_typed() -> None:
    """Each room ships the marker that tells type checkers to trust its annotations."""
    assert [room for room in ROOMS if not (ROOT / room / "py.typed").is_file()] == []
