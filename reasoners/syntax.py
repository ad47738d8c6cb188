"""What a parser makes of a caption: its words, their part of speech, and which hangs on which."""

from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

WORDS: Final = 600
"""Words of a caption that are parsed; a caption has at most as many characters."""

LABEL: Final = 16
"""Characters of the name of a part of speech or a dependency."""

Text = Annotated[str, Field(max_length=WORDS)]
Label = Annotated[str, Field(max_length=LABEL)]

Row = tuple[Text, Text, Label, Label, Label, int]
"""One word: as written, its base form (empty where the pipeline has no lemmatizer), its part of
speech (Universal Dependencies), its tag (Penn Treebank), its dependency, and the place of the word
it hangs on; a root hangs on itself."""


class Parsed(BaseModel):
    """A caption as trees of words; small enough for one message of a process."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    words: list[Row] = Field(max_length=WORDS)

    @model_validator(mode="after")
    def _trees(self) -> Self:
        """Refuse what is no forest: whoever walks up from a word must come to an end."""
        heads = [row[5] for row in self.words]
        if any(not 0 <= head < len(heads) for head in heads):
            raise ValueError("a word hangs on a word that there is not")
        rooted = [place == head for place, head in enumerate(heads)]
        for place in range(len(heads)):
            path, at = list[int](), place
            while not rooted[at]:
                path.append(at)
                at = heads[at]
                if len(path) > len(heads):
                    raise ValueError("words hang on each other in a circle")
            for passed in path:
                rooted[passed] = True
        return self
