"""Which parser reads captions, as it is configured."""

import pytest
from pydantic import ValidationError

from reasoners.providers.parser import ParserConfig
from reasoners.providers.scripted import ScriptedConfig


def test_a_pipeline_is_named_and_may_take_its_time() -> None:
    """By name or folder; time as people write it."""
    assert ParserConfig(pipeline="en_core_web_sm").within == 2.0
    config = ParserConfig.model_validate({"pipeline": "/opt/tiny", "within": "500ms"})
    assert (config.within, config.language) == (0.5, "en")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"pipeline": ""},
        {"pipeline": "a\nb"},
        {"pipeline": "x", "language": "de"},
        {"pipeline": "x", "within": 0},
        {"pipeline": "x", "other": 1},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    """No pipeline, a language whose grammar is not known, no time at all, unknown keys."""
    with pytest.raises(ValidationError):
        ParserConfig.model_validate(wrong)


def test_only_captions_are_parsed() -> None:
    """Whoever fills the form needs no parser: the line says what to set."""
    parser = ParserConfig(pipeline="x")
    assert ScriptedConfig(prose=True, parser=parser).parser == parser
    with pytest.raises(ValidationError, match="parser: reads captions alone; set `prose: true`"):
        ScriptedConfig(parser=parser)
