"""Which words the pen of a decoder child can write on a picture: its letters are those of ASCII."""

import unicodedata
from typing import Final

_SPELT: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
    | {"æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "å": "aa", "Å": "Aa", "ł": "l", "Ł": "L"}
    | {"\u2013": "-", "\u2014": "-", "\u2019": "'", "\u201c": '"', "\u201d": '"'}
    | {"\u201e": '"', "\u00d7": "x", "\u00a0": " ", "±": "+-", "…": "...", "→": ">"}
)
"""Letters that have a spelling of their own, or that do not come apart into letter and accent."""


def written(text: str) -> str:
    """Return a text as it can be drawn: `Vorgärten` as `Vorgaerten`; what has no letter as `?`."""
    apart = unicodedata.normalize("NFKD", text.translate(_SPELT))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return bare.encode("ascii", "replace").decode()


def legible(text: str, otherwise: str) -> str:
    """Return a text if it can be drawn as it is meant, else another one.

    Args:
        text: What somebody wrote, such as the title of a zone.
        otherwise: What stands in for it where it is in letters that cannot be drawn.
    """
    return text if written(text).count("?") == text.count("?") else otherwise
