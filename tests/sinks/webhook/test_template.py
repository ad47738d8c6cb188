"""Templates are filled in, and can do nothing else."""

import pytest
from rig.revisions import revision

from sinks.webhook.template import Form


def test_a_tree_keeps_its_shape() -> None:
    """Texts at any depth are filled in; numbers, truths and nothings stay what they are."""
    form = Form({"a": [1, True, None, "{{ camera }}"], "b": {"c": "{{ event.id }}{{ revision }}"}})
    assert form.fill(revision(3)) == {"a": [1, True, None, "porch"], "b": {"c": "e31"}}


def test_a_time_is_written_for_people() -> None:
    """Local time, to the second."""
    filled = Form("{{ started_at | local_time }}").fill(revision(1))
    assert isinstance(filled, str)
    assert len(filled) == len("1970-01-01 00:16:41")
    assert filled.endswith(":41")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ camra }}", "'camra' is undefined"),
        ("{{ camera", "unexpected end"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ event.update({'camera': 'x'}) }}", "unsafe"),
        ("{% for n in range(10000000) %}x{% endfor %}", "[Rr]ange"),
    ],
)
def test_a_template_that_cannot_be_filled_is_found_at_once(template: str, said: str) -> None:
    """Misspelt, unfinished, reaching out of its sandbox, changing things, or endless."""
    with pytest.raises(ValueError, match=said):
        Form({"text": template})
