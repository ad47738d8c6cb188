"""Runs the benchmarks, prints what they measured and keeps it in `benchmarks/results/<name>.json`.

    python -m benchmarks [NAME ...] [--list] [--no-save]

A benchmark is a module of this folder with `measure()`, which returns what it measured as a
dictionary for JSON: names that carry their unit (`update_ms_p50`), nested where that helps. Its
docstring's first line says what it measures. It is listed in `BENCHMARKS` or `BY_NAME`.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import machine

BENCHMARKS = (
    "tracker",
    "scene",
    "predictions",
    "rules",
    "driving",
    "grounding",
    "governing",
    "keyframes",
    "again",
    "regions",
    "preprocessing",
    "following",
    "throughput",
    "runtimes",
    "overhead",
    "memory",
    "age",
    "handover",
    "startup",
    "footprint",
    "gate",
    "overlooked",
    "clips",
    "delivery",
    "publication",
)
"""Modules of this folder, in the order in which they run without names."""

BY_NAME = ("gpu", "predict", "short")
"""Those that need more than any machine has: run only when they are named."""

ROOT = Path(__file__).resolve().parent.parent
WORTH = 10_000
"""Numbers below are shown with four digits."""

RESULTS = ROOT / "benchmarks" / "results"

TOLD_HERE = frozenset({"benchmark", "machine", "commit"})
"""What the driver says itself about every result."""

Measured = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One module that measures."""

    name: str
    title: str
    measure: Callable[[], Measured]


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all of them. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Lookout.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which ones (default: all)")
    parser.add_argument("--list", action="store_true", help="say what there is, and stop")
    parser.add_argument("--no-save", action="store_true", help="print only, keep no result file")
    chosen = parser.parse_args(arguments)
    unknown = sorted(set(chosen.names) - {*BENCHMARKS, *BY_NAME})
    if unknown:
        parser.error(
            f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHMARKS + BY_NAME)}"
        )
    console = Console()
    for name in chosen.names or (BENCHMARKS + BY_NAME if chosen.list else BENCHMARKS):
        benchmark = find(name)
        if chosen.list:
            console.print(f"{benchmark.name:16} {benchmark.title}", highlight=False, soft_wrap=True)
            continue
        console.print(
            f"measuring {benchmark.name}: {benchmark.title}", highlight=False, soft_wrap=True
        )
        started = monotonic()
        measured = benchmark.measure()
        console.print(table(benchmark, measured, monotonic() - started))
        if not chosen.no_save:
            path = save(benchmark, measured, RESULTS)
            console.print(f"kept in {path.relative_to(ROOT)}", highlight=False, soft_wrap=True)
    return 0


def find(name: str) -> Benchmark:
    """Import one benchmark."""
    module = import_module(f"benchmarks.{name}")
    title = (module.__doc__ or name).strip().splitlines()[0].rstrip(".")
    return Benchmark(name, title, module.measure)


def table(benchmark: Benchmark, measured: Measured, took: float) -> Table:
    """Lay out what was measured."""
    rows = Table(title=f"{benchmark.name} ({took:.1f} s)", title_justify="left")
    rows.add_column("measured")
    rows.add_column("value", justify="right")
    for key, value in flat(measured):
        rows.add_row(key, shown(value))
    return rows


def flat(measured: Measured, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Yield the values of nested dictionaries under dotted names."""
    for key, value in measured.items():
        if not prefix and key in TOLD_HERE:
            continue
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def shown(value: object) -> str:
    """Write a value with as many digits as are worth reading."""
    return f"{value:,.4g}" if isinstance(value, float) and abs(value) < WORTH else f"{value}"


def save(benchmark: Benchmark, measured: Measured, folder: Path) -> Path:
    """Write the result; one file per benchmark, so that its history is the repository's."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{benchmark.name}.json"
    record = {
        "benchmark": benchmark.name,
        "title": benchmark.title,
        "measured": {key: value for key, value in measured.items() if key not in TOLD_HERE},
        "machine": machine.describe(ROOT),
    }
    path.write_text(json.dumps(record, indent=2) + "\n")
    return path
