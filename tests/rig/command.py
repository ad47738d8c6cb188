"""The real command line, as a process of its own."""

import contextlib
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from daemon.cli import main

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output as JSON."""
        return json.loads(self.out)


def lookout(
    *words: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    within: float = PATIENCE,
) -> Done:
    """Run `lookout` with these words; nobody can type anything, and no terminal is there."""
    done = subprocess.run(
        [sys.executable, "-m", "daemon", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        timeout=within,
        env={**os.environ, "COLUMNS": "200", **(env or {})},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def called(*words: str, env: Mapping[str, str] | None = None) -> Done:
    """Run `lookout` inside this process: faster, for what needs neither process nor event loop."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["lookout", *words])
        for name, value in {"COLUMNS": "200", **(env or {})}.items():
            patch.setenv(name, value)
        try:
            with (
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
                pytest.raises(SystemExit) as ended,
            ):
                main()
        finally:
            logging.captureWarnings(capture=False)
            root.handlers[:] = handlers
            root.setLevel(level)
    assert "Traceback" not in err.getvalue(), err.getvalue()
    return Done(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def written(folder: Path, config: Mapping[str, Any]) -> str:
    """Write a configuration with its state in the same folder; return the file's path."""
    file = folder / "lookout.yaml"
    file.write_text(yaml.safe_dump({"state_dir": str(folder / "state"), **config}))
    return str(file)


def secret_file(folder: Path, name: str, user: str, password: str) -> str:
    """Write a secrets file with one credential; return its path."""
    file = folder / "secrets.toml"
    file.touch(mode=0o600)
    file.write_text(
        f"[credentials.{name}]\nuser = {json.dumps(user)}\npassword = {json.dumps(password)}\n"
    )
    return str(file)
