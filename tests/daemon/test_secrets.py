"""The secrets file: who may read it, what it may hold, and that it shows nothing."""

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.errors import ConfigRejected
from daemon.logs import SecretFilter
from daemon.secrets import Secret, Secrets, load, variants


def file(folder: Path, text: str, mode: int = 0o600) -> Path:
    """Write a secrets file."""
    path = folder / "secrets.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_credentials_are_found_by_name(tmp_path: Path) -> None:
    """User and password come out as they were written, odd signs included."""
    found = load(file(tmp_path, '[credentials.porch]\nuser = "v"\npassword = "a\\"b%40é"\n'))
    assert (found.get("porch").user, found.get("porch").password) == ("v", 'a"b%40é')


def test_no_file_means_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file there are none, and asking for one says how to add it."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(
        ConfigRejected, match=r"names a credential, and there is no secrets file; write one with"
    ):
        load(None).get("porch")


def test_a_password_typed_as_a_name_is_not_said_again(tmp_path: Path) -> None:
    """A refusal tells which names there are, and never what stood in their place."""
    found = load(file(tmp_path, '[credentials.porch]\nuser = "v"\npassword = "p"\n'))
    for secrets in (found, Secrets()):
        with pytest.raises(ConfigRejected) as refused:
            secrets.get("hunter2")
        assert "hunter2" not in str(refused.value)
    with pytest.raises(ConfigRejected, match="known there: porch"):
        found.get("hunter2")


def test_systemd_credential_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The credential `secrets` of the unit is read, whatever its mode: systemd guards it."""
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "secrets").write_text('[credentials.a]\npassword = "x"\n')
    (tmp_path / "secrets").chmod(0o444)
    assert load(None).get("a").password == "x"  # noqa: S105 (of nothing but the test's)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610, 0o601])
def test_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """A file that is open to anybody else is refused with the command that mends it."""
    path = file(tmp_path, "", mode)
    with pytest.raises(ConfigRejected) as told:
        load(path)
    assert str(told.value) == f"{path}: others may read it; run: chmod 600 {path}"


@pytest.mark.parametrize(
    "text",
    [
        '[credentials.a]\npassword = "hunter2\n',
        '[credentials.a]\npassword = "hunter2"\nport = 1\n',
        "[credentials.a]\npassword = 42\n",
        'credentials = "hunter2"\n',
        '[credentials]\na = "hunter2"\n',
        'password = "hunter2" "x"\n',
        'pass word = "hunter2"\n',
    ],
)
def test_wrong_file_is_one_line_without_its_text(tmp_path: Path, text: str) -> None:
    """Whatever is wrong with the file, the message quotes nothing of it."""
    with pytest.raises(ConfigRejected) as told:
        load(file(tmp_path, text))
    assert "hunter2" not in str(told.value)
    assert len(told.value.problems) == 1


def test_unreadable_file_is_one_line(tmp_path: Path) -> None:
    """A file that is missing or no text is one line."""
    with pytest.raises(ConfigRejected, match="cannot be read: No such file"):
        load(tmp_path / "none")
    path = file(tmp_path, "")
    path.write_bytes(b"\xff\xff")
    with pytest.raises(ConfigRejected, match="not UTF-8"):
        load(path)


def test_neither_repr_nor_text_show_anything() -> None:
    """Printing secrets, alone or all of them, shows none."""
    secret = Secret("viewer", "hunter2")
    every = Secrets({"a": secret})
    shown = f"{secret} {secret!r} {every} {every!r} {[secret]}"
    assert "hunter2" not in shown
    assert "viewer" not in shown


@given(st.text(min_size=3, max_size=30))
@settings(max_examples=300, deadline=None)
def test_every_form_of_a_password_is_hidden(password: str) -> None:
    """Raw, percent-encoded and quoted, a password is removed from any text."""
    secrets = SecretFilter(Secrets({"a": Secret("u", password)}).values())
    for form in (password, _quoted(password), repr(password)[1:-1]):
        cleaned = secrets.clean(f"rtsp://u:{form}@10.0.0.7/x")
        assert form not in cleaned or form in "rtsp://u:***@10.0.0.7/x"


def _quoted(password: str) -> str:
    return quote(password, safe="", errors="surrogatepass")


def test_longest_form_comes_first() -> None:
    """A form that contains another is replaced first, so that nothing of it stays."""
    lengths = [len(form) for form in variants("a/b c%é")]
    assert lengths == sorted(lengths, reverse=True)


def test_mode_is_looked_at_behind_a_link(tmp_path: Path) -> None:
    """A link to an open file is as open as the file."""
    target = file(tmp_path, "", 0o644)
    link = tmp_path / "link"
    link.symlink_to(target)
    with pytest.raises(ConfigRejected, match="others may read it"):
        load(link)
