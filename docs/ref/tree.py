# ruff: noqa: INP001 - a script beside the pages it writes, in no package
"""Write the tree of modules into docs/architecture.md, each with the first line of its docstring.

python docs/ref/tree.py            write it
python docs/ref/tree.py --check    fail when the page is stale
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "architecture.md"
ROOMS = ("sources", "detectors", "reasoners", "sinks", "daemon")
BEGIN = "<!-- tree: written by `make docs` from the modules' first lines -->\n"
END = "<!-- end of tree -->\n"


def main(arguments: list[str]) -> int:
    """Write or check the page. Returns the exit code."""
    old = PAGE.read_text()
    head, _, rest = old.partition(BEGIN)
    new = head + BEGIN + "\n" + "\n".join(tree()) + "\n" + END + rest.partition(END)[2]
    if arguments != ["--check"]:
        PAGE.write_text(new)
        return 0
    if new != old:
        sys.stderr.write("docs/architecture.md: the tree is stale; run `make docs`\n")
        return 1
    return 0


def tree() -> Iterator[str]:
    """Yield the lines: a heading per room and sub-room, a row per module."""
    for room in ROOMS:
        for folder in (ROOT / room, *sorted(path for path in (ROOT / room).rglob("*"))):
            face = folder / "__init__.py"
            if not face.exists():
                continue
            name = folder.relative_to(ROOT)
            yield f"### `{name}/`: {first_line(face)}\n"
            yield "| File | Subject |\n|---|---|"
            for file in sorted(folder.glob("*.py")):
                if file != face:
                    yield f"| `{file.name}` | {first_line(file)} |"
            yield ""


def first_line(file: Path) -> str:
    """Return the first line of a module's docstring."""
    said = ast.get_docstring(ast.parse(file.read_text())) or ""
    return said.partition("\n")[0].replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
