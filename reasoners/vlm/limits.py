"""What one call to a model may hold: learnt from its server, narrowed when there is little room."""

from dataclasses import dataclass, replace
from math import sqrt
from typing import Final

TEXT: Final = 1500
"""Tokens of rules, facts and form of one call; twice that where the form is spelled out."""

CAPTION: Final = 40
"""Tokens beside each picture."""

LEAST: Final = 4
"""Patches a picture's shorter side keeps, however small it shall be."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Room of one call."""

    images: int = 6
    """Pictures a call may carry."""

    questions: int = 8
    """Questions a call may ask."""

    patch: int = 28
    """Pixels of the squares a model cuts pictures into; sides are made multiples of it. 28 for
    Qwen2-VL and Qwen2.5-VL, 32 for Qwen3-VL, 14 or 16 for most others."""

    patches: int = 1024
    """Patches one picture may have, each about one token. Lowering it makes pictures smaller, calls
    cheaper, and small things invisible."""

    enforced: bool = True
    """Whether the server obeys the form; if not, the form is spelled out in the prompt as well."""

    prose: bool = False
    """The model can only write a caption: it is asked for plain sentences, and entities are found
    in them by a dictionary."""

    short_first: bool = False
    """Ask for the bare answers first, and for the full report only where that is worth it: cheaper
    where the server keeps the pictures of the last call."""

    def within(self, room: int, answer: int) -> "Limits":
        """Return them as far as they fit into what a server takes in.

        First fewer pictures, then smaller ones; what does not fit even so, the server will say.

        Args:
            room: Tokens of question and answer together.
            answer: Tokens that the answer may have.
        """
        text = TEXT if self.enforced else 2 * TEXT
        left = room - answer - text
        images = left // (self.patches + CAPTION)
        if images >= 1:
            return replace(self, images=max(1, min(self.images, images)))
        return replace(self, images=1, patches=max(LEAST * LEAST * 4, min(self.patches, left)))

    def longest(self, width: int, height: int) -> int:
        """Return the pixels of the longer side at which a picture fills its room, and no more.

        Args:
            width: Of the picture or crop, in any unit.
            height: Of it, in the same unit.
        """
        longer, shorter = max(width, height, 1), max(min(width, height), 1)
        across = sqrt(self.patches * longer / shorter)
        down = max(LEAST, int(across * shorter / longer))
        return max(down, min(int(across), self.patches // down)) * self.patch
