"""What the guide says to write works."""

import re
from pathlib import Path

import yaml

from sinks.kafka import KafkaConfig

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "integrations" / "kafka.md"


def test_the_guide_shows_a_sink_that_is_valid() -> None:
    """Its options are known, safe, and mean what the text around them says."""
    (block,) = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    options = yaml.safe_load(block)["sinks"]["kafka"]
    assert options.pop("type") == "kafka"
    config = KafkaConfig.model_validate(options)
    assert (config.protocol, config.sasl, config.idempotent) == ("SASL_SSL", "SCRAM-SHA-512", True)
