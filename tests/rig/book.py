"""A parser with a book of captions, hosted as the daemon hosts a real one."""

import json
from pathlib import Path

from rig.parses import EVERY, parsed

from daemon.thinking import Parsing, parsing
from reasoners.providers.parser import ParserConfig

MODULE = "reasoners.testing.parser"


def book(folder: Path) -> Path:
    """Write every caption of `rig.parses` down."""
    known = dict(parsed(one) for one in EVERY)
    path = folder / "book.json"
    path.write_text(json.dumps({text: found.words for text, found in known.items()}))
    return path


def hosted(path: Path | str, within: float = 20.0, module: str = MODULE) -> Parsing:
    """Host a parser."""
    config = ParserConfig(pipeline=str(path), within=within, loads=60)
    return parsing("captioner", config, module)
