"""Words and the labels they mean."""

import pytest

from reasoners.vlm.lexicon import known_labels, labels_of, meanings, means


def test_all_labels_of_coco_have_words_in_three_languages() -> None:
    """Eighty labels; each is a word for itself."""
    assert len(known_labels()) == 80
    assert all(labels_of(label) == (label,) for label in known_labels())
    assert len(meanings()) > 1000


@pytest.mark.parametrize(
    ("text", "label", "fits"),
    [
        ("young man with a backpack", "person", True),
        ("a man in a red jacket", "person", True),
        ("white delivery van", "truck", True),
        ("van", "person", False),
        ("Lieferwagen", "car", True),
        ("zwei Männer", "person", True),
        ("穿红衣服的女人", "person", True),
        ("一辆卡车", "truck", True),
        ("dog", "person", False),
        ("Hunde", "dog", True),
        ("cyclist", "bicycle", True),
        ("gadget", "person", None),
        ("person", "forklift", None),
        ("forklift", "forklift", True),
        ("traffic light", "traffic light", True),
    ],
)
def test_a_word_means_a_label_or_not_or_nobody_knows(
    text: str, label: str, fits: bool | None
) -> None:
    """The head of a phrase counts, and a word that is not known contradicts nothing."""
    assert means(text, label) is fits
