"""The guide to vision-language models: what it has one type or write is what we and others take."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rig.checkout import ROOT
from rig.served import require_llama_server
from typer.main import get_command

from daemon.cli.doctor.budget import budget
from daemon.cli.entry import app
from daemon.config import parse
from daemon.errors import ConfigRejected
from daemon.plan import plan
from daemon.secrets import Secret, Secrets

GUIDE = ROOT / "docs" / "guide" / "vision-llm.md"
TEXT = GUIDE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
COMMANDS = [
    shlex.split(line)
    for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    for line in block.splitlines()
]
OURS = [shlex.split(words) for words in re.findall(r"`(lookout [^`]+)`", TEXT)]
SECRETS = Secrets({"openai": Secret(None, "sk-0")})


def of(program: str) -> list[str]:
    """Return the options that the guide gives a program, of all its commands."""
    words = [word for command in COMMANDS if command[0] == program for word in command[1:]]
    return [word for word in words if word.startswith("-")]


def said(*command: str) -> set[str]:
    """Return every word of what a program says of itself."""
    done = subprocess.run([*command, "--help"], capture_output=True, text=True, check=False)
    return set(re.split(r"[\s,=\[\]|]+", done.stdout + done.stderr))


def test_there_is_one_for_each_way() -> None:
    """llama.cpp, Ollama, vLLM, no server, captions, a service; a command where one is needed."""
    assert len(BLOCKS) == 6
    programs = {command[0] for command in COMMANDS}
    assert programs == {"llama-server", "ollama", "vllm", "pip", "hf", "python", "lookout"}


STILLS = re.findall(
    r"```yaml\n(.*?)```", (ROOT / "docs" / "reasoning.md").read_text(encoding="utf-8"), re.DOTALL
)


@pytest.mark.parametrize("block", [*BLOCKS, *STILLS])
def test_each_configuration_is_accepted(block: str, tmp_path: Path) -> None:
    """Whole, with its backends; a local model's folder is put where the guide has one."""
    data = yaml.safe_load(block)
    if "path" in data["reasoner"]:
        (tmp_path / "config.json").write_text("{}")
        data["reasoner"]["path"] = str(tmp_path)
    made = plan(parse(data, "guide"), "guide", SECRETS)
    assert made.reasoners[0].name == "reasoner"


def test_the_bedroom_of_the_guide_stays_in_the_house() -> None:
    """Without a word from a camera the configuration with a service is refused."""
    data = yaml.safe_load(BLOCKS[-1])
    del data["cameras"]["bedroom"]["cloud"]
    with pytest.raises(ConfigRejected, match=r"cameras\.bedroom\.cloud"):
        plan(parse(data, "guide"), "guide", SECRETS)


def test_our_own_commands_exist_with_their_options() -> None:
    """In the blocks and between the words."""
    commands = getattr(get_command(app), "commands", {})
    ours = [command for command in COMMANDS if command[0] == "lookout"] + OURS
    assert len(ours) > 4
    for _, name, *words in ours:
        known = {option for param in commands[name].params for option in param.opts}
        wanted = {word for word in words if word.startswith("-")}
        assert wanted <= known, f"lookout {name}: {wanted - known}"


def test_llama_server_has_the_options() -> None:
    """Each that the guide gives it, and the one it warns of; skipped where there is no server."""
    known = said(require_llama_server())
    assert {*of("llama-server"), "--skip-chat-parsing"} <= known


@pytest.mark.torch
def test_the_hubs_own_command_has_the_options() -> None:
    """It comes with the extra `vlm`."""
    assert set(of("hf")) <= said(str(Path(sys.executable).with_name("hf")), "download")


def test_the_extras_are_ours_and_vllm_is_told_in_json() -> None:
    """What `pip` is asked for exists; the limit of pictures can be read, and holds our most."""
    wanted = [command[-1] for command in COMMANDS if command[0] == "pip"]
    extras = [one.removeprefix("lookout-daemon[").removesuffix("]") for one in wanted]
    assert extras == ["vlm", "nlp"]
    for extra in extras:
        assert f"\n{extra} = [" in (ROOT / "pyproject.toml").read_text()
    (served,) = (command for command in COMMANDS if command[0] == "vllm")
    limit = json.loads(served[served.index("--limit-mm-per-prompt") + 1])
    assert limit["image"] >= 6


@pytest.mark.parametrize(("price", "day"), [((0.1, 0.5), "0.0240"), ((1.0, 5.0), "0.2398")])
def test_the_cost_of_a_day_is_what_the_doctor_says(
    price: tuple[float, float], day: str, tmp_path: Path
) -> None:
    """Its table of prices, camera by camera, and the most that the example allows."""
    data = yaml.safe_load(BLOCKS[-1])
    data["reasoner"]["price"] = {"input": price[0], "output": price[1]}
    lines = list(budget(plan(parse(data, "guide"), "guide", SECRETS), tmp_path / "none"))
    assert f"5196 tokens each: 207840 tokens and {day} a day" in lines[0].found
    assert f"| {price[0]:.2f}, {price[1]:.2f} | {day} | {float(day) * 30:.2f} |" in TEXT
    assert "no model may be asked" in lines[1].found, "the bedroom says no"
    assert "2.4 of money a day" in lines[-1].found
    assert "in the example 2.4 a day" in TEXT
