"""Foreign text made fit to be shown: hidden characters visible, long texts cut, commits and moments in short.

This is the one table of characters that could command a terminal, hide text or reorder it.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

__all__ = [
    "COMMANDS",
    "DIRECTIONS",
    "cut",
    "day",
    "moment",
    "natural",
    "replace_hidden",
    "short_commit",
    "shorten",
    "spelled_out",
    "visible",
]

DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""For a character class: what turns the direction of writing."""
COMMANDS = f"\x7f-\x9f\u2028\u2029{DIRECTIONS}\ufeff"
"""For a character class: what, beside the C0 controls, commands a terminal, turns the writing or ends a line for some readers."""

_EMOJI = r"""
    (?:\U0001F3F4(?:\U000E0067\U000E0062(?:\U000E0065\U000E006E\U000E0067|\U000E0073\U000E0063\U000E0074|\U000E0077\U000E006C\U000E0073)\U000E007F)
    | [0-9\#*]\uFE0F\u20E3
    | \p{Extended_Pictographic}[\uFE0E\uFE0F\p{Emoji_Modifier}]?
      (?:\u200D\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?)*)
"""
"""A whole emoji: its joiners and selectors belong to it. Of the tag sequences only the three flags that exist are."""

_JOINING = (
    r"[\p{Arabic}\p{Syriac}\p{Nko}\p{Mongolian}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}\p{Oriya}"
    r"\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}\p{Khmer}\p{Myanmar}]"
)
"""The scripts in which a zero-width (non-)joiner is spelling and not a trick."""

_SPELLING = rf"(?:(?<={_JOINING})[\u200C\u200D](?={_JOINING}))"

_HIDDEN = r"""
    [\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Zs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}
     --[\x20\u3000\p{Prepended_Concatenation_Mark}]]
"""
"""Characters without a glyph, except the ordinary and the ideographic space, and number signs that are drawn."""

_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")
"""What of these Python takes for printable: letters and marks without a glyph."""

_NAMED = {"\t": "⇥", "\N{DELETE}": "␡", "\N{NO-BREAK SPACE}": "⍽", "\N{NARROW NO-BREAK SPACE}": "⍽"}


def visible(text: str, *, newlines: bool = True) -> str:
    """Show what is hidden: controls as ``␛``, tabs as ``⇥``, no-break spaces as ``⍽``, the rest as ``⟨U+202E⟩``.

    Line ends stay unless ``newlines`` is False: then they are shown as ``↵``, for values that must stay on one line.
    Emoji with their joiners and the joiners that Persian or Hindi spelling needs stay as they are.
    """
    return replace_hidden(text, lambda character: _mark(character, "\n" if newlines else "↵"))


def replace_hidden(text: str, mark: Callable[[str], str]) -> str:
    """Put ``mark`` of each hidden character in its place, line ends included; whole emoji and spelling stay."""
    if text.isprintable() and not _UNSEEN.search(text):
        return text
    return _suspect().sub(lambda found: found["kept"] or mark(found[0]), text)


def spelled_out(text: str) -> str:
    """A text with its combining and compatibility characters as ``⟨U+0301⟩``, so that Unicode forms of one look differ."""
    return "".join(f"⟨U+{ord(each):04X}⟩" if _has_other_form(each) else each for each in text)


def _has_other_form(character: str) -> bool:
    is_joined = bool(unicodedata.combining(character)) or "\u1160" <= character <= "\u11ff"  # the vowels and ends of Hangul
    return not character.isascii() and (is_joined or not unicodedata.is_normalized("NFC", character))


def shorten(text: str, limit: int = 60) -> str:
    """A text as a value inside a message: visible, on one line, cut to ``limit`` characters."""
    return cut(visible(" ".join(text.split())), limit)


def cut(text: str, limit: int, *, start: int = 0, tail: int = 0) -> str:
    """At most ``limit`` characters of a text from ``start`` on, ``…`` where something is left out: before the last ``tail``."""
    before, text = "…" if start else "", text[start:]
    if len(text) <= limit:
        return before + text
    return f"{before}{text[: limit - 1 - tail].rstrip()}…{text[len(text) - tail :].lstrip()}"


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """A key to sort texts as people count: 2 before 10. Different texts have different keys."""
    words = re.split(r"([0-9]+)", text)
    numbers = [number.lstrip("0") or "0" for number in words[1::2]]
    pairs = zip(words[::2], [*((len(number), number) for number in numbers), (0, text)], strict=True)
    return tuple(key for word, number in pairs for key in ((0, word), number))


def short_commit(commit: str | None) -> str:
    """A commit as people name it."""
    return "(none)" if commit is None else commit[:12]


def day(seconds: float) -> str:
    """The date of a moment, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")


def moment(seconds: float) -> str:
    """A moment in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _mark(character: str, line_end: str) -> str:
    if character == "\n":
        return line_end
    if character in _NAMED:
        return _NAMED[character]
    point = ord(character)
    return chr(0x2400 + point) if point < 0x20 else f"⟨U+{point:04X}⟩"  # noqa: PLR2004  (the C0 controls have pictures)


@cache
def _suspect() -> "regex.Pattern[str]":
    import regex  # noqa: PLC0415  (texts with nothing hidden do not wait for it)

    return regex.compile(rf"(?V1x)(?P<kept>{_EMOJI}|{_SPELLING})|{_HIDDEN}")
