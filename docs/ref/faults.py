# ruff: noqa: INP001 - a script beside the pages it writes, in no package
"""Write into docs/faults.md which tests hold each fault case, as the tests' own marks say.

python docs/ref/faults.py            write it
python docs/ref/faults.py --check    fail when the page is stale, or page and marks differ

The first four columns are written by hand, one row for each case. A test claims a case with
`@pytest.mark.fault("F04")`; it may claim several.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "faults.md"
BY_HAND = 4
"""Columns of a row that are written by hand: case, fault, injection, figure."""

ROW = re.compile(r"\| (F\d\d) \|")
CASE = re.compile(r"F\d\d")


@dataclass(frozen=True, slots=True)
class Holder:
    """A test that holds a case."""

    file: Path
    name: str
    slow: bool

    def link(self) -> str:
        """Name it for a reader of the page."""
        return f"[{self.name}](../{self.file.as_posix()})"


def main(arguments: list[str]) -> int:
    """Write or check the page. Returns the exit code."""
    old = PAGE.read_text()
    held = holders(ROOT)
    new = "".join(line + "\n" for line in filled(old.splitlines(), held))
    problems = list(differences(old.splitlines(), held))
    if arguments != ["--check"]:
        PAGE.write_text(new)
    elif new != old:
        problems.append("docs/faults.md is stale; run `make docs`")
    sys.stderr.write("".join(f"{problem}\n" for problem in problems))
    return 1 if problems else 0


def holders(root: Path) -> Mapping[str, Sequence[Holder]]:
    """Find every mark of every test, by case; files and tests in their own order."""
    found: dict[str, list[Holder]] = {}
    for file in sorted((root / "tests").rglob("test_*.py")):
        tree = ast.parse(file.read_text())
        whole = any("slow" in _marks(value) for value in _module_marks(tree))
        for test in ast.walk(tree):
            if not isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            cases = [case for mark in test.decorator_list for case in _cases(mark)]
            slow = whole or any("slow" in _marks(mark) for mark in test.decorator_list)
            for case in cases:
                holder = Holder(file.relative_to(root), test.name, slow)
                found.setdefault(case, []).append(holder)
    return found


def filled(lines: Sequence[str], held: Mapping[str, Sequence[Holder]]) -> Iterator[str]:
    """Yield the page with its last two columns written anew."""
    for line in lines:
        match = ROW.match(line)
        if match is None:
            yield line
            continue
        tests = held.get(match[1], ())
        quick = "<br>".join(dict.fromkeys(test.link() for test in tests if not test.slow))
        slow = "<br>".join(dict.fromkeys(test.link() for test in tests if test.slow))
        by_hand = [cell.strip() for cell in line.strip("|").split("|")][:BY_HAND]
        yield "| " + " | ".join((*by_hand, quick, slow)) + " |"


def differences(lines: Sequence[str], held: Mapping[str, Sequence[Holder]]) -> Iterator[str]:
    """Yield what is claimed by the page and held by no test, and the other way round."""
    rows = [match[1] for line in lines if (match := ROW.match(line))]
    for case in sorted(set(rows)):
        if rows.count(case) > 1:
            yield f"docs/faults.md: {case} has more than one row"
        if case not in held:
            yield f'docs/faults.md: {case} is held by no test marked `fault("{case}")`'
    for case in sorted(set(held) - set(rows)):
        for test in held[case]:
            yield f"{test.file}: {test.name} claims {case}, which has no row in docs/faults.md"


def _module_marks(tree: ast.Module) -> Iterator[ast.expr]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
        ):
            yield from node.value.elts if isinstance(node.value, ast.List) else [node.value]


def _marks(node: ast.expr) -> set[str]:
    """Return the names of attributes in a decorator: `{"pytest", "mark", "slow"}`."""
    return {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def _cases(mark: ast.expr) -> Iterator[str]:
    if not isinstance(mark, ast.Call) or "fault" not in _marks(mark.func):
        return
    for argument in mark.args:
        if isinstance(argument, ast.Constant) and CASE.fullmatch(str(argument.value)):
            yield str(argument.value)
        else:
            raise SystemExit(f"line {mark.lineno}: a fault is named like F04")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
