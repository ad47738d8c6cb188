"""The pipeline itself, by spaCy (https://spacy.io/api); lives in the worker process alone."""

import time
import warnings
from collections.abc import Callable
from typing import Any, Final

import spacy

from reasoners.errors import ReasonerRejected, ReasonerUnavailable
from reasoners.local.message import Answered, Load
from reasoners.prompt import Prompt
from reasoners.syntax import LABEL, WORDS, Parsed

IDLE: Final = ("ner", "senter", "textcat", "entity_linker", "spancat")
"""Parts of a pipeline that are not loaded: nobody here asks for what they find."""

SPOKEN: Final = frozenset({"nsubj", "dobj", "pobj", "amod"})
"""Dependencies that a parser must know (ClearNLP, as spaCy's own English pipelines have them)."""

TRIED: Final = "A man carries a red box."


class Pipeline:
    """Loaded once, given one caption at a time.

    Raises:
        ReasonerRejected: There is no such pipeline, or it cannot say what is asked of it.
        ReasonerUnavailable: There is no memory for it just now.
    """

    def __init__(self, load: Load) -> None:
        path = load.path
        try:
            with warnings.catch_warnings():
                # A pipeline of another minor version warns; whether it works is tried below.
                warnings.simplefilter("ignore")
                self._nlp: Any = spacy.load(path, exclude=IDLE)
        except MemoryError as exc:
            raise ReasonerUnavailable(f"no memory for the pipeline {path}") from exc
        except OSError as exc:
            raise ReasonerRejected(
                f"{path}: spaCy finds no pipeline of that name or in that folder; install one, such"
                " as by `python -m spacy download en_core_web_sm`, or correct the name"
            ) from exc
        except (ImportError, KeyError, TypeError, ValueError) as exc:
            # What follows is the whole configuration.
            reason = " ".join(str(exc).partition("{")[0].split())[:300]
            raise ReasonerRejected(
                f"{path}: spaCy {spacy.__version__} cannot load this pipeline: {reason}"
            ) from exc
        self._try(path, load.language)

    @property
    def description(self) -> str:
        """What it is."""
        meta = self._nlp.meta
        name = f"{meta['lang']}_{meta['name']} {meta['version']}"
        licence = meta.get("license") or "licence not named"
        return f"{name} ({licence}), spaCy {spacy.__version__}"

    def answer(self, number: int, prompt: Prompt, cancelled: Callable[[], bool]) -> Answered:
        """Parse one caption; what is said of its words is the answer, as JSON of a `Parsed`."""
        began = time.monotonic()
        text = "".join(
            part for turn in prompt.turns for part in turn.parts if isinstance(part, str)
        )
        parsed = Parsed(words=[]) if cancelled() else self._parse(text)
        return Answered(
            id=number,
            text=parsed.model_dump_json(),
            asked=len(parsed.words),
            answered=len(parsed.words),
            first_s=round(time.monotonic() - began, 3),
            truncated=False,
        )

    def _parse(self, text: str) -> Parsed:
        # Words that were never seen before would otherwise be kept for ever.
        with self._nlp.memory_zone():
            doc = self._nlp(text[:WORDS])
            return Parsed(
                words=[
                    (
                        word.text,
                        word.lemma_,
                        word.pos_[:LABEL],
                        word.tag_[:LABEL],
                        word.dep_[:LABEL],
                        word.head.i,
                    )
                    for word in doc
                ]
            )

    def _try(self, path: str, language: str) -> None:
        """See that it reads the language, and says what hangs on what in terms that are known."""
        if language and self._nlp.lang != language:
            raise ReasonerRejected(
                f"{path}: reads the language {self._nlp.lang!r}, not {language!r}; take a pipeline"
                f" of {language!r}, such as en_core_web_sm"
            )
        doc = self._nlp(TRIED)
        parts = (("DEP", "a parser"), ("TAG", "a tagger"), ("POS", "an attribute ruler"))
        missing = [name for mark, name in parts if not doc.has_annotation(mark)]
        if missing:
            raise ReasonerRejected(
                f"{path}: this pipeline lacks {' and '.join(missing)}; take one that has them, such"
                " as en_core_web_sm"
            )
        unknown = SPOKEN - set(self._nlp.get_pipe("parser").labels)
        if unknown:
            raise ReasonerRejected(
                f"{path}: its parser knows no {', '.join(sorted(unknown))}; take one with spaCy's"
                " English dependencies, such as en_core_web_sm"
            )
