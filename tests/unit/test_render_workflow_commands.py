"""Orders to a CI runner that stand in data: shown, never carried out, and unchanged where a format can say them otherwise."""

import json
import re
from html import unescape
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbsync.render.formats import disarmed, harmless, harmless_json, harmless_markup
from kbsync.render.html import _resource

ORDER = re.compile(r"(?:^|\r)\s*::|##\w*\[", re.MULTILINE)
"""As a runner reads: it ends lines at either sign and trims them."""

TEXTS = st.text(alphabet=st.sampled_from("a:#[]· \t\r\n\v\u3000_"), max_size=12)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", "·::error::x"),
        ("a\n \t::add-mask::x", "a\n \t·::add-mask::x"),
        ("a\r::x", "a\r·::x"),
        ("see ##[error]x and ##vso[task]", "see ##·[error]x and ##vso·[task]"),
        ("a::b, a # [b] ## c", "a::b, a # [b] ## c"),
    ],
)
def test_an_order_gets_a_dot(text: str, shown: str) -> None:
    """Text for people is changed where it must be, visibly."""
    assert harmless(text) == shown


@given(TEXTS)
def test_no_text_orders(text: str) -> None:
    """Whatever is made of these signs, no order is left, and a second pass finds nothing."""
    assert ORDER.search(harmless(text)) is None
    assert harmless(harmless(text)) == harmless(text)


@given(TEXTS)
def test_json_says_the_same(text: str) -> None:
    """A reader of the document gets every sign of it."""
    drawn = harmless_json(json.dumps({"k": [text]}, indent=2, ensure_ascii=False))
    assert json.loads(drawn) == {"k": [text]}
    assert ORDER.search(drawn) is None


@given(TEXTS.filter(lambda text: "\v" not in text))
def test_markup_says_the_same(text: str) -> None:
    """So does a reader of XML or HTML, in texts and in attributes."""
    element = ET.Element("a", {"b": text})
    element.text = text
    drawn = ET.tostring(element, encoding="unicode")
    safe = harmless_markup(drawn)
    assert ORDER.search(safe) is None
    assert unescape(safe) == unescape(drawn)


@pytest.mark.parametrize("name", ["report.css", "report.js"])
def test_our_own_style_and_script_are_left_alone(name: str) -> None:
    """They are allowed by their hash, and nothing is unescaped in them."""
    assert harmless_markup(_resource(name)) == _resource(name)


HIDDEN = "a\x9b31m\x7f\x85b\u202ec\u2066d\u2028e\u2029f\u200eg\u061ch\ufeffi"


@pytest.mark.parametrize("format_", ["json", "sarif", "matrix"])
def test_json_escapes_what_commands_hides_or_reorders(format_: str) -> None:
    """Controls beyond ASCII, marks of direction and line separators are escapes, the text is the same, emoji stay."""
    drawn = disarmed(json.dumps({"text": HIDDEN + "你好 👩‍🚀"}, ensure_ascii=False), format_)
    assert json.loads(drawn) == {"text": HIDDEN + "你好 👩‍🚀"}
    assert "你好 👩‍🚀" in drawn
    assert not {sign for sign in HIDDEN if not " " <= sign <= "~"} & set(drawn)
    assert len(drawn.splitlines()) == 1
