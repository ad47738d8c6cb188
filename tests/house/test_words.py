"""What is published speaks of the project alone."""

import re
from pathlib import Path

import pytest
from rig.checkout import ROOT, tracked

FORBIDDEN = {
    "a path of one machine": r"(?<![\w.])/(?:work|root|home/\w+|opt/pypi)\b",
    "a package index": r"pythonhosted\.|pypi\.org|--(?:extra-)?index-url|--find-links",
    "a number of an issue tracker nobody sees": r"(?i)\bissue #",
}


def text_files() -> dict[str, str]:
    """Read every tracked text file but this one, which must name what it looks for."""
    found = {}
    for path in tracked():
        if path.name == Path(__file__).name:
            continue
        data = (ROOT / path).read_bytes()
        if b"\0" not in data:
            found[str(path)] = data.decode("utf-8")
    return found


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    """No tracked file mentions what is true in one place only."""
    pattern = re.compile(FORBIDDEN[what])
    hits = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in text_files().items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]
    assert not hits, "\n" + "\n".join(hits)


def test_text_files_end_with_one_newline() -> None:
    """Every text file is UTF-8, with Unix line ends and one newline at its end."""
    odd = [
        name
        for name, text in text_files().items()
        if text and (not text.endswith("\n") or text.endswith("\n\n") or "\r" in text)
    ]
    assert odd == []
