"""Segments under AES-128."""

import builtins
import os
import subprocess
from collections.abc import Iterator
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.child.cipher import deciphered
from sources.errors import SourceRejected

KEY, VECTOR = bytes(range(16)), bytes(range(16, 32))


def enciphered(plain: bytes) -> bytes:
    """Let OpenSSL's own program encipher it."""
    words = ["openssl", "enc", "-aes-128-cbc", "-K", KEY.hex(), "-iv", VECTOR.hex()]
    return subprocess.run(words, input=plain, capture_output=True, check=True).stdout


def cut(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    """Cut into pieces, the rest last."""
    at = 0
    for size in sizes:
        yield data[at : at + size]
        at += size
    yield data[at:]


@pytest.fixture(scope="module", autouse=True)
def _library() -> None:
    pytest.importorskip("cryptography", reason="the extra `hls` is not installed")


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 4096])
def test_what_was_enciphered_comes_back(size: int) -> None:
    """Whatever the length, padding and all, a well-known program's work is undone."""
    plain = os.urandom(size)
    assert b"".join(deciphered([enciphered(plain)], KEY, VECTOR)) == plain


SAMPLE = bytes(range(200))
ENCIPHERED = (
    "954f64f2e4e86e9eee82d20216684899a93b9ddb22e8ab104c61e728831d6d5a1f51afc19343249e"
    "f3b4495be12dc4f3e0b296f5c91be273a66c1216a66da5fd24dbfbf2953d5862f57436198ada0a43"
    "7e92bdee860d80b1c4014a69edecddc6f5251d19ef0ccd3192c0516cd6d54744971c1b6a1ac2fbef"
    "3d3275522402fa92c6a46856f35678eb9422d2fbad27f763b7d9b91567cecb9702177e22e0ed5e98"
    "c33d82965259ab55ee513a1d62f535f9bb168053f233e9cdda450acac87802680bf22ad8c51e503c"
    "02de2718b424df71"
)
"""The sample, by OpenSSL's program."""


@given(st.lists(st.integers(0, 60), max_size=8))
@settings(max_examples=30, deadline=None)
def test_pieces_may_be_of_any_size(sizes: list[int]) -> None:
    """However it is cut on its way, the same comes out."""
    data = bytes.fromhex(ENCIPHERED)
    assert b"".join(deciphered(cut(data, sizes), KEY, VECTOR)) == SAMPLE


def test_what_is_cut_off_ends_before() -> None:
    """Of a segment that breaks off, whole blocks are given and no error is made of the rest."""
    data = bytes.fromhex(ENCIPHERED)[:85]
    assert b"".join(deciphered([data], KEY, VECTOR)) == SAMPLE[:80]


@pytest.mark.parametrize("key", [b"", b"short", bytes(17)])
def test_what_is_no_key_is_refused(key: bytes) -> None:
    """A key of another length is not used."""
    with pytest.raises(SourceRejected, match="key"):
        deciphered([b""], key, VECTOR)


def test_without_the_library_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what to install."""
    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> ModuleType:
        if name.startswith("cryptography"):
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SourceRejected, match=r"lookout-daemon\[hls\]"):
        deciphered([b""], KEY, VECTOR)
