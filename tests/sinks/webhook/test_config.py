"""Mistakes in the options are found at start, in words."""

from typing import Any

import pytest
from pydantic import ValidationError
from rig.revisions import revision

from reasoners import Media, Reasoning
from sinks.webhook import Only, WebhookConfig


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "ftp://host/x"}, "must look like https://host/path"),
        ({"url": "https://me:canary@host/x"}, "name them with `credential`"),
        ({"url": "https://{password}.host/x", "credential": "a"}, "only behind the host"),
        ({"url": "https://host/bot{password}"}, "`credential` must name whose"),
        ({"url": "http://host/x", "credential": "a"}, "say `insecure: true`"),
        ({"url": "http://host/x", "ca": "/ca.pem"}, "`ca` needs an https:// url"),
        ({"url": "http://host", "body": {"a": "{{ camra }}"}}, "'camra' is undefined"),
        ({"url": "http://host", "body": {"a": ["{{ x"]}}, r"a\[0\]: unexpected end"),
        ({"url": "http://host", "headers": {"Ti tle": "x"}}, "should match pattern"),
        ({"url": "http://host", "body": "x", "picture": "body"}, "`body` has no place"),
        ({"url": "http://host", "body": "x", "picture": "form"}, "fields of the form"),
        ({"url": "http://host", "only": {"types": ["birth"]}}, "'new', 'update' or 'end'"),
        ({"url": "http://host", "body": "{{ event.__class__.mro() }}"}, "unsafe|undefined"),
    ],
)
def test_a_mistake_is_named_and_no_password_is_shown(options: dict[str, Any], said: str) -> None:
    """What is wrong and what would be right; what the option held is not repeated."""
    with pytest.raises(ValidationError, match=said) as caught:
        WebhookConfig.model_validate(options)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("only", "admitted"),
    [
        ({}, True),
        ({"types": ["new"]}, True),
        ({"types": ["update", "end"]}, False),
        ({"severities": ["alert"]}, False),
        ({"cameras": ["porch", "yard"], "rules": ["presence"]}, True),
        ({"cameras": ["yard"], "rules": ["presence"]}, False),
        ({"labels": ["car", "person"]}, True),
        ({"labels": ["car"]}, False),
        ({"states": ["pending"]}, True),
        ({"states": ["verified"]}, False),
        ({"picture": True}, True),
    ],
)
def test_everything_named_must_fit(only: dict[str, Any], admitted: bool) -> None:
    """One revision, of one camera, rule, label and state, with a picture."""
    event = revision(
        reasoning=Reasoning(state="pending"), media=Media(snapshot="events/e1/snapshot.jpg")
    )
    assert Only.model_validate(only).admits(event) == admitted


def test_a_revision_without_a_picture_can_be_left_out() -> None:
    """`picture: true` waits for the first with one."""
    assert not Only(picture=True).admits(revision())
    foreseen = revision(media=Media(forecast="events/e1/forecast.jpg"))
    assert not Only(picture=True).admits(foreseen)
    assert Only(picture=True).admits(foreseen, "forecast")
