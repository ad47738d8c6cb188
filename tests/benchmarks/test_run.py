"""The driver of the benchmarks."""

import json
from pathlib import Path

import pytest

from benchmarks import machine
from benchmarks.run import BENCHMARKS, BY_NAME, ROOT, Benchmark, find, flat, main, save, shown

DRIVER = {"__main__", "machine", "run"}


def test_every_benchmark_of_the_folder_is_listed() -> None:
    """A module that measures is run by `make bench`, and what is listed exists."""
    there = {
        path.stem
        for path in (ROOT / "benchmarks").glob("*.py")
        if "def measure(" in path.read_text()
    }
    assert there - DRIVER == {*BENCHMARKS, *BY_NAME}


@pytest.mark.parametrize("name", BENCHMARKS + BY_NAME)
def test_benchmark_says_what_it_measures(name: str) -> None:
    """Each benchmark can be loaded and has a title to show."""
    benchmark = find(name)
    assert benchmark.title
    assert callable(benchmark.measure)


def test_nested_results_become_dotted_names() -> None:
    """What is nested is shown flat; what the driver says itself is left out."""
    measured = {"unit": "ms", "by_crowd": {"5": {"ours_ms": 0.25}}, "machine": {"cores": 2}}
    assert list(flat(measured)) == [("unit", "ms"), ("by_crowd.5.ours_ms", 0.25)]


@pytest.mark.parametrize(
    ("value", "text"), [(0.123456, "0.1235"), (1234.5, "1,234"), (7, "7"), (True, "True")]
)
def test_values_are_shown_with_four_digits(value: object, text: str) -> None:
    """Fractions are rounded to what is worth reading, whole numbers and words stay as they are."""
    assert shown(value) == text


def test_result_is_kept_with_the_machine_it_was_measured_on(tmp_path: Path) -> None:
    """The file holds the numbers, the machine, the versions and the commit."""
    measured = {"took_ms": 1.5, "machine": "told elsewhere"}
    path = save(Benchmark("nothing", "Nothing at all", lambda: measured), measured, tmp_path)
    record = json.loads(path.read_text())
    assert path.name == "nothing.json"
    assert record["measured"] == {"took_ms": 1.5}
    assert record["machine"]["commit"] == machine.commit(ROOT)
    assert record["machine"]["cores"] >= 1
    assert "numpy" in record["machine"]["packages"]


def test_unknown_benchmark_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    """A typing mistake gets the list of what there is, and exit code 2."""
    with pytest.raises(SystemExit) as ended:
        main(["trakcer"])
    assert ended.value.code == 2
    assert "no benchmark trakcer; there are: tracker" in capsys.readouterr().err
