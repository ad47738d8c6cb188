"""Names of tracks in a caption."""

import pytest
from rig.parses import shown

from reasoners.vlm.syntax.naming import spoken


@pytest.mark.parametrize(
    ("caption", "text", "tracks"),
    [
        ("The man t17 waits.", "The man waits.", {"The man": "t17"}),
        ("t17 waits.", "the person waits.", {"the person": "t17"}),
        (
            "A man (t17) sees t3.",
            "A man sees the car.",
            {"A man": "t17", "A man sees the car": "t3"},
        ),
        ("The car #3 and track 6.", "The car and the dog.", {}),
        ("The man t99 waits.", "The man t99 waits.", {}),
        ("A man waits.", "A man waits.", {}),
        ("", "", {}),
    ],
)
def test_names_give_way_to_nouns(caption: str, text: str, tracks: dict[str, str]) -> None:
    """Those of tracks that there are; where a noun stands before, that is the one."""
    said = spoken(caption, shown())
    assert said.text == text
    for noun, track in tracks.items():
        assert said.tracks[len(noun)] == track
