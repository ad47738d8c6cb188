"""Code in the documents does what the text beside it says."""

import base64
import re
from pathlib import Path
from typing import Any

from sinks.webhook.signature import key, sign

DOCS = Path(__file__).resolve().parents[2] / "docs"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 (the specification's example)


def test_the_receiver_in_the_guide_knows_our_signature_from_others() -> None:
    """What is signed is ours; another body, id or key is not."""
    text = (DOCS / "integrations" / "webhooks.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    scope: dict[str, Any] = {}
    exec(code, scope)  # noqa: S102 (our own page)
    is_ours = scope["is_ours"]
    headers = sign(key(SECRET), "e1-1", 1_795_400_000, b"{}")
    assert is_ours(SECRET, headers, b"{}")
    assert not is_ours(SECRET, headers, b"{ }")
    assert not is_ours(SECRET, headers | {"webhook-id": "e1-2"}, b"{}")
    assert not is_ours("whsec_" + base64.b64encode(bytes(24)).decode(), headers, b"{}")
