"""Doubles of this room that are real: a model server that answers by script."""

from reasoners.testing.model import (
    Asked,
    Script,
    ScriptedModel,
    answer,
    fails,
    floods,
    hangs,
    page,
    says,
    whole,
)

__all__ = [
    "Asked",
    "Script",
    "ScriptedModel",
    "answer",
    "fails",
    "floods",
    "hangs",
    "page",
    "says",
    "whole",
]
