"""Words are said in the language that was asked for. That the second one is whole is tested in ``test_catalogue``."""

from kbsync.messages import message
from kbsync.render.words import Words


def test_what_is_not_translated_is_said_in_english() -> None:
    """A message without an entry is better in English than not at all; values are never taken for templates."""
    assert Words("zh").say(message("nobody translated {what}", what="{this}")) == "nobody translated {this}"
    assert Words("zh-CN")("error") == "错误"
    assert Words("fr")("error") == "error"
