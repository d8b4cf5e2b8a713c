"""The catalogue of the second language fits the templates of the first."""

from string import Formatter

import pytest

from kbsync.messages import message
from kbsync.render.chinese import CHINESE
from kbsync.render.words import Words


def fields(template: str) -> list[str]:
    """The names that a template wants filled."""
    return sorted(name for _, name, _, _ in Formatter().parse(template) if name is not None)


@pytest.mark.parametrize("template", CHINESE)
def test_a_translation_has_the_fields_of_its_template(template: str) -> None:
    """No figure is lost and no field is asked for that nobody fills."""
    assert fields(CHINESE[template]) == fields(template)


def test_what_is_not_translated_is_said_in_english() -> None:
    """A message without an entry is better in English than not at all; values are never taken for templates."""
    assert Words("zh").say(message("nobody translated {what}", what="{this}")) == "nobody translated {this}"
    assert Words("zh-CN")("error") == "错误"
    assert Words("fr")("error") == "error"
