"""The interface towards models, and who offers it."""

from importlib.metadata import entry_points

from pydantic import BaseModel

from reasoners import Reasoner
from reasoners.providers.config import HttpConfig
from reasoners.providers.http import HttpReasoner


def test_announced_reasoners_have_a_config() -> None:
    """Each is found by name and says what it can be told."""
    for entry in entry_points(group="lookout.reasoners"):
        assert issubclass(entry.load().Config, BaseModel), entry.name


def test_the_openai_reasoner_is_a_reasoner() -> None:
    """It fits the interface, checked by types and by making one."""
    reasoner: Reasoner = HttpReasoner("main", HttpConfig(url="http://x/v1", model="m"), None)
    assert reasoner.Config is HttpConfig
