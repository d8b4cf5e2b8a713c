"""What a process makes once and keeps is made alike whenever that is, whichever test asks for it first."""

import gettext
from collections.abc import Callable

import pytest

from kbsync import display, planfile
from kbsync.desk import signing
from kbsync.model import Content
from kbsync.render import html, prose, words

KEPT: dict[str, tuple[Callable[[], None], Callable[[], object]]] = {
    "fields of a plan file": (planfile._hints.cache_clear, lambda: sorted(planfile._hints(Content))),
    "templates": (html._templates.cache_clear, lambda: sorted(html._templates().filters)),
    "a catalogue": (words._catalogue.cache_clear, lambda: isinstance(words._catalogue("zh_CN"), gettext.GNUTranslations)),
    "what hides in a text": (display._suspect.cache_clear, lambda: bool(display._suspect().search("a\u200bb"))),
    "a pattern": (prose._compiled.cache_clear, lambda: prose._compiled("a+")),
    "pieces of a secret": (signing._pieces.cache_clear, lambda: signing._pieces("a" * 40)),
}


@pytest.mark.parametrize(("forget", "make"), KEPT.values(), ids=KEPT)
def test_what_is_kept_is_made_alike_again(forget: Callable[[], None], make: Callable[[], object]) -> None:
    """Forgotten and asked for once more, it is what it was."""
    before = make()
    forget()
    assert make() == before
    assert before
