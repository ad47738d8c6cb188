"""The guide to vision-language models: every piece of configuration in it is one we accept."""

import re
from pathlib import Path

import pytest
import yaml
from rig.checkout import ROOT

from daemon.config import parse
from daemon.errors import ConfigRejected
from daemon.plan import plan
from daemon.secrets import Secret, Secrets

GUIDE = ROOT / "docs" / "guide" / "vision-llm.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
SECRETS = Secrets({"openai": Secret(None, "sk-0")})


def test_there_is_one_for_each_way() -> None:
    """llama.cpp, Ollama, vLLM, no server, a service."""
    assert len(BLOCKS) == 5


@pytest.mark.parametrize("block", BLOCKS)
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
