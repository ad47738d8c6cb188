"""What is known of models by name."""

import re

from detectors.registry import KNOWN, known


def test_names_and_files_are_unique_and_found() -> None:
    """Each model is found by its name and by its file."""
    assert (
        len({model.name for model in KNOWN}) == len({model.file for model in KNOWN}) == len(KNOWN)
    )
    assert all(known(model.name) is known(model.file) is model for model in KNOWN)
    assert known("none") is None


def test_addresses_are_encrypted_and_end_in_the_file() -> None:
    """Every address is https and leads to the file it names; a pickle says that it is one."""
    for model in KNOWN:
        assert model.url is None or re.fullmatch(rf"https://.+/{model.file}", model.url)
        assert model.url is not None or model.note
        assert not model.file.endswith(".pt") or "allow_pickle" in model.note
