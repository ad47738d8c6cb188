"""Where frames come from."""

from sources.channel import BlockingChannel, ChannelBroken, Received, Unpacker, pack
from sources.errors import SourceBusy, SourceError, SourceRejected, SourceUnavailable
from sources.frame import Frame, Part, Pixels
from sources.lettering import legible
from sources.picture import Mark, PictureRequest, Point, Relative
from sources.road import LaneMark, Road
from sources.slot import Slots
from sources.source import Quiet, Source

__all__ = [
    "BlockingChannel",
    "ChannelBroken",
    "Frame",
    "LaneMark",
    "Mark",
    "Part",
    "PictureRequest",
    "Pixels",
    "Point",
    "Quiet",
    "Received",
    "Relative",
    "Road",
    "Slots",
    "Source",
    "SourceBusy",
    "SourceError",
    "SourceRejected",
    "SourceUnavailable",
    "Unpacker",
    "legible",
    "pack",
]
