"""What is hidden in a text is shown, what belongs to it stays."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbsync.display import _UNSEEN, _suspect, cut, natural, replace_hidden, short_commit, shorten, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x07\x7f\r\x9b", "␛[31mred␇␡␍⟨U+009B⟩"),
        ("a\tb\u00a0c\u202fd\u2003e", "a⇥b⍽c⍽d⟨U+2003⟩e"),
        ("\u202eevil\u2066\u200f", "⟨U+202E⟩evil⟨U+2066⟩⟨U+200F⟩"),
        ("pay\u200bpal\ufeff\u00ad\u2060", "pay⟨U+200B⟩pal⟨U+FEFF⟩⟨U+00AD⟩⟨U+2060⟩"),
        ("line\u2028break\u2029\x85", "line⟨U+2028⟩break⟨U+2029⟩⟨U+0085⟩"),
        ("\ud800 \ue000 \uffff \u3164", "⟨U+D800⟩ ⟨U+E000⟩ ⟨U+FFFF⟩ ⟨U+3164⟩"),
        ("hi\U000e0068\U000e0069", "hi⟨U+E0068⟩⟨U+E0069⟩"),
        ("a\u200db A\ufe0f", "a⟨U+200D⟩b A⟨U+FE0F⟩"),
        ("👍\ufe0f\ufe0f", "👍\ufe0f⟨U+FE0F⟩"),
    ],
)
def test_hidden_characters_get_a_mark(text: str, expected: str) -> None:
    """Controls, overrides, invisible characters and odd spaces are named where they stand."""
    assert visible(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "plain, ünïcödé, 你好 全角",
        "two\nlines",
        "👨\u200d👩\u200d👧 🏳\ufe0f\u200d🌈 ❤\ufe0f 1\ufe0f\u20e3 👍🏽 🇫🇷",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
        "می\u200cخواهم क्\u200dष",
        "e\u0301 नि กำ",
    ],
)
def test_what_belongs_to_a_text_stays(text: str) -> None:
    """Line ends, ordinary letters, whole emoji and joiners that spelling needs are not touched."""
    assert visible(text) == text


def test_a_printable_text_is_left_alone_only_if_all_of_it_can_be_seen() -> None:
    """Nothing that has no glyph is missed by the quick look, whatever Python calls printable."""
    seen = "".join(sign for sign in map(chr, range(0x110000)) if sign.isprintable() and not _UNSEEN.search(sign))
    assert _suspect().sub(lambda found: found["kept"] or "", seen) == seen


def test_line_ends_can_be_shown() -> None:
    """A value that must stay on one line shows where its lines ended."""
    assert visible("a\nb", newlines=False) == "a↵b"


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_that_commands_or_reorders_is_left(text: str) -> None:
    """Whatever comes in, no control, surrogate, separator or bidi control comes out; showing twice changes nothing."""
    shown = visible(text)
    assert not [each for each in shown if unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") and each != "\n"]
    assert not set(shown) & set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("a text that is long", 8, "a text…"),
        ("two\n lines,\t one  space", 60, "two lines, one space"),
        ("turn \u202eround", 60, "turn ⟨U+202E⟩round"),
    ],
)
def test_a_value_in_a_message_is_short_and_visible(text: str, limit: int, expected: str) -> None:
    """It stands on one line, hides nothing, and says where it was cut."""
    assert shorten(text, limit) == expected


def test_a_text_is_cut_to_its_limit() -> None:
    """The mark counts, and what is kept from the end stands behind it."""
    assert [cut("abcdef", 6), cut("abcdef", 5), cut("ab  cd  ef", 6, tail=2)] == ["abcdef", "abcd…", "ab…ef"]


def test_texts_are_sorted_as_people_count() -> None:
    """Numbers in them count as numbers, and no two texts are alike."""
    texts = ["", "0", "01", "1", "2", "10", "10 a", "a", "a 0", "a 1 b", "a 9", "a 10", "a 10 b 2", "a 10 b 10", "b"]
    shuffled = sorted(texts)
    assert shuffled != texts
    assert sorted(shuffled, key=natural) == texts


def test_a_commit_is_named_by_its_first_characters() -> None:
    """Twelve tell commits apart; none has a name too."""
    assert [short_commit("0123456789abcdef"), short_commit(None)] == ["0123456789ab", "(none)"]


def test_a_format_may_mark_hidden_characters_its_own_way() -> None:
    """The table is the same, and a whole emoji stays whole."""
    assert replace_hidden("❤\ufe0f\u200b!", lambda sign: f"<{ord(sign):x}>") == "❤\ufe0f<200b>!"
