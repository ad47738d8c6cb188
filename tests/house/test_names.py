"""Our five top-level names are ours."""

import importlib.util
from importlib.metadata import distributions
from pathlib import Path

import pytest
from rig.checkout import ROOMS, ROOT

OURS = "lookout-daemon"


@pytest.mark.parametrize("room", ROOMS)
def test_room_is_imported_from_this_checkout(room: str) -> None:
    """What `import` finds under a room's name is the room of this checkout."""
    spec = importlib.util.find_spec(room)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin) == ROOT / room / "__init__.py"


def test_no_other_distribution_owns_a_name_of_ours() -> None:
    """No installed distribution brings a file under one of our names (python-daemon would)."""
    taken = {
        f"{distribution.metadata['Name']} installs {file}"
        for distribution in distributions()
        if distribution.metadata["Name"] != OURS
        for file in distribution.files or ()
        if file.parts[0].removesuffix(".py") in ROOMS
    }
    assert taken == set(), "Lookout wants an environment of its own"
