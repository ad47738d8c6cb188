"""Doubles of this room that are real: a model server that answers by script, plays with truth."""

from reasoners.testing.drives import DRIVES, drive
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
    replied,
    says,
    thing,
    whole,
)
from reasoners.testing.plays import CAMERA, CONFIG, PLAYS, Fact, Play, Tie, play
from reasoners.testing.roads import Drive, RoadUser, looks
from reasoners.testing.showing import Errors, detections, exact, frames, watch, watch_exactly
from reasoners.testing.stage import Actor, Camera, Shape, Sight, Step, clip, look
from reasoners.testing.truth import Truth

__all__ = [
    "CAMERA",
    "CONFIG",
    "DRIVES",
    "PLAYS",
    "Actor",
    "Asked",
    "Camera",
    "Drive",
    "Errors",
    "Fact",
    "Marks",
    "Play",
    "RoadUser",
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
    "detections",
    "drive",
    "exact",
    "fails",
    "floods",
    "frames",
    "hangs",
    "look",
    "looks",
    "page",
    "play",
    "replied",
    "says",
    "thing",
    "watch",
    "watch_exactly",
    "whole",
]
