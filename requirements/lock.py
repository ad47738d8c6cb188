# ruff: noqa: INP001 - a script beside the files it writes, in no package
"""Write the locked requirement files from pyproject.toml: every version pinned, every file hashed.

Run by `make lock`. Arguments are handed to pip-compile (`--upgrade`, `--upgrade-package av`).

| File | Holds |
|---|---|
| base.txt | what the daemon needs, and what builds it |
| gpu.txt | base and the heavy extras: `gpu`, `vlm` and `nlp` |
| dev.txt | base, all other extras and the group `dev`; agrees with gpu.txt where both name one |
| serving.txt | the group `serving`: real servers of models, for tests beside gpu.txt and dev.txt |
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
HEADER = "# Locked by `make lock`. Edit pyproject.toml, not this file.\n"
OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--allow-unsafe",
    "--strip-extras",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-trusted-host",
    "--no-emit-find-links",
    "--no-emit-options",
)


def main(options: list[str]) -> None:
    """Lock base, gpu, dev and serving, in this order: each agrees with those before it."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text())
    base = project["project"]["dependencies"] + project["build-system"]["requires"] + ["editables"]
    extras = project["project"]["optional-dependencies"]
    heavy = [package for name in ("gpu", "vlm", "nlp") for package in extras.pop(name)]
    light = [package for packages in extras.values() for package in packages]
    groups = project["dependency-groups"]
    lock("base", base, (), options)
    lock("gpu", base + heavy, ("base",), options)
    lock("dev", base + light + groups["dev"], ("base", "gpu"), options)
    lock("serving", groups["serving"], ("base", "gpu", "dev"), options)


def lock(name: str, wanted: list[str], agrees_with: tuple[str, ...], options: list[str]) -> None:
    """Resolve `wanted` under the pins of `agrees_with` and write `<name>.txt`."""
    out = HERE / f"{name}.txt"
    with tempfile.TemporaryDirectory() as scratch:
        pins = Path(scratch) / "pins.txt"
        pins.write_text("".join(f"{pin}\n" for other in agrees_with for pin in pinned(other)))
        done = subprocess.run(  # noqa: S603 - our own interpreter, options of who runs make
            [
                *(sys.executable, "-m", "piptools", "compile", *OPTIONS, *options),
                *("--constraint", str(pins), "--output-file", str(out), "-"),
            ],
            input="\n".join(wanted),
            text=True,
            env=public_index_only(),
            check=False,
        )
    if done.returncode != 0:
        sys.exit(f"lock: {out.name} could not be resolved; pip-compile's own message is above")
    lines = out.read_text().removeprefix(HEADER)
    out.write_text(HEADER + lines)
    sys.stdout.write(f"{out.name}: {len(pinned(name))} packages\n")


def pinned(name: str) -> list[str]:
    """Return `package==version` of every line of a lock."""
    return re.findall(r"^[\w.-]+==[^\s;\\]+", (HERE / f"{name}.txt").read_text(), re.MULTILINE)


def public_index_only() -> dict[str, str]:
    """Return an environment in which pip knows no private index, mirror or local wheel folder.

    A lock must hold the hashes of what everybody downloads, not of what lies on one machine.
    """
    private = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX")
    kept = {name: value for name, value in os.environ.items() if name not in private}
    return kept | {"PIP_CONFIG_FILE": os.devnull}


if __name__ == "__main__":
    main(sys.argv[1:])
