"""What a schema allows, and nothing else."""

from pathlib import Path

import pytest

from reasoners import ReasonerRejected

pytestmark = pytest.mark.torch


def test_only_tokens_that_fit_remain(tiny: Path) -> None:
    """At first only an open brace; what the model likes best is not asked for."""
    import torch  # noqa: PLC0415
    from transformers import AutoTokenizer  # noqa: PLC0415

    from reasoners.local.constraint import Grammar  # noqa: PLC0415

    words = AutoTokenizer.from_pretrained(str(tiny))
    grammar = Grammar(words, len(words))
    form = {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}}}
    constraint = grammar.constraint(form, int(words.eos_token_id))
    scores = constraint(torch.zeros((1, 4), dtype=torch.long), torch.zeros((1, len(words))))
    allowed = torch.nonzero(scores[0] > float("-inf")).flatten().tolist()
    assert allowed
    assert all(words.decode([token]).startswith("{") for token in allowed)
    with pytest.raises(ReasonerRejected, match="cannot be enforced"):
        grammar.constraint({"type": "nonsense"}, 0)
