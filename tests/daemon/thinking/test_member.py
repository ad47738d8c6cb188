"""What one call to a model may hold."""

from pathlib import Path

from rig.book import hosted
from rig.thinking import Oracle, thinking

from reasoners.governor.effort import Effort


async def test_room_follows_what_is_to_be_left_out() -> None:
    """Fewer pictures and smaller ones, never more than the model takes."""
    member = thinking(Oracle())._members[0]  # noqa: SLF001 (built by the rig)
    usual = member.room(6, Effort(None, None, smaller=False))
    assert (usual.images, usual.patches, usual.enforced) == (6, 1024, True)
    small = member.room(2, Effort(2, 512, smaller=False))
    assert (small.images, small.patches) == (2, 18 * 18)
    assert small.longest(1280, 720) <= 700


async def test_captions_are_parsed_where_somebody_parses_them() -> None:
    """Within the deadline of their question; one that is over leaves them to the dictionary."""
    member = thinking(Oracle())._members[0]  # noqa: SLF001 (built by the rig)
    assert member.grammar(1e9) is None
    member.parser = hosted(Path("none"))
    grammar = member.grammar(0.0)
    assert grammar is not None
    assert grammar.language == "en"
    assert await grammar.parse("A man.") is None
    assert dict(member.parser.left) == {"hurry": 1}
