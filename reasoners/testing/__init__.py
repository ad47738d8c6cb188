"""Doubles of this room that are real: a model server that answers by script, plays with truth."""

from reasoners.testing.marks import Marks, Watching
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
from reasoners.testing.plays import CAMERA, CONFIG, PLAYS, Fact, Play, Tie, play
from reasoners.testing.showing import Errors, exact, frames, watch, watch_exactly
from reasoners.testing.stage import Actor, Camera, Shape, Sight, Step, clip, look
from reasoners.testing.truth import Truth

__all__ = [
    "CAMERA",
    "CONFIG",
    "PLAYS",
    "Actor",
    "Asked",
    "Camera",
    "Errors",
    "Fact",
    "Marks",
    "Play",
    "Script",
    "ScriptedModel",
    "Shape",
    "Sight",
    "Step",
    "Tie",
    "Truth",
    "Watching",
    "answer",
    "clip",
    "exact",
    "fails",
    "floods",
    "frames",
    "hangs",
    "look",
    "page",
    "play",
    "says",
    "watch",
    "watch_exactly",
    "whole",
]
