"""Keeps a model's answer within a JSON schema, letter by letter (https://github.com/guidance-ai/llguidance)."""

import json
from collections.abc import Mapping
from typing import Any

import llguidance
import llguidance.hf
import llguidance.numpy
import numpy as np
import torch

from reasoners.errors import ReasonerRejected
from reasoners.providers.bounds import bounded


class Grammar:
    """What a tokenizer allows; made once for each model.

    Args:
        tokenizer: Of the model, a fast one.
        vocabulary: Tokens that the model gives scores for.
    """

    def __init__(self, tokenizer: Any, vocabulary: int) -> None:  # noqa: ANN401 (untyped library)
        self._tokens = llguidance.hf.from_tokenizer(tokenizer, n_vocab=vocabulary)
        self._vocabulary = vocabulary

    def constraint(self, form: Mapping[str, Any], end: int) -> "Constraint":
        """Return a logits processor for one answer.

        Args:
            form: The schema.
            end: Token that ends the answer.

        Raises:
            ReasonerRejected: The schema cannot be enforced.
        """
        # Without the first, a weak model wanders off into blanks.
        defaults = {"whitespace_flexible": False}
        grammar = llguidance.LLMatcher.grammar_from_json_schema(
            json.dumps(bounded(form)), defaults=defaults
        )
        matcher = llguidance.LLMatcher(self._tokens, grammar)
        if matcher.get_error():
            raise ReasonerRejected(f"the form cannot be enforced: {matcher.get_error()[:300]}")
        return Constraint(matcher, self._vocabulary, end)


class Constraint:
    """Forbids every token that would leave the form; for a batch of one."""

    def __init__(self, matcher: Any, vocabulary: int, end: int) -> None:  # noqa: ANN401 (untyped)
        self._matcher = matcher
        self._mask = llguidance.numpy.allocate_token_bitmask(1, vocabulary)
        self._end = end
        self._seen: int | None = None

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return the scores with what is not allowed ruled out."""
        if self._seen is not None and not self._matcher.is_stopped():
            self._matcher.consume_tokens(ids[0, self._seen :].tolist())
        self._seen = ids.shape[1]
        if self._matcher.is_stopped():
            only = torch.full_like(scores, float("-inf"))
            only[:, self._end] = 0
            return only
        llguidance.numpy.fill_next_token_bitmask(self._matcher, self._mask, 0)
        bits = np.unpackbits(self._mask[0].view(np.uint8), bitorder="little")
        allowed = torch.from_numpy(bits[: scores.shape[-1]].astype(bool)).to(scores.device)
        return scores.masked_fill(~allowed, float("-inf"))
