"""Signatures as Standard Webhooks has them."""

import pytest

from sinks.webhook.signature import key, sign


def test_the_example_of_the_specification_comes_out() -> None:
    """Secret, id, time and body that its libraries test with give the signature they give."""
    secret = key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    identity = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    headers = sign(secret, identity, 1_614_265_330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_%%%", "canary"])
def test_a_weak_or_broken_secret_is_refused_with_the_way_to_a_good_one(secret: str) -> None:
    """Short, not base64, or without the prefix: the error does not repeat it."""
    with pytest.raises(ValueError, match="openssl rand -base64 32") as caught:
        key(secret)
    assert "c2hvcnQ" not in str(caught.value)
    assert "canary" not in str(caught.value)
