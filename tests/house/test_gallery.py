"""The gallery: explanations beside their pictures."""

import re

from rig.checkout import ROOT

PAGE = ROOT / "docs" / "gallery.md"
LARGEST = 1_500_000
"""Bytes of all its pictures together."""


def test_every_explanation_has_its_picture_and_every_picture_its_explanation() -> None:
    """Ten and more of them, and the pictures stay small."""
    text = PAGE.read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^]]+\]\((gallery/\w+\.jpg)\)\n\n> \S", text)
    pictures = sorted((ROOT / "docs" / "gallery").iterdir())
    assert len(shown) >= 10
    assert sorted(shown) == [f"gallery/{picture.name}" for picture in pictures]
    assert sum(picture.stat().st_size for picture in pictures) < LARGEST
