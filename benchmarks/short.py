"""What the bare answers first cost real servers: tokens and seconds, beside the report at once.

Run by its name where PyTorch is (`make torch-setup`): `.venv-torch/bin/python -m benchmarks short`
asks `transformers serve`, and `llama-server` where `tests/rig/served.py` finds it, about six new
pictures a time: for the full report alone, and for the bare answers and then the report.

The model is tiny and its weights are random. What it writes means nothing, and how much of it
neither: a report ends at its limit of tokens. What is measured is what the server does with the
same pictures asked about twice: tokens it reads, those it had kept, seconds to the first word.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import httpx2
from rig.checkout import ROOT
from rig.served import Served, find_llama_server, llama_server, transformers_serve

from benchmarks.answering import job
from reasoners import Limits
from reasoners.providers.config import HttpConfig
from reasoners.providers.dialect import HABITS, body
from reasoners.vlm.call import Stage, call
from reasoners.vlm.prompt import prompt

PICTURES: Final = 6
ROUNDS: Final = 12
MOST: Final = 160
"""Tokens of an answer at most: enough for the bare ones."""


def measure() -> dict[str, Any]:
    """Start the servers one after the other, and ask each."""
    found: dict[str, Any] = {"pictures": PICTURES, "rounds": ROUNDS, "max_tokens": MOST}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as life:
        home = Path(folder)
        _build("rig.tiny_model", str(home / "tiny"))
        with transformers_serve(home / "tiny", home) as served:
            found["transformers serve"] = _asked(served)
        if find_llama_server() is not None:
            _build("rig.tiny_gguf", str(home / "tiny"), str(home / "gguf"))
            served = life.enter_context(llama_server(home / "gguf", home))
            found["llama-server"] = _asked(served)
    return found


def _asked(served: Served) -> dict[str, Any]:
    """Ask about new pictures each time, in turns: alone, then in two steps."""
    section = {key: value for key, value in served.reasoner().items() if key != "type"}
    config = HttpConfig.model_validate(section | {"max_tokens": MOST})
    calls: dict[str, list[dict[str, float]]] = {"full alone": [], "bare": [], "full after": []}
    with httpx2.Client(timeout=300, trust_env=False) as client:
        for number in range(ROUNDS + 1):
            steps: list[tuple[str, int, Stage]] = [
                ("full alone", 2 * number, "full"),
                ("bare", 2 * number + 1, "short"),
                ("full after", 2 * number + 1, "full"),
            ]
            for step, about, stage in steps:
                one = _one(client, config, about, stage)
                if number:  # the first round warms up
                    calls[step].append(one)
    middle = {step: _middle(ones) for step, ones in calls.items()}
    alone, bare, after = (middle[step]["whole_ms"] for step in calls)
    # With a larger share of reports wanted, the detour costs more than it saves.
    return {**middle, "worth_below_share": round(max(0.0, (alone - bare) / after), 2)}


def _one(client: httpx2.Client, config: HttpConfig, about: int, stage: Stage) -> dict[str, float]:
    dialect = "openai" if config.dialect == "auto" else config.dialect
    limits = Limits(images=PICTURES, enforced=HABITS[dialect].enforces)
    asked = prompt(call((job(about, PICTURES),), limits, stage))
    data = body(asked, dialect, config.model, config.manner)
    began = time.monotonic()
    first, last = None, dict[str, Any]()
    with client.stream("POST", f"{config.url}{HABITS[dialect].path}", json=data) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            if not line.startswith("data: {"):
                continue
            said = json.loads(line.removeprefix("data: "))
            choices = said.get("choices") or [{}]
            if first is None and (choices[0].get("delta") or {}).get("content"):
                first = time.monotonic()
            last |= {key: said[key] for key in ("usage", "timings") if said.get(key)}
    ended = time.monotonic()
    usage, timings = last.get("usage", {}), last.get("timings", {})
    kept = timings.get("cache_n", (usage.get("prompt_tokens_details") or {}).get("cached_tokens"))
    return {
        "tokens_asked": usage.get("prompt_tokens") or 0,
        "tokens_kept": kept or 0,
        "tokens_written": usage.get("completion_tokens") or 0,
        "first_word_ms": 1000 * ((first or ended) - began),
        "whole_ms": 1000 * (ended - began),
    }


def _middle(ones: list[dict[str, float]]) -> dict[str, float]:
    return {key: round(statistics.median(one[key] for one in ones), 1) for key in ones[0]}


def _build(module: str, *arguments: str) -> None:
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    subprocess.run([sys.executable, "-m", module, *arguments], check=True, env=env)
