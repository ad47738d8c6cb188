"""What helps to test sources, and whoever lives on their pictures."""

from sources.testing.check import check_source
from sources.testing.scripted import ScriptedFault, ScriptedSource
from sources.testing.truth import burn, read

__all__ = ["ScriptedFault", "ScriptedSource", "burn", "check_source", "read"]
