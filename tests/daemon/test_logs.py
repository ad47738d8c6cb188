"""Log lines: three forms, one traceback per leaf, and no secret in any of them."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Literal
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.logs import (
    HIDDEN,
    JournaldFormatter,
    JsonFormatter,
    SecretFilter,
    TextFormatter,
    set_up,
)
from daemon.secrets import Secret, Secrets

FORMS = (TextFormatter, JournaldFormatter, JsonFormatter)


def record(message: str, *args: object, level: int = logging.WARNING) -> logging.LogRecord:
    """Make a record as a logger would."""
    return logging.LogRecord("camera.porch", level, __file__, 1, message, args, None)


def failed(message: str, exc: BaseException) -> logging.LogRecord:
    """Make a record with a traceback."""
    found = record(message, level=logging.ERROR)
    found.exc_info = (type(exc), exc, exc.__traceback__)
    return found


def knowing(*passwords: str) -> SecretFilter:
    """Return a filter that knows passwords as the daemon hands them over."""
    named = {str(number): Secret("u", password) for number, password in enumerate(passwords)}
    return SecretFilter(Secrets(named).values())


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """Give the root logger back as it was."""
    logger = logging.getLogger()
    handlers, level = list(logger.handlers), logger.level
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)


def test_text_is_one_readable_line() -> None:
    """Time, level, logger, message."""
    line = TextFormatter(SecretFilter()).format(record("silent for %d s", 10))
    assert line.endswith(" WARNING camera.porch: silent for 10 s")
    assert line[:2] == "20"


@pytest.mark.parametrize(
    ("level", "priority"),
    [(logging.CRITICAL, 3), (logging.ERROR, 3), (30, 4), (logging.INFO, 6), (logging.DEBUG, 7)],
)
def test_journald_gets_a_priority_on_every_line(level: int, priority: int) -> None:
    """Each line of a message carries its priority (sd-daemon(3))."""
    lines = JournaldFormatter(SecretFilter()).format(record("a\nb", level=level)).splitlines()
    assert lines == [f"<{priority}>camera.porch: a", f"<{priority}>b"]


def test_json_is_one_object_on_one_line() -> None:
    """A message with line ends, quotes and signs is still one line of JSON."""
    line = JsonFormatter(SecretFilter()).format(record('a\n"b" é'))
    assert "\n" not in line
    assert json.loads(line)["message"] == 'a\n"b" é'
    assert json.loads(line)["level"] == "warning"


def test_group_is_flattened_to_its_leaves() -> None:
    """Of an exception group every leaf is told, and the group itself is not."""
    group = ExceptionGroup("g", [ValueError("one"), ExceptionGroup("h", [KeyError("two")])])
    text = TextFormatter(SecretFilter()).format(failed("a bug", group))
    assert "ValueError: one" in text
    assert "KeyError: 'two'" in text
    assert "ExceptionGroup" not in text


passwords = st.text(min_size=3, max_size=24).filter(
    lambda text: text not in f" camera.porch{HIDDEN}rtsp://u:@10.0.0.7/x ValueError"
)


@given(password=passwords)
@settings(max_examples=200, deadline=None)
def test_no_form_of_log_shows_a_password(password: str) -> None:
    """In message, argument or traceback, raw or percent-encoded: no line holds a password."""
    secrets = knowing(password)
    forms = {password, quote(password), quote(password, safe=""), quote_plus(password)}
    for form in forms:
        url = f"rtsp://u:{form}@10.0.0.7/x"
        for formatter in FORMS:
            for found in (record("failed: %s", url), failed("failed", ValueError(url))):
                line = formatter(secrets).format(found)
                if formatter is JsonFormatter:
                    line = json.loads(line)["message"]
                assert url not in line
                assert f":{form}@" not in line


def test_shorter_secret_does_not_spoil_a_longer_one() -> None:
    """Of two secrets that begin alike, nothing of the longer one stays."""
    assert knowing("abc", "abcdef").clean("abcdef abc") == f"{HIDDEN} {HIDDEN}"


def test_very_short_values_are_left_alone() -> None:
    """Removing every `1` would hide nothing and ruin the log."""
    assert knowing("1").clean("1 of 10") == "1 of 10"


@pytest.mark.parametrize("form", ["text", "json", "journald"])
def test_set_up_sends_everything_through_the_filter(
    root: logging.Logger, form: Literal["text", "json", "journald"]
) -> None:
    """Whatever logger speaks, its line goes to one handler that hides secrets."""
    handler = set_up(form, "info", knowing("hunter2"))
    assert isinstance(handler, logging.StreamHandler)
    out = io.StringIO()
    handler.setStream(out)
    logging.getLogger("some.library").info("key %s", "hunter2")
    logging.getLogger("some.library").debug("not shown")
    assert root.handlers == [handler]
    assert HIDDEN in out.getvalue()
    assert "hunter2" not in out.getvalue()
    assert "not shown" not in out.getvalue()
